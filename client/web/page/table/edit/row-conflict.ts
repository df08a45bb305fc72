import type { CurrentRow } from '../../../../../protocol/errors.ts';
import type { Cells } from '../../../../../protocol/values.ts';
import { isSame, type RowEdit, touchedSince } from './steps.ts';

/** A row that somebody else has changed since this person saw it. */
export interface RowConflict {
  /** As the person saw it; undefined when it was not there. */
  readonly seen: CurrentRow | undefined;
  readonly current: CurrentRow;
  /** The cells as the person wants them; undefined when they want the row deleted. */
  readonly mine: Cells | undefined;
}

/** What is to be chosen, theirs or mine: a cell of a row, or, where it is to be deleted, the row. */
export interface Disputed {
  readonly row: RowConflict;
  readonly column: string | undefined;
}

export function conflictOf(edit: RowEdit, current: CurrentRow): RowConflict {
  return {
    seen: edit.op === 'insert' ? undefined : edit.seen,
    current,
    mine: edit.op === 'delete' ? undefined : edit.cells,
  };
}

/** What of a row is disputed: cells that both want otherwise. Where it is nothing, what both want can stand together. */
export function disputedIn(row: RowConflict): Disputed[] {
  const { seen, current, mine } = row;
  if (mine === undefined) return changedColumns(row).length === 0 ? [] : [{ row, column: undefined }];
  const names = differing(mine, current);
  const disputed = seen === undefined ? names : touchedSince(seen, current, names);
  return disputed.map((column) => ({ row, column }));
}

/** What somebody else has changed in the row, whatever this person wants. */
export function changedColumns({ seen, current }: RowConflict): string[] {
  return seen === undefined ? [] : touchedSince(seen, current, Object.keys({ ...seen.row, ...current.row }));
}

/**
 * What this person still wants of the row as it is now, when of what is disputed only `chosen` is theirs to have; undefined
 * when it is nothing.
 */
export function editAfter(
  row: RowConflict,
  disputed: readonly Disputed[],
  chosen: ReadonlySet<Disputed>,
): RowEdit | undefined {
  const given = disputed.filter((one) => one.row === row && !chosen.has(one)).map(({ column }) => column);
  const { current, mine } = row;
  if (mine === undefined) return given.length > 0 ? undefined : { op: 'delete', seen: current };
  const names = differing(mine, current).filter((name) => !given.includes(name));
  if (names.length === 0) return undefined;
  return { op: 'update', seen: current, cells: Object.fromEntries(names.map((name) => [name, mine[name] ?? null])) };
}

function differing(mine: Cells, { row }: CurrentRow): string[] {
  return Object.keys(mine).filter((name) => !isSame(mine[name] ?? null, row[name] ?? null));
}
