import { type RawBuilder, sql } from 'kysely';
import type { Executor } from '../../database/writer.ts';

/** Rows that are fetched at once. */
const fetchedMax = 500;
let cursors = 0;

/**
 * The rows of a query, a few hundred at a time, as they were when it was asked: what is written meanwhile in the same
 * transaction is not among them. The cursor goes with the transaction, or with the savepoint that it was opened in.
 */
export async function* fetched<Row>(transaction: Executor, query: RawBuilder<unknown>): AsyncGenerator<readonly Row[]> {
  cursors += 1;
  const name = sql.raw(`revert_${cursors}`);
  await sql`DECLARE ${name} NO SCROLL CURSOR FOR ${query}`.execute(transaction);
  for (;;) {
    const { rows } = await sql<Row>`FETCH ${sql.raw(String(fetchedMax))} FROM ${name}`.execute(transaction);
    if (rows.length > 0) yield rows;
    if (rows.length < fetchedMax) break;
  }
  await sql`CLOSE ${name}`.execute(transaction);
}
