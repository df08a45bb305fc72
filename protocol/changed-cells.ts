import type { RowEntry } from './entry.ts';
import { type Cell, cellText } from './values.ts';

/** What a change of a row says of itself, in the log or in a diff. */
export type RowChange = Pick<RowEntry, 'op' | 'key' | 'row' | 'was' | 'columns'>;

/** A cell before and after a change; undefined where there was no such row, null or undefined where it was empty. */
export interface ChangedCell {
  readonly name: string;
  readonly was: Cell | undefined;
  readonly is: Cell | undefined;
}

/**
 * The cells that a change is about, as people are told of it: those that an update changed, the row of an insert, what went
 * with a delete, and what an erase made unreadable. The key's own cell is left out of a whole row: the key is told anyway.
 */
export function changedCells({ op, key, row = {}, was = {}, columns = [] }: RowChange): ChangedCell[] {
  switch (op) {
    case 'update':
      return Object.keys(was).map((name) => ({ name, was: was[name], is: row[name] }));
    case 'insert':
      return withoutKey(Object.entries(row), key).map(([name, is]) => ({ name, was: undefined, is }));
    case 'delete':
      return withoutKey(Object.entries(was), key).map(([name, cell]) => ({ name, was: cell, is: undefined }));
    case 'erase':
      return columns.map((name) => ({ name, was: undefined, is: row[name] }));
    default:
      return op satisfies never;
  }
}

function withoutKey(cells: readonly [string, Cell][], key: string): readonly [string, Cell][] {
  const keyAt = cells.findIndex(([, cell]) => cellText(cell) === key);
  return cells.filter((_, index) => index !== keyAt);
}
