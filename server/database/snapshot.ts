import type { Database } from './database.ts';

/** One state of the database for several queries, while others go on writing. */
export async function snapshot<Result>(
  database: Database,
  work: (transaction: Database) => Promise<Result>,
): Promise<Result> {
  return await database
    .transaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only')
    .execute((transaction) => work(transaction));
}
