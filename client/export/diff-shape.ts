import type { RowDiff, TableDiff } from '../../protocol/diff.ts';
import { type Cell, cellText } from '../../protocol/values.ts';
import type { RecordShape } from './record-shape.ts';

/** One cell, or one table, that is not as it was. */
export interface CellDiff {
  readonly table: string;
  readonly key: string | null;
  readonly change: RowDiff['op'] | TableDiff['op'];
  readonly column: string | null;
  readonly before: string | null;
  readonly after: string | null;
}

/** The cells of a row that differ; a row that came or went without any has one line that says so. */
export function cellDiffs({ table, key, op, row = {}, was = {} }: RowDiff): CellDiff[] {
  const names = Object.keys(op === 'insert' ? row : was);
  const about = { table, key, change: op };
  if (names.length === 0) return [{ ...about, column: null, before: null, after: null }];
  return names.map((column) => ({
    ...about,
    column,
    before: textOf(was[column]),
    after: op === 'delete' ? null : textOf(row[column]),
  }));
}

/** A table that was made, altered or dropped: its definitions as JSON. */
export function tableDiffLine({ table, op, was, definition }: TableDiff): CellDiff {
  const [before = null, after = null] = [was, definition].map((one) => one && JSON.stringify(one));
  return { table, key: null, change: op, column: null, before, after };
}

function textOf(cell: Cell | undefined): string | null {
  return cell === undefined || cell === null ? null : cellText(cell);
}

/** A diff for spreadsheets: a cell a line, with both its values. */
export const diffShape: RecordShape<CellDiff> = {
  columns: ['table', 'key', 'change', 'column', 'before', 'after'],
  fields: ({ table, key, change, column, before, after }) => [table, key, change, column, before, after],
  json: (diff) => JSON.stringify(diff),
};
