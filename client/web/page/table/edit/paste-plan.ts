import type { CurrentRow } from '../../../../../protocol/errors.ts';
import type { Column, TableDefinition } from '../../../../../protocol/table.ts';
import type { Cell } from '../../../../../protocol/values.ts';
import { sealedText } from '../../words/cell-text.ts';
import { parseTsv } from '../cells/tsv.ts';
import { isSame, type RowEdit } from './steps.ts';
import { typedCell } from './typed-cell.ts';

export interface PasteOptions {
  readonly definition: TableDefinition;
  /** From the clipboard. */
  readonly text: string;
  /** The rows from the focus on downwards, as they are shown. */
  readonly rows: readonly CurrentRow[];
  /** The columns from the focus on to the right, as they are shown. */
  readonly columns: readonly string[];
  readonly rowOf: (key: string) => CurrentRow | undefined;
}

export interface PastedCell {
  readonly column: string;
  readonly before: Cell;
  readonly after: Cell;
}

/** A row that would be changed or made. */
export interface PastedLine {
  /** Undefined when the row is new and its key is not known. */
  readonly key: string | undefined;
  readonly isNew: boolean;
  readonly cells: readonly PastedCell[];
}

export interface PastePlan {
  /** One for each line, in their order. */
  readonly edits: readonly RowEdit[];
  readonly lines: readonly PastedLine[];
  /** Why it cannot be pasted as it is, before the server is asked. */
  readonly problems: readonly string[];
  /** Sealed cells that stay as they are: what was copied stands for a value that could not be read. */
  readonly sealedCount: number;
}

/**
 * What pasting would do. Cells go where the focus is, to the right and downwards; rows beyond the last are new ones. When
 * the first row is made of names of columns, these say where each cell goes; with the key among them, rows are found by it.
 */
export function planPaste({ definition, text, rows, columns, rowOf }: PasteOptions): PastePlan {
  const parsed = parseTsv(text);
  const header = headerOf(definition, parsed);
  const names = header ?? columns;
  const body = header === undefined ? parsed : parsed.slice(1);
  const widest = Math.max(0, ...body.map((row) => row.length));
  const problems =
    widest > names.length ? [`${widest - names.length} of ${widest} columns have no place to go to`] : [];
  const keyAt = header?.indexOf(definition.key ?? madeKey) ?? -1;
  const lines: PastedLine[] = [];
  const edits: RowEdit[] = [];
  let sealedCount = 0;
  for (const [index, texts] of body.entries()) {
    const row = keyAt < 0 ? rows[index] : rowOf(texts[keyAt] ?? '');
    const { cells, wrong, sealed } = cellsOf(definition, names, texts, row);
    problems.push(...wrong);
    sealedCount += sealed;
    if (cells.length === 0) continue;
    const key = row?.key ?? cells.find(({ column }) => column === definition.key)?.after;
    lines.push({ key: key === undefined ? undefined : String(key), isNew: row === undefined, cells });
    edits.push(editOf(row, cells));
  }
  return { edits, lines, problems, sealedCount };
}

/** As what the server's keys are copied. */
const madeKey = 'key';

/** The names in the first row, when it holds nothing else and there is more. */
function headerOf({ key, columns }: TableDefinition, parsed: readonly string[][]): readonly string[] | undefined {
  const [first, second] = parsed;
  const known = new Set(columns.map(({ name }) => name));
  if (key === undefined) known.add(madeKey);
  return second !== undefined && first?.every((name) => known.has(name)) === true ? first : undefined;
}

function cellsOf(
  { key, columns }: TableDefinition,
  names: readonly string[],
  texts: readonly string[],
  row: CurrentRow | undefined,
): { cells: PastedCell[]; wrong: string[]; sealed: number } {
  const cells: PastedCell[] = [];
  const wrong: string[] = [];
  let sealed = 0;
  for (const [at, text] of texts.entries()) {
    const column = columns.find(({ name }) => name === names[at]);
    if (column === undefined) continue;
    if (column.sealed === true && text.trim() === sealedText) {
      sealed += 1;
      continue;
    }
    const before = row?.row[column.name] ?? null;
    const after = read(column, text, wrong);
    if (isSame(before, after)) continue;
    if (column.name === key && row !== undefined) wrong.push(`${row.key}: a key cannot be changed, here to ${text}`);
    else cells.push({ column: column.name, before, after });
  }
  return { cells, wrong, sealed };
}

function read({ name, type }: Column, text: string, wrong: string[]): Cell {
  const typed = typedCell(type, text);
  if ('cell' in typed) return typed.cell;
  wrong.push(`${name}: ${typed.problem}`);
  return text;
}

function editOf(row: CurrentRow | undefined, pasted: readonly PastedCell[]): RowEdit {
  const cells = Object.fromEntries(pasted.map(({ column, after }) => [column, after]));
  return row === undefined ? { op: 'insert', cells } : { op: 'update', seen: row, cells };
}
