import { JsonError, parseJson } from '../../../protocol/json.ts';
import { type Column, findColumn, type TableDefinition } from '../../../protocol/table.ts';
import { type Cell, type Cells, cellProblem } from '../../../protocol/values.ts';
import { type Read, readTypedText } from '../../typed-text.ts';
import { usageError } from '../cli-error.ts';
import { unknownColumn } from './column-names.ts';

interface Assignment {
  readonly name: string;
  /** `:=` takes JSON, `=` the text form of the column's type. */
  readonly isJson: boolean;
  readonly value: string;
}

/**
 * Reads `name=value` words as the cells of a row: by the column's type, `name=` for an empty cell, `name:=JSON` for raw
 * JSON. @throws CliError that lists every wrong word
 */
export function readCellArguments(definition: TableDefinition, words: readonly string[]): Cells {
  const cells: Record<string, Cell> = {};
  const problems: string[] = [];
  for (const word of words) {
    const read = readWord(definition, word);
    if ('problem' in read) problems.push(read.problem);
    else if (Object.hasOwn(cells, read.name)) problems.push(`${word}: ${read.name} is given twice; give it once`);
    else cells[read.name] = read.cell;
  }
  if (problems.length > 0) throw usageError('the values cannot be used; nothing was sent', problems);
  return cells;
}

function readWord(
  definition: TableDefinition,
  word: string,
): { readonly name: string; readonly cell: Cell } | { readonly problem: string } {
  const assignment = splitAssignment(definition, word);
  if (assignment === undefined) {
    return { problem: `${word}: write COLUMN=VALUE, such as ${definition.columns[0]?.name ?? 'name'}=…` };
  }
  const column = findColumn(definition, assignment.name);
  if (column === undefined) return { problem: `${word}: ${unknownColumn(definition, assignment.name)}` };
  const read = readValue(column, assignment);
  if ('problem' in read) return { problem: `${column.name} (${column.type}): ${read.problem}` };
  return { name: column.name, cell: read.cell };
}

/** Names may hold `=` and `:` themselves: the longest name that the table has wins, else the first `=` splits. */
function splitAssignment(definition: TableDefinition, word: string): Assignment | undefined {
  const splits = [...word.matchAll(/:?=/g)].flatMap(({ index, 0: sign }) => {
    const value = word.slice(index + sign.length);
    const plain = { name: word.slice(0, index + sign.length - 1), isJson: false, value };
    return sign === ':=' ? [{ name: word.slice(0, index), isJson: true, value }, plain] : [plain];
  });
  return splits.findLast(({ name }) => findColumn(definition, name) !== undefined) ?? splits[0];
}

function readValue({ type }: Column, { isJson, value }: Assignment): Read {
  if (isJson) return readJson(type, value);
  return value === '' ? { cell: null } : readTypedText(type, value);
}

function readJson(type: Column['type'], text: string): Read {
  try {
    const cell = parseJson(text);
    const problem = cellProblem(type, cell);
    return problem === undefined ? { cell } : { problem: `${text} ${problem}` };
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    return { problem: `${text} is refused: ${error.message}; behind := stands JSON, such as "text", 1.5 or null` };
  }
}
