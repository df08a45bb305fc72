import { sql } from 'kysely';
import type { Executor } from '../database/writer.ts';
import { tileLeaves } from './tree.ts';

/** A change as it stands in the database. */
export interface StoredChange {
  readonly seq: number;
  readonly tableId: number;
  readonly key: string | null;
  readonly groupLast: number;
  readonly entry: string;
}

/** Entries of a page: whole tiles, so that each is complete within one page. */
const pageEntries = 4 * tileLeaves;

/**
 * Goes through the log from its start to its end, in pages that begin and end with a tile. Rows are what they are: a
 * missing one is not noticed here.
 */
export async function* entryPages(executor: Executor, head: number): AsyncGenerator<readonly StoredChange[]> {
  for (let after = 0; after < head; after += pageEntries) {
    yield await readPage(executor, after, Math.min(after + pageEntries, head));
  }
}

async function readPage(executor: Executor, after: number, to: number): Promise<readonly StoredChange[]> {
  const { rows } = await sql<StoredChange>`
    SELECT seq, table_id AS "tableId", key, group_last AS "groupLast", entry FROM change
    WHERE seq > ${after} AND seq <= ${to} ORDER BY seq`.execute(executor);
  return rows;
}
