import type { CurrentRow } from '../../../../protocol/errors.ts';
import type { TableDefinition } from '../../../../protocol/table.ts';
import type { GatewayProblem } from '../api/problem.ts';
import type { RowChanges } from './table-rows.ts';

/** What a table tells to whoever shows it. */
export interface TableListener {
  /**
   * All that was told before is void: this is the table, and its first rows; of another moment when it is `isElsewhere`.
   * What it answers is waited for before more rows are read.
   */
  readonly begin: (
    definition: TableDefinition,
    rows: readonly CurrentRow[],
    isElsewhere: boolean,
  ) => void | Promise<void>;
  /** More rows of it, as of the same point. */
  readonly rows: (rows: readonly CurrentRow[]) => void;
  /** Every row is there; from now on changes come. */
  readonly whole: () => void;
  readonly changes: (changes: RowChanges) => void;
  readonly failed: (problem: GatewayProblem) => void;
  /** A play stands here now. */
  readonly clock?: (clock: Clock) => void;
  /** A play is over: it has arrived in the present, or it was broken off where it stood; why, where that is to be said. */
  readonly played?: (how: 'arrived' | 'halted', problem?: GatewayProblem) => void;
}

export interface Clock {
  readonly cursor: string;
  /** When the change there was made; unknown where a play begins. */
  readonly at: string | undefined;
}
