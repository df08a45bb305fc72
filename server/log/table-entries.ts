import { sql } from 'kysely';
import type { TableEntry } from '../../protocol/entry.ts';
import type { Executor } from '../database/writer.ts';

/** The changes of a table itself, oldest first, its creation too, with after < seq <= last. */
export async function readTableEntries(
  executor: Executor,
  id: number,
  { after = 0, last = Number.MAX_SAFE_INTEGER }: { readonly after?: number; readonly last?: number } = {},
): Promise<TableEntry[]> {
  const { rows } = await sql<{ entry: TableEntry }>`
    SELECT entry::json AS entry FROM change
    WHERE table_id = ${id} AND key IS NULL AND seq > ${after} AND seq <= ${last} ORDER BY seq`.execute(executor);
  return rows.map(({ entry }) => entry);
}
