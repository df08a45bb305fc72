import { sql } from 'kysely';
import { Frontier, foldRight } from '../../proof/frontier.ts';
import { type Hash, hashBytes, ProofError } from '../../proof/hash.ts';
import { type Node, nodesOf, peakRanges, type Range } from '../../proof/ranges.ts';
import type { Executor } from '../database/writer.ts';
import { entryHashSql, innerLevel, readLeaves, tileLeaves, tileLevels } from './tree.ts';

const hashDigits = hashBytes * 2;

/**
 * Reads hashes of the tree over the log: of any range of entries for proofs, and of the entries themselves. A subtree
 * whose root is not kept is hashed from the nearest nodes below that are: a proof costs one query, whatever the size of
 * the log.
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

  /**
   * The numbers are those of `tile` in schema.sql: 2^8 leaves, `nodes` over each 2^4 of them and then from level 9 on, 32
   * bytes each. LATERAL, as a plan that was kept while there were few tiles would read all of them for ever after.
   */
  async #hashesOf(nodes: readonly Node[]): Promise<Hash[]> {
    const wanted = nodes.map(({ level, index }) => ({ level, from: index * 2 ** level, to: (index + 1) * 2 ** level }));
    const { rows } = await sql<{ hashes: string | null }>`
      SELECT encode(coalesce(
        CASE WHEN level > 8 THEN substring(nodes FROM (16 + level - 9) * 32 + 1 FOR 32)
             WHEN level BETWEEN 4 AND 7 THEN substring(nodes FROM within / 16 * 32 + 1 FOR 32 << (level - 4)) END,
        CASE WHEN level < 8 THEN substring(leaves FROM within * 32 + 1 FOR 32 << level) END,
        CASE WHEN level < 8 THEN (
          SELECT string_agg(${entryHashSql}, '' ORDER BY seq) FROM change WHERE seq > start AND seq <= start + (1 << level)
        ) ELSE (
          SELECT string_agg(hash, '' ORDER BY index) FROM tile AS below
          WHERE below.level = wanted.level / 8 - 1 AND index >= start >> (wanted.level / 8 * 8)
            AND index < (start >> (wanted.level / 8 * 8)) + (1 << wanted.level % 8)
        ) END), 'hex') AS hashes
      FROM unnest(
        ${wanted.map(({ level }) => level)}::int[],
        ${wanted.map(({ from }) => from)}::bigint[],
        ${wanted.map(({ from }) => from % tileLeaves)}::int[],
        ${wanted.map(({ to }) => tileOf(to - 1))}::bigint[])
        WITH ORDINALITY AS wanted (level, start, within, tile, position)
      LEFT JOIN LATERAL (
        SELECT nodes, leaves FROM tile WHERE tile.level = 0 AND index = wanted.tile OFFSET 0
      ) AS kept ON true
      ORDER BY position`.execute(this.#database);
    return nodes.map(({ level }, position) => rootOf(level, cut(rows[position]?.hashes ?? '')));
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

/** Of a subtree, from its own root or from the nodes below it: of a kept tile's `nodes`, of tiles, or the leaves. */
function rootOf(level: number, hashes: readonly Hash[]): Hash {
  const below = level < tileLevels ? [level % innerLevel, level] : [0, level % tileLevels];
  if (!below.some((levels) => hashes.length === 2 ** levels)) missing();
  const frontier = new Frontier();
  for (const hash of hashes) frontier.push(hash);
  return frontier.root;
}

function missing(): never {
  throw new ProofError('hashes of the tree are missing: entries or tiles of the log were deleted');
}
