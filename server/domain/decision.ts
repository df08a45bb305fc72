import type { ErrorCode, Problem } from '../../protocol/errors.ts';
import type { Left } from '../../protocol/replies.ts';
import type { Event } from './event.ts';
import type { Seal } from './sealing.ts';
import type { LedgerState, RowState } from './state.ts';

/**
 * What is decided about one step: the event that it becomes (and those that go with it), or that there is nothing to do, or
 * that the row already is as asked, or all that is wrong with it. `left`: what a revert leaves as it is.
 */
export type Decision =
  | { readonly event: Event; readonly also?: readonly Event[]; readonly left?: Left }
  | { readonly nothing: Left }
  | { readonly unchanged: { readonly table: string; readonly row: RowState } }
  | { readonly problems: readonly Problem[] };

/** What a decision is given besides the state: everything that a pure function may not fetch by itself. */
export interface DecisionContext {
  readonly state: LedgerState;
  /** The seq that the next event will have. */
  readonly nextSeq: number;
  /** Makes a key for a row of a table without a key column. */
  readonly newKey: () => string;
  /** Makes the commitment to the value of a sealed cell. */
  readonly seal: Seal;
}

export function refuse(...problems: readonly Problem[]): Decision {
  return { problems };
}

export function tableNotFound(table: string): Decision {
  return refuse(problem('table_not_found', `there is no table ${table}`, { table }));
}

export function problem(code: ErrorCode, message: string, where: Omit<Problem, 'code' | 'message'>): Problem {
  return { code, message, ...where };
}

/** In the order of the steps that they are of. */
export function inOrder(problems: readonly Problem[]): Problem[] {
  return problems.toSorted((a, b) => (a.index ?? 0) - (b.index ?? 0));
}
