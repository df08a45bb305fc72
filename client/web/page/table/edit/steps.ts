import type { RowStep } from '../../../../../protocol/commands.ts';
import type { CurrentRow } from '../../../../../protocol/errors.ts';
import { type Cell, type Cells, cellText } from '../../../../../protocol/values.ts';
import { count } from '../../words/sentence.ts';

/** What is to become of one row, of several that are changed together. `seen`: as the person saw it. */
export type RowEdit =
  | { readonly op: 'insert'; readonly cells: Cells }
  | { readonly op: 'update'; readonly seen: CurrentRow; readonly cells: Cells }
  | { readonly op: 'delete'; readonly seen: CurrentRow };

/** The edit as a step of a batch: it is refused when somebody else has changed the row since it was seen so. */
export function stepOf(table: string, edit: RowEdit): RowStep {
  if (edit.op === 'insert') return { type: 'row.insert', table, row: edit.cells };
  const { key, version } = edit.seen;
  const expect = { version };
  if (edit.op === 'delete') return { type: 'row.delete', table, key, expect };
  return { type: 'row.update', table, key, row: edit.cells, expect };
}

/** Of the cells of an edit, those that somebody else has changed since the row was seen. */
export function touchedSince(seen: CurrentRow, current: CurrentRow, columns: readonly string[]): string[] {
  return columns.filter((column) => !isSame(seen.row[column] ?? null, current.row[column] ?? null));
}

export function isSame(a: Cell, b: Cell): boolean {
  return a === b || (typeof a === typeof b && a !== null && b !== null && cellText(a) === cellText(b));
}

/** `changed E07.salary`, `changed 3 cells of E07`. */
export function changedText(key: string, columns: readonly string[]): string {
  const [first] = columns;
  return columns.length === 1 ? `changed ${key}.${first}` : `changed ${count(columns.length, 'cell')} of ${key}`;
}
