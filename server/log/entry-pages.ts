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

/** Entries of a page, where they are small. */
const pageEntries = 4 * tileLeaves;
/** Bytes of a page, beyond which no further entry is taken; the first always is. */
export const pageBytesMax = 8_388_608;

/**
 * Goes through the log from its start to its end, in pages. Rows are what they are: of a missing one it is only noticed
 * here when nothing follows, which is an empty page, the last.
 */
export async function* entryPages(executor: Executor, head: number): AsyncGenerator<readonly StoredChange[]> {
  for (let after = 0; after < head; ) {
    const page = await readPage(executor, after, Math.min(after + pageEntries, head));
    yield page;
    const last = page.at(-1);
    if (last === undefined) return;
    after = last.seq;
  }
}

async function readPage(executor: Executor, after: number, to: number): Promise<readonly StoredChange[]> {
  const { rows } = await sql<StoredChange>`
    SELECT seq, table_id AS "tableId", key, group_last AS "groupLast", entry
    FROM (
      SELECT *, sum(octet_length(entry)) OVER (ORDER BY seq ROWS UNBOUNDED PRECEDING) - octet_length(entry) AS before
      FROM change WHERE seq > ${after} AND seq <= ${to}
    ) AS measured
    WHERE before < ${pageBytesMax} ORDER BY seq`.execute(executor);
  return rows;
}
