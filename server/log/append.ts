import { sql } from 'kysely';
import type { Executor } from '../database/writer.ts';
import type { Doorbell } from './doorbell.ts';
import type { LockedHead } from './head.ts';
import type { Change } from './record.ts';

export interface Appending {
  readonly head: LockedHead;
  readonly changes: readonly Change[];
  readonly doorbell: Doorbell;
}

/**
 * Appends changes to the log and moves the head, inside the transaction that holds the head's lock. Arrays, not rows of
 * values: one statement text for any number of changes.
 * @throws Error when PostgreSQL did not take them all: nothing may be acknowledged then.
 */
export async function appendChanges(transaction: Executor, { head, changes, doorbell }: Appending): Promise<void> {
  const last = changes.at(-1);
  if (last === undefined) return;
  const schemaSeq = changes.findLast(({ key }) => key === null)?.seq ?? head.schemaSeq;
  const { rows } = await sql<{ appended: number }>`
    WITH appended AS (
      INSERT INTO change (seq, table_id, key, group_last, entry)
      SELECT * FROM unnest(
        ${changes.map(({ seq }) => seq)}::bigint[],
        ${changes.map(({ tableId }) => tableId)}::bigint[],
        ${changes.map(({ key }) => key)}::text[],
        ${changes.map(({ groupLast }) => groupLast)}::bigint[],
        ${changes.map(({ entry }) => entry)}::text[])
      RETURNING seq
    ), moved AS (
      UPDATE head SET seq = ${last.seq}, at = ${head.at}::timestamptz, schema_seq = ${schemaSeq}
      WHERE seq = ${head.seq}
      RETURNING seq
    )
    -- COMMIT may be on its way already: only an error here, a division by zero, still stops it when the head has moved.
    SELECT (SELECT count(*) FROM appended) / (SELECT count(*) FROM moved) AS appended,
           pg_notify(${doorbell.channel}, ${doorbell.message(last.seq)})`.execute(transaction);
  const [done] = rows;
  if (done?.appended !== changes.length) {
    throw new Error(`the log took ${done?.appended ?? 0} of ${changes.length} changes at ${head.seq}`);
  }
}
