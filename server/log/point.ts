import { sql } from 'kysely';
import type { Point } from '../../protocol/point.ts';
import type { Executor } from '../database/writer.ts';
import { Refused } from '../refused.ts';
import type { Head } from './head.ts';
import { findTag } from './tags.ts';

/**
 * The seq that a point names in the log that ends at this head. Of a time it stays so when it was settled before (see
 * settled.ts), or the head is locked.
 * @throws Refused `wrong_epoch`, `ahead_of_server` (a seq or a time that has not come yet) or `tag_not_found`
 */
export async function resolvePoint(executor: Executor, head: Head, point: Point): Promise<number> {
  if ('tag' in point) return await findTag(executor, point.tag);
  if ('at' in point) return await lastAt(executor, head, point.at);
  refusePlace(head, point.seq, point.epoch);
  return point.seq;
}

/** Refuses a place that is of another life of the ledger, or beyond the end of the log. */
export function refusePlace(head: Head, seq: number, epoch: string | undefined): void {
  const where = { epoch: head.epoch, head: head.seq };
  if (epoch !== undefined && epoch !== head.epoch) {
    throw new Refused({ code: 'wrong_epoch', message: `the ledger's life is ${head.epoch}; start over`, ...where });
  }
  if (seq > head.seq) {
    throw new Refused({ code: 'ahead_of_server', message: `the log ends at ${head.seq}, before ${seq}`, ...where });
  }
}

/**
 * The last change at or before a time, 0 when there is none. Times never run backwards in the log, so it is found by
 * halving, some twenty looks for a million changes, and needs no index.
 */
async function lastAt(executor: Executor, { epoch, seq: head }: Head, at: string): Promise<number> {
  const { rows } = await sql<{ seq: number; isAhead: boolean }>`
    WITH RECURSIVE search (low, high) AS (
      SELECT 0::bigint, ${head}::bigint
      UNION ALL
      SELECT CASE WHEN probe.reached THEN middle.seq ELSE low END, CASE WHEN probe.reached THEN high ELSE middle.seq - 1 END
      FROM search
      CROSS JOIN LATERAL (SELECT (low + high + 1) / 2 AS seq) AS middle
      CROSS JOIN LATERAL (
        SELECT (entry::json ->> 'at')::timestamptz <= ${at}::timestamptz AS reached FROM change WHERE change.seq = middle.seq
      ) AS probe
      WHERE low < high
    )
    SELECT low AS seq, ${at}::timestamptz > clock_timestamp() AS "isAhead" FROM search WHERE low = high`.execute(
    executor,
  );
  const [found] = rows;
  if (found === undefined) throw new Error(`the log has no change that can be compared with ${at}`);
  if (found.isAhead) throw refuseComing(at, { epoch, seq: head });
  return found.seq;
}

/** A time that the server's clock has not reached. */
export function refuseComing(at: string, { epoch, seq: head }: Pick<Head, 'epoch' | 'seq'>): Refused {
  return new Refused({ code: 'ahead_of_server', message: `${at} has not come yet on the server`, epoch, head });
}
