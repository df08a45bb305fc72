import { create } from 'zustand';
import type { Problem } from '../../../../../protocol/errors.ts';
import { count } from '../../words/sentence.ts';
import { tellFailed } from './notes.ts';
import type { Disputed } from './row-conflict.ts';

/** Somebody else has changed the same cells since this person saw the rows. */
export interface VersionConflict {
  readonly kind: 'version';
  readonly table: string;
  readonly disputed: readonly Disputed[];
  /** The keys of rows that are gone by now, into which nothing can be written. */
  readonly gone: readonly string[];
  /** Whether there is something to write whatever is chosen. */
  readonly hasRest: boolean;
  /** Whether rows are changed together: who then chooses nothing goes back, and nothing of it is written. */
  readonly isSeveral: boolean;
  /** What is to be written after all; undefined when nothing is chosen. */
  readonly resolve: (mine: ReadonlySet<Disputed> | undefined) => void;
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
type Asked = Conflict & { readonly id: number };

let asked = 0;

/** Conflicts that wait for the person to choose, one after another. */
export const useConflicts = create<{ readonly waiting: readonly Asked[] }>(() => ({ waiting: [] }));

/** Whether a conflict stands in front of whatever else is open. */
export function useIsAsked(): boolean {
  return useConflicts(({ waiting }) => waiting.length > 0);
}

/** Asks what to write of what is disputed. */
export async function askVersion(
  conflict: Omit<VersionConflict, 'kind' | 'resolve'>,
): Promise<ReadonlySet<Disputed> | undefined> {
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
    const keys = keysOf(conflict);
    const what = keys.length === 1 ? keys[0] : count(keys.length, 'row');
    tellFailed(`the change of ${what}: somebody else was faster, and ${table} was left before a choice`);
  }
}

/** Of the rows that somebody else has changed, those first that are still there. */
export function keysOf({ disputed, gone }: VersionConflict): readonly string[] {
  return [...new Set([...disputed.map(({ row }) => row.current.key), ...gone])];
}

export function settled(conflict: Conflict): void {
  useConflicts.setState(({ waiting }) => ({ waiting: waiting.filter((other) => other !== conflict) }));
}

function put(conflict: Conflict): void {
  asked += 1;
  const next = { ...conflict, id: asked };
  useConflicts.setState(({ waiting }) => ({ waiting: [...waiting, next] }));
}
