import type { RowStep } from '../../../../../protocol/commands.ts';
import type { CurrentRow } from '../../../../../protocol/errors.ts';
import { type Cell, type Cells, cellText } from '../../../../../protocol/values.ts';
import { count } from '../../words/sentence.ts';

/** Sets cells of a row, unless somebody else has changed it since it was seen so. */
export function updateStep(table: string, { key, version }: Pick<CurrentRow, 'key' | 'version'>, row: Cells): RowStep {
  return { type: 'row.update', table, key, row, expect: { version } };
}

export function deleteStep(table: string, { key, version }: CurrentRow): RowStep {
  return { type: 'row.delete', table, key, expect: { version } };
}

/** One value for a cell of each of these rows. */
export function setSteps(table: string, rows: readonly CurrentRow[], column: string, value: Cell): RowStep[] {
  return rows.map((row) => updateStep(table, row, { [column]: value }));
}

/** Of the cells of an edit, those that somebody else has changed since the row was seen: only these are in conflict. */
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
