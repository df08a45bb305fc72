import { sql } from 'kysely';
import { Frontier } from '../../proof/frontier.ts';
import type { Database } from '../database/database.ts';
import { grow, insertTiles, noHashes, readLeaves, type TileHashes } from './tree.ts';

/** Entries that are hashed at once. */
const stepEntries = 16_384;

/**
 * Builds the tree over a log that was written before there was one, in one transaction; returns how many entries that
 * took. Nothing is to be done for any other log: the tree grows with every append.
 */
export async function buildTree(database: Database): Promise<number> {
  return await database.transaction().execute(async (transaction) => {
    const { rows } = await sql<{ seq: number }>`SELECT seq FROM head WHERE peaks IS NULL FOR UPDATE`.execute(
      transaction,
    );
    const [head] = rows;
    if (head === undefined) return 0;
    let frontier = new Frontier();
    let open: TileHashes = noHashes;
    while (frontier.size < head.seq) {
      const leaves = await readLeaves(transaction, frontier.size, Math.min(frontier.size + stepEntries, head.seq));
      const growth = grow(frontier, leaves, open);
      if (growth.tiles.length > 0) await insertTiles(growth.tiles).execute(transaction);
      ({ frontier, open = noHashes } = growth);
      if (leaves.length === 0) throw new Error(`the log has a hole behind ${frontier.size}: it ends at ${head.seq}`);
    }
    await sql`UPDATE head SET peaks = decode(${frontier.text}, 'hex')`.execute(transaction);
    return head.seq;
  });
}
