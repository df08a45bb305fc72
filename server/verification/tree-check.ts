import { sql } from 'kysely';
import { Frontier } from '../../proof/frontier.ts';
import type { Hash } from '../../proof/hash.ts';
import { peakRanges } from '../../proof/ranges.ts';
import type { Executor } from '../database/writer.ts';
import { grow, noHashes, type Tile, type TileHashes, tileLeaves } from '../log/tree.ts';
import { counted, type Findings } from './findings.ts';

interface KeptTile {
  readonly hash: Hash;
  /** Hashes in hexadecimal, one after another; null above level 0. */
  readonly leaves: string | null;
  /** The same, or where they were never kept. */
  readonly nodes: string | null;
}

/**
 * Holds the kept tree against the tree that the entries themselves make: every tile of every level, and the right edge in
 * the head. Where they differ it tells whether an entry was changed, and which, or the tree.
 */
export class TreeCheck {
  readonly #executor: Executor;
  readonly #findings: Findings;
  #frontier = new Frontier();
  #open: TileHashes | undefined = noHashes;
  #tiles = 0;

  constructor(executor: Executor, findings: Findings) {
    this.#executor = executor;
    this.#findings = findings;
  }

  /** Takes the hashes of the entries that follow. */
  async check(page: readonly { readonly seq: number; readonly leaf: Hash }[]): Promise<void> {
    if (page.some(({ seq }, at) => seq !== this.#frontier.size + at + 1)) return;
    const { frontier, tiles, open } = grow(
      this.#frontier,
      page.map(({ leaf }) => leaf),
      this.#open,
    );
    this.#frontier = frontier;
    this.#open = open;
    this.#tiles += tiles.length;
    const kept = await this.#keptTiles(tiles);
    for (const tile of tiles) this.#compare(tile, kept.get(nameOf(tile)));
  }

  async #keptTiles(tiles: readonly Tile[]): Promise<Map<string, KeptTile>> {
    const { rows } = await sql<KeptTile & { level: number; index: number }>`
      SELECT tile.level, tile.index, encode(tile.hash, 'hex') AS hash, encode(tile.leaves, 'hex') AS leaves,
             encode(tile.nodes, 'hex') AS nodes
      FROM unnest(${tiles.map(({ level }) => level)}::bigint[], ${tiles.map(({ index }) => index)}::bigint[])
        AS wanted (level, index)
      JOIN tile ON tile.level = wanted.level AND tile.index = wanted.index`.execute(this.#executor);
    return new Map(rows.map(({ level, index, ...kept }) => [nameOf({ level, index }), kept]));
  }

  #compare({ level, index, hash, leaves, nodes }: Tile, kept: KeptTile | undefined): void {
    const seq = index * tileLeaves ** (level + 1) + 1;
    const where = `the tile of level ${level} over the entries from ${seq} on`;
    const keptLeaves = kept?.leaves?.match(/.{64}/g) ?? [];
    const changed = leaves?.findIndex((leaf, at) => leaf !== keptLeaves[at]) ?? -1;
    const isSame = kept?.hash === hash && changed < 0 && (kept.nodes === null || kept.nodes === nodes?.join(''));
    // A tile that is in order within itself is believed: then it is the entry that is another.
    const isEntry = changed >= 0 && kept !== undefined && kept.hash !== hash && rootOf(keptLeaves) === kept.hash;
    if (kept === undefined) this.#findings.bad('tree', { seq, what: `${where} is missing` });
    else if (isEntry) this.#accuseEntry(seq + changed);
    // Above entries that were changed nothing is right any more.
    else if (!isSame && !this.#findings.isBad('entries')) {
      this.#findings.bad('tree', { seq, what: `${where} was changed` });
    }
  }

  #accuseEntry(seq: number): void {
    this.#findings.bad('entries', { seq, what: `entry ${seq} is not the one that the tree was made of` });
  }

  /** Holds the head's right edge, and the number of tiles, against a log that was read to its end. */
  async finish({ size, text: peaks, peaks: made }: Frontier): Promise<void> {
    const { rows } = await sql<{ peaks: string | null; tiles: number }>`
      SELECT encode(peaks, 'hex') AS peaks, (SELECT count(*) FROM tile) AS tiles FROM head`.execute(this.#executor);
    const [{ peaks: kept = null, tiles = 0 } = {}] = rows;
    if (tiles > this.#tiles) {
      this.#findings.bad('tree', { seq: size + 1, what: `it has ${tiles} tiles, and its entries make ${this.#tiles}` });
    }
    if (kept !== peaks && !this.#findings.isBad('entries')) this.#accuseEdge(size, made, kept ?? '');
    this.#findings.good('tree', `${counted(this.#tiles, 'tile')} and the edge in the head, as the entries make them`);
  }

  #accuseEdge(size: number, made: readonly Hash[], kept: string): void {
    const keptPeaks = kept.match(/.{64}/g) ?? [];
    const at = made.findIndex((peak, index) => peak !== keptPeaks[index]);
    const range = peakRanges(size)[at] ?? { from: 0, to: size };
    const [first, last] = [range.from + 1, range.to];
    const which = first === last ? `entry ${first}` : `one of the entries ${first} to ${last}`;
    this.#findings.bad('tree', { seq: first, what: `${which}, or the edge of the tree in the head, was changed` });
  }
}

function nameOf({ level, index }: Pick<Tile, 'level' | 'index'>): string {
  return `${level} ${index}`;
}

function rootOf(leaves: readonly Hash[]): Hash {
  const frontier = new Frontier();
  for (const leaf of leaves) frontier.push(leaf);
  return frontier.root;
}
