import { basename } from 'node:path';
import { tableNameSchema } from '../../../protocol/names.ts';
import { type ColumnType, columnTypes } from '../../../protocol/values.ts';
import { didYouMean } from '../../../settings/nearest.ts';
import { usageError } from '../cli-error.ts';
import { isColumnType } from './column-spec.ts';

/** Reads `COLUMN=TYPE`; a column's name may hold a `=`. @throws CliError */
export function readColumnTypes(words: readonly string[]): Readonly<Record<string, ColumnType>> {
  const problems: string[] = [];
  const types: [string, ColumnType][] = [];
  for (const word of words) {
    const at = word.lastIndexOf('=');
    const [name, type] = [word.slice(0, at), word.slice(at + 1)];
    if (at > 0 && isColumnType(type)) types.push([name, type]);
    else problems.push(`${JSON.stringify(word)} is no COLUMN=TYPE${didYouMean(type, columnTypes)}`);
  }
  if (problems.length > 0) {
    throw usageError('a type cannot be read', problems, `types are ${columnTypes.join(', ')}`);
  }
  return Object.fromEntries(types);
}

/** One character; a tab may be written \t or tab. @throws CliError */
export function readDelimiter(word: string): string {
  if (word === '\\t' || word.toLowerCase() === 'tab') return '\t';
  if ([...word].length === 1 && word !== '"' && word !== '\n' && word !== '\r') return word;
  throw usageError(`the delimiter ${JSON.stringify(word)} is not one character`, [], 'write --delimiter ";" or tab');
}

/** The table that a file is named after: `zip codes.csv` is for `zip_codes`. @throws CliError when it can be none */
export function tableOfFile(file: string): string {
  const name = basename(file)
    .replace(/\.[^.]*$/, '')
    .replace(/[^\p{L}\p{M}\p{N}_-]+/gu, '_');
  if (file !== '-' && tableNameSchema.safeParse(name).success) return name;
  throw usageError(
    file === '-' ? 'standard input has no name to call the table by' : `no table can be called after ${file}`,
    [],
    `name the table: npx rowcast import ${file} TABLE`,
  );
}
