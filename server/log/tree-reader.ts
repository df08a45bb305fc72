import { sql } from 'kysely';
import { Frontier, foldRight } from '../../proof/frontier.ts';
import { type Hash, hashBytes, ProofError } from '../../proof/hash.ts';
import { type Node, nodesOf, peakRanges, type Range } from '../../proof/ranges.ts';
import type { Executor } from '../database/writer.ts';
import { readLeaves, tileLeaves } from './tree.ts';

const tileLevels = 8;
const hashDigits = hashBytes * 2;

/**
 * Reads hashes of the tree over the log: of any range of entries for proofs, and of the entries themselves. A subtree
 * whose root is not kept is hashed from the nearest nodes below that are, at most 128 of them: a proof costs a few
 * queries, whatever the size of the log.
 */
export class TreeReader {
  readonly #database: Executor;

  constructor(database: Executor) {
    this.#database = database;
  }

  /** The tree over the first entries as they were when there were so many. */
  async frontierAt(size: number): Promise<Frontier> {
    return new Frontier(size, await this.rangeHashes(peakRanges(size)));
  }

  /** The roots over ranges of entries that begin where subtrees begin. */
  async rangeHashes(ranges: readonly Range[]): Promise<Hash[]> {
    const nodes = ranges.map(nodesOf);
    const hashes = await this.#hashesOf(nodes.flat());
    return nodes.map(({ length }) => foldRight(hashes.splice(0, length)) ?? missing());
  }

  /** The hashes of the entries behind `after`, up to `to`: of full tiles as they were kept, else from the entries. */
  async leaves(after: number, to: number): Promise<Hash[]> {
    const { rows } = await sql<{ index: number; leaves: Buffer }>`
      SELECT index, leaves FROM tile
      WHERE level = 0 AND index BETWEEN ${tileOf(after)} AND ${tileOf(to - 1)} ORDER BY index`.execute(this.#database);
    const kept = rows.flatMap(({ index, leaves }) => {
      const start = index * tileLeaves;
      return cut(leaves.toString('hex')).slice(Math.max(0, after - start), to - start);
    });
    const behind = Math.max(after, ((rows.at(-1)?.index ?? tileOf(after) - 1) + 1) * tileLeaves);
    return behind >= to ? kept : [...kept, ...(await readLeaves(this.#database, behind, to))];
  }

  async #hashesOf(nodes: readonly Node[]): Promise<Hash[]> {
    const [low, high] = [
      nodes.filter(({ level }) => level < tileLevels),
      nodes.filter(({ level }) => level >= tileLevels),
    ];
    const [ofLeaves, ofTiles] = await Promise.all([this.#fromLeaves(low), this.#fromTiles(high)]);
    return nodes.map(({ level }) => (level < tileLevels ? ofLeaves : ofTiles).shift() ?? missing());
  }

  /** Subtrees within one tile. */
  async #fromLeaves(nodes: readonly Node[]): Promise<Hash[]> {
    const wanted = nodes.map(({ level, index }) => ({ from: index * 2 ** level, to: (index + 1) * 2 ** level }));
    const { rows } = await sql<{ position: number; leaves: string }>`
      SELECT wanted.position, encode(substring(tile.leaves FROM wanted.first + 1 FOR wanted.count), 'hex') AS leaves
      FROM unnest(
        ${wanted.map(({ from }) => tileOf(from))}::bigint[],
        ${wanted.map(({ from }) => (from % tileLeaves) * hashBytes)}::int[],
        ${wanted.map(({ from, to }) => (to - from) * hashBytes)}::int[]) WITH ORDINALITY AS wanted (index, first, count, position)
      JOIN tile ON tile.level = 0 AND tile.index = wanted.index`.execute(this.#database);
    const kept = new Map(rows.map(({ position, leaves }) => [position - 1, cut(leaves)]));
    const open = await this.#openLeaves(wanted.filter((_range, position) => !kept.has(position)));
    return wanted.map((range, position) => rootOf(kept.get(position) ?? open(range), range.to - range.from));
  }

  /** The hashes of ranges that no full tile holds: they are in the last tile, which is read once for all of them. */
  async #openLeaves(ranges: readonly Range[]): Promise<(range: Range) => readonly Hash[]> {
    const from = Math.min(...ranges.map((range) => range.from));
    const to = Math.max(...ranges.map((range) => range.to));
    if (to - from > tileLeaves) missing();
    const leaves = ranges.length > 0 ? await readLeaves(this.#database, from, to) : [];
    return (range) => leaves.slice(range.from - from, range.to - from);
  }

  /** Subtrees over tiles: of the level below that is kept, at most 128 tiles each. */
  async #fromTiles(nodes: readonly Node[]): Promise<Hash[]> {
    const wanted = nodes.map(({ level, index }) => {
      const count = 2 ** (level % tileLevels);
      return { level: Math.floor(level / tileLevels) - 1, from: index * count, count };
    });
    if (wanted.length === 0) return [];
    const { rows } = await sql<{ position: number; hashes: string }>`
      SELECT wanted.position, string_agg(encode(tile.hash, 'hex'), '' ORDER BY tile.index) AS hashes
      FROM unnest(
        ${wanted.map(({ level }) => level)}::bigint[],
        ${wanted.map(({ from }) => from)}::bigint[],
        ${wanted.map(({ count }) => count)}::bigint[]) WITH ORDINALITY AS wanted (level, first, count, position)
      JOIN tile ON tile.level = wanted.level AND tile.index >= wanted.first AND tile.index < wanted.first + wanted.count
      GROUP BY wanted.position`.execute(this.#database);
    const kept = new Map(rows.map(({ position, hashes }) => [position - 1, cut(hashes)]));
    return wanted.map(({ count }, position) => rootOf(kept.get(position) ?? [], count));
  }
}

function tileOf(leaf: number): number {
  return Math.floor(leaf / tileLeaves);
}

function cut(digits: string): Hash[] {
  return Array.from({ length: digits.length / hashDigits }, (_, at) =>
    digits.slice(at * hashDigits, (at + 1) * hashDigits),
  );
}

function rootOf(hashes: readonly Hash[], count: number): Hash {
  if (hashes.length !== count) missing();
  const frontier = new Frontier();
  for (const hash of hashes) frontier.push(hash);
  return frontier.root;
}

function missing(): never {
  throw new ProofError('hashes of the tree are missing: entries or tiles of the log were deleted');
}
