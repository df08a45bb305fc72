import { type RawBuilder, sql } from 'kysely';
import { bigints, lines, texts } from '../database/arrays.ts';
import type { Executor } from '../database/writer.ts';
import type { Doorbell } from './doorbell.ts';
import { headAfter, type LockedHead } from './head.ts';
import type { Change } from './record.ts';
import { type Growth, insertTiles } from './tree.ts';

export interface Appending {
  readonly head: LockedHead;
  readonly changes: readonly Change[];
  /** What the changes do to the tree. */
  readonly growth: Growth;
  readonly doorbell: Doorbell;
  /** Statements of other rooms that are to be done in the same one, each on a table of its own. */
  readonly alongside?: readonly RawBuilder<unknown>[];
}

/**
 * Appends changes to the log and moves the head, inside the transaction that holds the head's lock, and does what goes
 * alongside: all in one statement, as each costs PostgreSQL and this process some 70 microseconds whatever it does.
 * Arrays, not rows of values: one text for any number of changes.
 * @throws Error when PostgreSQL did not take them all: nothing may be acknowledged then.
 */
export async function appendChanges(transaction: Executor, appending: Appending): Promise<void> {
  const { head, changes, growth, doorbell, alongside = [] } = appending;
  const tiles = growth.tiles.length > 0 ? [insertTiles(growth.tiles)] : [];
  const others = [...alongside, ...tiles].map(
    (statement, index) => sql`, ${sql.raw(`alongside_${index}`)} AS (${statement})`,
  );
  const last = changes.at(-1);
  if (last === undefined) {
    if (others.length > 0) await sql`WITH nothing AS (SELECT)${sql.join(others, sql``)} SELECT`.execute(transaction);
    return;
  }
  const { schemaSeq } = headAfter(head, changes);
  const { rows } = await sql<{ appended: number }>`
    WITH appended AS (
      INSERT INTO change (seq, table_id, key, group_last, entry)
      SELECT * FROM unnest(
        ${bigints(changes.map(({ seq }) => seq))},
        ${bigints(changes.map(({ tableId }) => tableId))},
        ${texts(changes.map(({ key }) => key))},
        ${bigints(changes.map(({ groupLast }) => groupLast))},
        ${lines(changes.map(({ entry }) => entry))})
      RETURNING seq
    ), moved AS (
      UPDATE head
      SET seq = ${last.seq}, at = ${head.at}::timestamptz, schema_seq = ${schemaSeq},
          peaks = decode(${growth.frontier.text}, 'hex')
      WHERE seq = ${head.seq}
      RETURNING seq
    )${sql.join(others, sql``)}
    -- COMMIT may be on its way already: only an error here, a division by zero, still stops it when the head has moved.
    SELECT (SELECT count(*) FROM appended) / (SELECT count(*) FROM moved) AS appended,
           pg_notify(${doorbell.channel}, ${doorbell.message(last.seq)})`.execute(transaction);
  const [done] = rows;
  if (done?.appended !== changes.length) {
    throw new Error(`the log took ${done?.appended ?? 0} of ${changes.length} changes at ${head.seq}`);
  }
}
