import { sql } from 'kysely';
import type { Point } from '../../protocol/point.ts';
import type { Database } from '../database/database.ts';
import { sqlState } from '../database/sql-state.ts';
import { Refused } from '../refused.ts';
import { refuseComing } from './point.ts';

/** Milliseconds that a reader waits for changes that are being recorded. */
const waitMsMax = 5_000;

interface Options {
  readonly waitMs?: number;
}

/**
 * Waits until no change will bear a time any more that is at or before those of these points that are times. Changes bear the
 * time at which their writer took the head, and are there when it commits: seconds later, when they are many. So a time since
 * then has no last change yet. Only who asks for such a time waits, and nobody waits for a writer that began after it.
 * @throws Refused `ahead_of_server` when a time has not come yet, or the changes are not there in time
 */
export async function untilSettled(
  database: Database,
  points: readonly (Point | undefined)[],
  { waitMs = waitMsMax }: Options = {},
): Promise<void> {
  for (const point of points) {
    if (point !== undefined && 'at' in point) await untilTimeSettled(database, point.at, waitMs);
  }
}

async function untilTimeSettled(database: Database, at: string, waitMs: number): Promise<void> {
  const until = performance.now() + waitMs;
  for (;;) {
    const { isAhead, isOpen, epoch, head } = await stateOf(database, at);
    if (isAhead) throw refuseComing(at, { epoch, seq: head });
    if (!isOpen) return;
    if (performance.now() < until && (await isHeadFree(database, waitMs))) continue;
    const message = `changes that may be of ${at} or before are still being recorded; ask again when they are done, or for a time before`;
    throw new Refused({ code: 'ahead_of_server', message, epoch, head });
  }
}

interface TimeState {
  readonly isAhead: boolean;
  readonly isOpen: boolean;
  readonly epoch: string;
  readonly head: number;
}

/** A writer, and who waits to be one, holds a lock on the table of the head. Of other roles it is not told when they began. */
async function stateOf(database: Database, at: string): Promise<TimeState> {
  const { rows } = await sql<TimeState>`
    SELECT epoch, seq AS head, ${at}::timestamptz > clock_timestamp() AS "isAhead",
      ${at}::timestamptz >= at AND EXISTS (
        SELECT FROM pg_locks AS writer LEFT JOIN pg_stat_activity AS activity USING (pid)
        WHERE writer.relation = 'head'::regclass AND writer.mode = 'RowShareLock' AND writer.pid <> pg_backend_pid()
          AND writer.database = (SELECT oid FROM pg_database WHERE datname = current_database())
          AND coalesce(activity.xact_start <= ${at}::timestamptz, true)
      ) AS "isOpen"
    FROM head`.execute(database);
  const [state] = rows;
  if (state === undefined) throw new Error('the ledger has no head row: schema.sql was not applied');
  return state;
}

/** One connection waits for all readers of a database: it could be that all of them are needed for others. */
const waits = new WeakMap<Database, Promise<boolean>>();

/** Waits until the head is let go of; false when it was not in time. */
function isHeadFree(database: Database, waitMs: number): Promise<boolean> {
  const known = waits.get(database);
  if (known !== undefined) return known;
  const wait = waitForHead(database, waitMs).finally(() => waits.delete(database));
  waits.set(database, wait);
  return wait;
}

async function waitForHead(database: Database, waitMs: number): Promise<boolean> {
  try {
    await database.transaction().execute(async (transaction) => {
      await sql`SET LOCAL lock_timeout = ${sql.lit(waitMs)}`.execute(transaction);
      await sql`SELECT FROM head FOR KEY SHARE`.execute(transaction);
    });
    return true;
  } catch (error) {
    // lock_not_available
    if (sqlState(error) === '55P03') return false;
    throw error;
  }
}
