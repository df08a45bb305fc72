import { JsonError, parseJson } from '../../protocol/json.ts';
import { type Cell, type ColumnType, cellFromText, cellProblem } from '../../protocol/values.ts';
import { type Read, readTypedText } from '../typed-text.ts';
import type { ValueForm } from './raw-record.ts';

/** The cell that a file's value is in a column of this type, or what is wrong with it. What is not there is empty. */
export function readCell(form: ValueForm, type: ColumnType, value: string | null | undefined): Read {
  if (value === null || value === undefined) return { cell: null };
  if (form === 'json') return readJson(type, value);
  // Programs that quote every field write empty cells so; only a text can be empty and yet there.
  return value === '' && type !== 'text' ? { cell: null } : readTypedText(type, value);
}

function readJson(type: ColumnType, text: string): Read {
  const parsed = parsedOf(text);
  if ('problem' in parsed) return literalCell(type, text) ?? parsed;
  const problem = cellProblem(type, parsed.cell);
  if (problem === undefined) return parsed;
  return literalCell(type, text) ?? { problem: `${shortened(text)} ${problem.split(';')[0]}` };
}

function parsedOf(text: string): Read {
  try {
    return { cell: parseJson(text) };
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    return { problem: `${shortened(text)} is refused: ${error.message}` };
  }
}

/** Numbers and truths have a text as well: a JSON number of any length is kept to the letter in these types. */
const literalTypes: ReadonlySet<ColumnType> = new Set(['integer', 'decimal', 'text']);

function literalCell(type: ColumnType, text: string): { readonly cell: Cell } | undefined {
  if (!literalTypes.has(type) || !/^[-\dtf]/.test(text)) return undefined;
  const cell = cellFromText(type, text);
  return cell === undefined ? undefined : { cell };
}

function shortened(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
