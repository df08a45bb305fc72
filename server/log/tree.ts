import { type RawBuilder, sql } from 'kysely';
import type { Frontier } from '../../proof/frontier.ts';
import { type Hash, leafHash } from '../../proof/hash.ts';
import type { Executor } from '../database/writer.ts';
import type { LockedHead } from './head.ts';
import type { Change } from './record.ts';

/** Leaves of a tile, as in C2SP tlog-tiles: 2^8. */
export const tileLeaves = 256;
const tileLevels = 8;

/** A full tile: the root over 256^(level + 1) entries; of level 0 with the hashes of its entries. */
export interface Tile {
  readonly level: number;
  readonly index: number;
  readonly hash: Hash;
  readonly leaves?: readonly Hash[];
}

/** What appending changes does to the tree over the log. */
export interface Growth {
  readonly frontier: Frontier;
  /** Those that have become full. */
  readonly tiles: readonly Tile[];
  /** The hashes behind the last full tile; undefined when they are not known and nobody needed them. */
  readonly open: readonly Hash[] | undefined;
}

/**
 * The hashes behind the last full tile, so that a tile that becomes full can be written without reading its entries
 * again. Another server may have written meanwhile: then they are read.
 */
export class OpenTile {
  #size = 0;
  #leaves: readonly Hash[] | undefined = [];

  /** The hashes as of a size of the log; undefined when they would have to be read. */
  known(size: number): readonly Hash[] | undefined {
    return this.#size === size ? this.#leaves : undefined;
  }

  /** The same, read if they are not known. */
  async read(transaction: Executor, size: number): Promise<readonly Hash[]> {
    return this.known(size) ?? (await readLeaves(transaction, size - (size % tileLeaves), size));
  }

  /** Keeps what a growth has left, once it is durable. */
  keep({ frontier, open }: Growth): void {
    this.#size = frontier.size;
    this.#leaves = open;
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

/** The same for any leaves. `before` are those behind the last full tile; needed only where a tile becomes full. */
export function grow(start: Frontier, leaves: readonly Hash[], before: readonly Hash[] | undefined): Growth {
  const frontier = start.copy();
  const tiles: Tile[] = [];
  let open = before && [...before];
  for (const leaf of leaves) {
    open?.push(leaf);
    frontier.push(leaf, (level, index, hash) => {
      if (level % tileLevels !== 0) return;
      tiles.push({
        level: level / tileLevels - 1,
        index,
        hash,
        ...(level === tileLevels && open ? { leaves: open } : {}),
      });
    });
    if (frontier.size % tileLeaves === 0) open = [];
  }
  return { frontier, tiles, open };
}

/** The statement that writes tiles. */
export function insertTiles(tiles: readonly Tile[]): RawBuilder<unknown> {
  return sql`
    INSERT INTO tile (level, index, hash, leaves)
    SELECT level, index, decode(hash, 'hex'), decode(leaves, 'hex') FROM unnest(
      ${tiles.map(({ level }) => level)}::bigint[],
      ${tiles.map(({ index }) => index)}::bigint[],
      ${tiles.map(({ hash }) => hash)}::text[],
      ${tiles.map(({ leaves }) => leaves?.join('') ?? null)}::text[]) AS full_tile (level, index, hash, leaves)`;
}
