import type { Cursor } from '../protocol/cursor.ts';
import type { Entry, RowEntry, TableEntry } from '../protocol/entry.ts';
import type { CurrentRow } from '../protocol/errors.ts';
import type { TableDefinition } from '../protocol/table.ts';
import type { Cells } from '../protocol/values.ts';
import type { NewLife } from './trust/lives.ts';
import type { Unproven } from './trust/proof-debt.ts';

/**
 * Where a watch stands.
 *
 * - `connecting`: no server has answered yet.
 * - `catchingUp`: reading the snapshot, or the log from the cursor that was given.
 * - `live`: every change recorded so far was delivered, and the next ones come as they are made.
 * - `behind`: changes were missed, or the consumer is slow; they are being read from the log.
 * - `disconnected`: the feed is silent. What comes back later is complete.
 */
export type WatchState = 'connecting' | 'catchingUp' | 'live' | 'behind' | 'disconnected';

export interface StateEvent {
  readonly type: 'state';
  readonly state: WatchState;
  /** When it came to be so, by the client's clock: ISO 8601, UTC. */
  readonly since: string;
  /** The last seq that the server is known to have. */
  readonly head?: number;
}

/** The table as of `cursor`, whole. Everything held from before is to be thrown away. */
export interface ResetEvent {
  readonly type: 'reset';
  readonly definition: TableDefinition;
  readonly rows: readonly CurrentRow[];
  readonly cursor: Cursor;
}

/** All the changes of one command that concern the watch. A command is never split over two events. */
export interface GroupEvent {
  readonly type: 'group';
  /** Resumes behind this command. */
  readonly cursor: Cursor;
  readonly at: string;
  readonly by: string;
  readonly command: string;
  readonly why?: string;
  readonly changes: readonly WatchChange[];
}

/** The ledger has begun another life than those that were met here; told once by a watch. Ask its operator why. */
export interface LifeEvent extends NewLife {
  readonly type: 'life';
}

/**
 * For 30 s the server has not proven that what it brought is in the log that it signs. What is delivered is what it says, and
 * no more is known of it. It may be busy; when it goes on, somebody has to look.
 */
export interface UnprovenEvent extends Unproven {
  readonly type: 'unproven';
}

/** What was unproven is proven, up to `verified`. */
export interface ProvenEvent {
  readonly type: 'proven';
  readonly verified: number;
}

/** What a client that verifies has to say beside what it delivers. */
export type TrustEvent = LifeEvent | UnprovenEvent | ProvenEvent;

export type WatchEvent = StateEvent | TrustEvent | ResetEvent | GroupEvent;

/**
 * A change as the watch sees it, decided from the row before and after: a row `enter`s when it was not in the watch
 * and is now, `leave`s when it was and is not, and `change`s when it stays. Without a filter these are insert, delete
 * and update. A table that is created, altered or dropped concerns every watch of it.
 */
export type WatchChange =
  | {
      readonly kind: 'enter' | 'change' | 'leave';
      readonly entry: RowEntry;
      /** The whole row before; absent when there was none. */
      readonly before?: Cells;
      /** The whole row after; absent when there is none. */
      readonly after?: Cells;
    }
  /** What was sealed of a row that is gone already was erased: no row changes. */
  | { readonly kind: 'erase'; readonly entry: RowEntry }
  | { readonly kind: 'table'; readonly entry: TableEntry };

/** The entries of one command, in order of seq; in a watch of one table, those of the table. */
export type EntryGroup = readonly [Entry, ...Entry[]];
