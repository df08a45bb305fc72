import { sql } from 'kysely';
import type { RowDiff } from '../../protocol/diff.ts';
import type { Cell, Cells } from '../../protocol/values.ts';
import type { Executor } from '../database/writer.ts';
import { entryRowsSql, livesAt, type TableAsOf, type TableLife } from './as-of.ts';
import type { Span } from './diff-tables.ts';

/** The tables after `to` of which rows were changed in between, in order of their creation. */
export async function livesWithChanges(executor: Executor, { from, to }: Span, name?: string): Promise<TableLife[]> {
  const lives = await livesAt(executor, to, name);
  const { rows } = await sql<{ id: number }>`
    SELECT id FROM unnest(${lives.map(({ id }) => id)}::bigint[]) AS life (id)
    WHERE EXISTS (SELECT FROM change WHERE table_id = life.id AND key IS NOT NULL AND seq > ${from} AND seq <= ${to})
  `.execute(executor);
  const changed = new Set(rows.map(({ id }) => id));
  return lives.filter(({ id }) => changed.has(id)).sort((a, b) => a.id - b.id);
}

export interface RowsBetween {
  /** The table as of the later seq. */
  readonly table: TableAsOf;
  readonly from: number;
  /** Only rows whose last change has a greater seq. */
  readonly after: number;
  readonly limit: number;
  /** Bytes of rows beyond which no further one is taken; the first always is. */
  readonly bytesMax: number;
}

export interface RowDiffs {
  readonly diffs: readonly RowDiff[];
  /** How many rows were looked at: as many as were changed, though some are again as they were. */
  readonly looked: number;
  readonly bytes: number;
  /** Seq of the last change of the last row that was looked at. */
  readonly last: number;
  /** Whether the limit of rows or of bytes ended it. */
  readonly full: boolean;
}

interface RowPair {
  readonly key: string;
  readonly seq: number;
  readonly was: Cells | null;
  readonly row: Cells | null;
  readonly bytes: number;
  readonly found: number;
}

/**
 * Of the rows that were changed, those that are not as they were. It goes along the changes in between and takes each
 * row at its last one, so what it costs follows them, and neither the table nor the log.
 */
export async function rowDiffs(executor: Executor, rows: RowsBetween): Promise<RowDiffs> {
  const pairs = await readPairs(executor, rows);
  const diffs = pairs.flatMap((pair) => rowDiff(rows.table.definition.name, pair));
  const found = pairs[0]?.found ?? 0;
  return {
    diffs,
    looked: pairs.length,
    bytes: pairs.reduce((sum, { bytes }) => sum + bytes, 0),
    last: pairs.at(-1)?.seq ?? rows.after,
    full: found === rows.limit || pairs.length < found,
  };
}

async function readPairs(executor: Executor, { table, from, after, limit, bytesMax }: RowsBetween): Promise<RowPair[]> {
  // Row by row, by the index: joined as a whole, PostgreSQL would look at every pair of rows.
  const key = sql`SELECT touched.key`;
  const { rows } = await sql<RowPair>`
    WITH touched AS MATERIALIZED (
      SELECT change.key, change.seq FROM change
      CROSS JOIN LATERAL (
        SELECT seq FROM change AS later
        WHERE later.table_id = ${table.id} AND later.key = change.key AND later.seq <= ${table.seq}
        ORDER BY later.seq DESC LIMIT 1
      ) AS last
      WHERE change.table_id = ${table.id} AND change.seq > ${after} AND change.seq <= ${table.seq}
        AND change.key IS NOT NULL AND last.seq = change.seq
      ORDER BY change.seq LIMIT ${limit}
    )
    SELECT key, seq, was, row, bytes, found FROM (
      SELECT touched.key, touched.seq, before.cells AS was, after.cells AS row, count(*) OVER () AS found,
        bytes, sum(bytes) OVER (ORDER BY touched.seq) - bytes AS ahead
      FROM touched
      LEFT JOIN LATERAL (${entryRowsSql({ ...table, seq: from }, key)}) AS before ON true
      LEFT JOIN LATERAL (${entryRowsSql(table, key)}) AS after ON true
      CROSS JOIN LATERAL (
        SELECT coalesce(octet_length(before.cells::text), 0) + coalesce(octet_length(after.cells::text), 0) AS bytes
      ) AS measured
    ) AS pairs
    WHERE ahead < ${bytesMax} ORDER BY seq`.execute(executor);
  return rows;
}

function rowDiff(table: string, { key, seq, was, row }: RowPair): RowDiff[] {
  if (row === null) return was === null ? [] : [{ table, key, op: 'delete', seq, was }];
  if (was === null) return [{ table, key, op: 'insert', seq, row }];
  const names = [...new Set([...Object.keys(row), ...Object.keys(was)])];
  const changed = names.filter((name) => cellJson(was[name]) !== cellJson(row[name]));
  if (changed.length === 0) return [];
  return [
    { table, key, op: 'update', seq, row, was: Object.fromEntries(changed.map((name) => [name, was[name] ?? null])) },
  ];
}

function cellJson(cell: Cell | undefined): string {
  return JSON.stringify(cell ?? null);
}
