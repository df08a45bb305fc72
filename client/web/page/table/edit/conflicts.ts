import { create } from 'zustand';
import type { CurrentRow, Problem } from '../../../../../protocol/errors.ts';
import type { Cells } from '../../../../../protocol/values.ts';
import { tellFailed } from './notes.ts';

/** Somebody else has changed the same cells since this person saw the row. */
export interface VersionConflict {
  readonly kind: 'version';
  readonly table: string;
  /** As the person saw it. */
  readonly seen: CurrentRow;
  readonly mine: Cells;
  /** As it is now. */
  readonly current: CurrentRow;
  /** The columns to be written after all; undefined when nothing is. */
  readonly resolve: (columns: readonly string[] | undefined) => void;
}

/** What is to be taken back was changed again since. */
export interface RevertConflict {
  readonly kind: 'revert';
  readonly text: string;
  readonly problems: readonly Problem[];
  readonly more: number;
  readonly resolve: (rule: 'keep' | 'overwrite' | undefined) => void;
}

type Conflict = VersionConflict | RevertConflict;

/** Conflicts that wait for the person to choose, one after another. */
export const useConflicts = create<{ readonly waiting: readonly Conflict[] }>(() => ({ waiting: [] }));

/** Asks which columns to write. */
export async function askVersion(
  conflict: Omit<VersionConflict, 'kind' | 'resolve'>,
): Promise<readonly string[] | undefined> {
  return await new Promise((resolve) => put({ ...conflict, kind: 'version', resolve }));
}

/** Asks what to do with what was changed again. */
export async function askRevert(
  conflict: Omit<RevertConflict, 'kind' | 'resolve'>,
): Promise<'keep' | 'overwrite' | undefined> {
  return await new Promise((resolve) => put({ ...conflict, kind: 'revert', resolve }));
}

/** A table is left: what is in conflict there is not written, which is said. */
export function leaveConflicts(table: string): void {
  for (const conflict of useConflicts.getState().waiting) {
    if (conflict.kind !== 'version' || conflict.table !== table) continue;
    settled(conflict);
    conflict.resolve(undefined);
    tellFailed(
      `the change of ${conflict.current.key}: somebody else was faster, and ${table} was left before a choice`,
    );
  }
}

export function settled(conflict: Conflict): void {
  useConflicts.setState(({ waiting }) => ({ waiting: waiting.filter((other) => other !== conflict) }));
}

function put(conflict: Conflict): void {
  useConflicts.setState(({ waiting }) => ({ waiting: [...waiting, conflict] }));
}
