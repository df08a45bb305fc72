import { sql } from 'kysely';
import type { Hash } from '../../proof/hash.ts';
import type { Executor } from '../database/writer.ts';
import type { Fault } from './tampered.ts';
import { entryHashSql, grow, noHashes, readLeaves, tileLeaves } from './tree.ts';
import { TreeReader } from './tree-reader.ts';

interface KeptTile {
  readonly index: number;
  readonly leaves: Buffer;
  readonly hash: Hash;
  /** NULL when a version wrote it that kept none. */
  readonly nodes: string | null;
  /** Whether its leaves are those of the entries. */
  readonly same: boolean;
}

/**
 * Holds entries against the tree: every entry of these tiles is hashed again from its bytes, and every tile from its
 * leaves, with all that it keeps of the tree. The first fault is named; of a changed entry its seq, exactly.
 */
export async function checkTiles(
  database: Executor,
  { from, to }: { from: number; to: number },
): Promise<Fault | undefined> {
  const { rows } = await sql<KeptTile>`
    SELECT index, leaves, encode(hash, 'hex') AS hash, encode(nodes, 'hex') AS nodes, leaves IS NOT DISTINCT FROM (
      SELECT string_agg(${entryHashSql}, ''::bytea ORDER BY seq) FROM change
      WHERE seq > tile.index * ${tileLeaves}::bigint AND seq <= (tile.index + 1) * ${tileLeaves}::bigint
    ) AS same
    FROM tile WHERE level = 0 AND index >= ${from} AND index < ${to} ORDER BY index`.execute(database);
  let frontier = await new TreeReader(database).frontierAt(from * tileLeaves);
  for (const [position, { index, leaves, hash, nodes, same }] of rows.entries()) {
    const first = (from + position) * tileLeaves + 1;
    if (index !== from + position) return { seq: first, what: `the tile of the entries from ${first} on is missing` };
    if (!same) return await changedEntry(database, index, leaves);
    const made = grow(frontier, leavesOf(leaves), noHashes);
    const [tile] = made.tiles;
    if (tile?.hash !== hash || (nodes !== null && tile.nodes?.join('') !== nodes)) {
      return { seq: first, what: `the tile of the entries from ${first} on was changed` };
    }
    ({ frontier } = made);
  }
  if (rows.length === to - from) return undefined;
  const seq = (from + rows.length) * tileLeaves + 1;
  return { seq, what: `the tile of the entries from ${seq} on is missing` };
}

/** Which entry of a tile is not what it was. */
async function changedEntry(database: Executor, index: number, kept: Buffer): Promise<Fault> {
  const start = index * tileLeaves;
  const { rows } = await sql<{ seq: number; leaf: Hash }>`
    SELECT seq, encode(${entryHashSql}, 'hex') AS leaf FROM change
    WHERE seq > ${start} AND seq <= ${start + tileLeaves} ORDER BY seq`.execute(database);
  const found = new Map(rows.map(({ seq, leaf }) => [seq, leaf]));
  for (let at = 0; at < tileLeaves; at += 1) {
    const seq = start + at + 1;
    const leaf = found.get(seq);
    if (leaf === undefined) return { seq, what: `entry ${seq} is missing` };
    if (leaf !== hashAt(kept, at)) return { seq, what: `entry ${seq} was changed` };
  }
  return { seq: start + 1, what: `the entries from ${start + 1} on were changed` };
}

/** Holds the head against where the log ends. */
export async function checkEnd(database: Executor): Promise<Fault | undefined> {
  const { rows } = await sql<{ seq: number; last: number; fits: boolean }>`
    SELECT seq, coalesce((SELECT max(seq) FROM change), 0) AS last,
           octet_length(peaks) = 32 * bit_count(seq::bit(64)) AS fits
    FROM head`.execute(database);
  const [head] = rows;
  if (head === undefined) return { seq: 1, what: 'its head is missing' };
  const { seq, last, fits } = head;
  if (last < seq) return { seq: last + 1, what: `it ends at ${last}, and its head is at ${seq}` };
  if (last > seq) return { seq: seq + 1, what: `there are entries up to ${last}, and its head is at ${seq}` };
  return fits ? undefined : { seq: 1, what: `the tree in its head is not one over ${seq} entries` };
}

/** Holds the tree in the head against the tiles and the entries behind the last of them. */
export async function checkTree(database: Executor): Promise<Fault | undefined> {
  const { rows } = await sql<{ seq: number; peaks: string }>`
    SELECT seq, encode(peaks, 'hex') AS peaks FROM head`.execute(database);
  const { seq = 0, peaks = '' } = rows[0] ?? {};
  const open = seq - (seq % tileLeaves);
  const leaves = await readLeaves(database, open, seq);
  if (leaves.length < seq - open) return { seq: open + 1, what: `entries behind ${open} are missing` };
  const { text } = await new TreeReader(database).frontierAt(seq);
  return text === peaks
    ? undefined
    : { seq: open + 1, what: `the tree in its head is another than that over its ${seq} entries` };
}

/** Holds the log against a tree that was signed when it had \`size\` entries. */
export async function checkAgainst(
  database: Executor,
  { size, root, head }: { size: number; root: Hash; head: number },
): Promise<Fault | undefined> {
  if (head < size) return { seq: head + 1, what: `it has ${head} entries, and this server has signed ${size}` };
  const { root: now } = await new TreeReader(database).frontierAt(size);
  return now === root
    ? undefined
    : { seq: 1, what: `its first ${size} entries are others than those this server has signed` };
}

function leavesOf(kept: Buffer): Hash[] {
  return Array.from({ length: tileLeaves }, (_, at) => hashAt(kept, at));
}

function hashAt(leaves: Buffer, at: number): Hash {
  return leaves.toString('hex', at * 32, (at + 1) * 32);
}
