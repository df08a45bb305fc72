import { type RawBuilder, sql } from 'kysely';
import { Frontier } from '../../proof/frontier.ts';
import { type Hash, leafHash } from '../../proof/hash.ts';
import type { Executor } from '../database/writer.ts';
import type { LockedHead } from './head.ts';
import type { Change } from './record.ts';

/** Leaves of a tile, as in C2SP tlog-tiles: 2^8. */
export const tileLeaves = 256;
export const tileLevels = 8;
/** Within a tile the roots of subtrees of this level are kept too: of 2^4 leaves each. */
export const innerLevel = 4;

/** A full tile: the root over 256^(level + 1) entries; of level 0 with the hashes in it. */
export interface Tile extends Partial<TileHashes> {
  readonly level: number;
  readonly index: number;
  readonly hash: Hash;
}

/** Hashes of a tile of level 0, full or not. */
export interface TileHashes {
  /** Of its entries. */
  readonly leaves: readonly Hash[];
  /**
   * Roots of subtrees: over each 16 of its entries, and behind these, of a full one, over 2, 4, 8 ... tiles, as far as
   * they end with it. So every subtree is had from 8 hashes at most, and above tiles from one.
   */
  readonly nodes: readonly Hash[];
}

/** Of a tile that has no entry yet. */
export const noHashes: TileHashes = { leaves: [], nodes: [] };

/** What appending changes does to the tree over the log. */
export interface Growth {
  readonly frontier: Frontier;
  /** Those that have become full. */
  readonly tiles: readonly Tile[];
  /** The hashes behind the last full tile; undefined when they are not known and nobody needed them. */
  readonly open: TileHashes | undefined;
}

/**
 * The hashes behind the last full tile, so that a tile that becomes full can be written without reading its entries
 * again. Another server may have written meanwhile: then they are read.
 */
export class OpenTile {
  #size = 0;
  #hashes: TileHashes | undefined = noHashes;

  /** The hashes as of a size of the log; undefined when they would have to be read. */
  known(size: number): TileHashes | undefined {
    return this.#size === size ? this.#hashes : undefined;
  }

  /** The same, read if they are not known. */
  async read(transaction: Executor, size: number): Promise<TileHashes> {
    return this.known(size) ?? hashesOver(await readLeaves(transaction, size - (size % tileLeaves), size));
  }

  /** Keeps what a growth has left, once it is durable. */
  keep({ frontier, open }: Growth): void {
    this.#size = frontier.size;
    this.#hashes = open;
  }
}

/** The hashes of the entries behind `from`, up to `to`, from the entries themselves. */
export async function readLeaves(database: Executor, from: number, to: number): Promise<Hash[]> {
  if (from === to) return [];
  const { rows } = await sql<{ leaf: Hash }>`
    SELECT encode(${entryHashSql}, 'hex') AS leaf FROM change WHERE seq > ${from} AND seq <= ${to}
    ORDER BY seq`.execute(database);
  return rows.map(({ leaf }) => leaf);
}

/** The leaf hash of an entry of \`change\`: what proof/hash.ts makes of the same text. */
export const entryHashSql: RawBuilder<Buffer> = sql`sha256('\\x00'::bytea || convert_to(entry, 'UTF8'))`;

/** Lets the tree grow by these changes, which follow the head. */
export async function growTree(
  transaction: Executor,
  { head, changes, open }: { head: LockedHead; changes: readonly Change[]; open: OpenTile },
): Promise<Growth> {
  const fills = (head.seq % tileLeaves) + changes.length >= tileLeaves;
  const before = fills ? await open.read(transaction, head.seq) : open.known(head.seq);
  const leaves = changes.map(({ entry }) => leafHash(entry));
  return grow(head.frontier, leaves, before);
}

/** The same for any leaves. `before` is what is behind the last full tile; needed only where a tile becomes full. */
export function grow(start: Frontier, leaves: readonly Hash[], before: TileHashes | undefined): Growth {
  const frontier = start.copy();
  const tiles: Tile[] = [];
  let open = before && copyOf(before);
  for (const leaf of leaves) {
    open?.leaves.push(leaf);
    frontier.push(leaf, (level, index, hash) => {
      // Also behind the tile that has just become full: it shares this array.
      if (level === innerLevel || level > tileLevels) open?.nodes.push(hash);
      if (level % tileLevels !== 0) return;
      tiles.push({ level: level / tileLevels - 1, index, hash, ...(level === tileLevels ? open : {}) });
    });
    if (frontier.size % tileLeaves === 0) open = copyOf(noHashes);
  }
  return { frontier, tiles, open };
}

/** The hashes of the one tile that these leaves begin, or fill. */
function hashesOver(leaves: readonly Hash[]): TileHashes {
  const nodes: Hash[] = [];
  const frontier = new Frontier();
  for (const leaf of leaves) {
    frontier.push(leaf, (level, _index, hash) => {
      if (level === innerLevel) nodes.push(hash);
    });
  }
  return { leaves, nodes };
}

function copyOf({ leaves, nodes }: TileHashes): { leaves: Hash[]; nodes: Hash[] } {
  return { leaves: [...leaves], nodes: [...nodes] };
}

/** The statement that writes tiles. */
export function insertTiles(tiles: readonly Tile[]): RawBuilder<unknown> {
  return sql`
    INSERT INTO tile (level, index, hash, leaves, nodes)
    SELECT level, index, decode(hash, 'hex'), decode(leaves, 'hex'), decode(nodes, 'hex') FROM unnest(
      ${tiles.map(({ level }) => level)}::bigint[],
      ${tiles.map(({ index }) => index)}::bigint[],
      ${tiles.map(({ hash }) => hash)}::text[],
      ${tiles.map(({ leaves }) => leaves?.join('') ?? null)}::text[],
      ${tiles.map(({ nodes }) => nodes?.join('') ?? null)}::text[]) AS full_tile (level, index, hash, leaves, nodes)`;
}
