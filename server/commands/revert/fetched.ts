import { type RawBuilder, sql } from 'kysely';
import type { Executor } from '../../database/writer.ts';
import { cutByBytes } from '../large/bytes.ts';

/** Rows of a cursor that are fetched at once. */
const fetchedMax = 500;
let cursors = 0;

/** What a cursor tells ahead of what is large, so that no more of it is read at once than may lie in memory. */
export interface Sized {
  readonly bytes: number;
}

/**
 * The rows of a query, at most a few hundred and some megabytes at a time, as they were when it was asked: what is written
 * meanwhile in the same transaction is not among them. It selects `bytes`, how large each is, and not the large thing itself,
 * which is read behind it. The cursor goes with the transaction, or with the savepoint that it was opened in.
 */
export async function* fetched<Row extends Sized>(
  transaction: Executor,
  query: RawBuilder<unknown>,
): AsyncGenerator<readonly Row[]> {
  cursors += 1;
  const name = sql.raw(`revert_${cursors}`);
  await sql`DECLARE ${name} NO SCROLL CURSOR FOR ${query}`.execute(transaction);
  for (;;) {
    const { rows } = await sql<Row>`FETCH ${sql.raw(String(fetchedMax))} FROM ${name}`.execute(transaction);
    yield* cutByBytes(rows, ({ bytes }) => bytes);
    if (rows.length < fetchedMax) break;
  }
  await sql`CLOSE ${name}`.execute(transaction);
}
