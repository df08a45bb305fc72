import { type RawBuilder, sql } from 'kysely';
import type { RowDiff } from '../../protocol/diff.ts';
import type { Cell, Cells } from '../../protocol/values.ts';
import type { Executor } from '../database/writer.ts';
import { entryRowsSql } from './as-of.ts';
import type { ComparedTable } from './compared-table.ts';
import { pastKeysSql, pastPlace } from './past-keys.ts';

/** Where a walk along the rows of a table is: behind the last change of one, and then, along the others, behind a key. */
export interface Walked {
  readonly seq: number;
  readonly key?: string | undefined;
}

export interface RowsBetween {
  readonly table: ComparedTable;
  readonly walked: Walked;
  readonly limit: number;
  /** Bytes of rows beyond which no further one is taken; the first always is. */
  readonly bytesMax: number;
}

export interface RowDiffs {
  readonly diffs: readonly RowDiff[];
  /** How many rows were looked at: as many as were changed, though some are again as they were. */
  readonly looked: number;
  readonly bytes: number;
  /** Where the next page begins; undefined when there is none of this table. */
  readonly next: Walked | undefined;
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
 * row at its last one, so what it costs follows them, and neither the table nor the log; then along rows that nobody
 * changed, where these differ too.
 */
export async function rowDiffs(executor: Executor, rows: RowsBetween): Promise<RowDiffs> {
  const pairs = await readPairs(executor, rows);
  const found = pairs[0]?.found ?? 0;
  return {
    diffs: pairs.flatMap((pair) => rowDiff(rows.table.name, pair)),
    looked: pairs.length,
    bytes: pairs.reduce((sum, { bytes }) => sum + bytes, 0),
    next: nextWalk(rows, pairs.at(-1), found === rows.limit || pairs.length < found),
  };
}

function nextWalk({ table, walked }: RowsBetween, last: RowPair | undefined, isFull: boolean): Walked | undefined {
  const { key } = walked;
  if (isFull && last !== undefined) return key === undefined ? { seq: last.seq } : { seq: last.seq, key: last.key };
  return key === undefined && table.others !== undefined ? { seq: table.others.seq, key: '' } : undefined;
}

async function readPairs(executor: Executor, { table, walked, limit, bytesMax }: RowsBetween): Promise<RowPair[]> {
  // Row by row, by the index: joined as a whole, PostgreSQL would look at every pair of rows.
  const key = sql`SELECT touched.key`;
  const were = table.were === undefined ? sql`SELECT NULL::json AS cells` : entryRowsSql(table.were, key);
  const touched =
    walked.key === undefined
      ? changedKeysSql(table, walked.seq)
      : await otherKeysSql(executor, table, { ...walked, key: walked.key });
  const { rows } = await sql<RowPair>`
    WITH touched AS MATERIALIZED (${touched} LIMIT ${limit})
    SELECT key, seq, was, row, bytes, found FROM (
      SELECT touched.key, touched.seq, before.cells AS was, after.cells AS row, count(*) OVER () AS found,
        bytes, sum(bytes) OVER (ORDER BY touched.seq, touched.key) - bytes AS ahead
      FROM touched
      LEFT JOIN LATERAL (${were}) AS before ON true
      LEFT JOIN LATERAL (${entryRowsSql(table.rows, key)}) AS after ON true
      CROSS JOIN LATERAL (
        SELECT coalesce(octet_length(before.cells::text), 0) + coalesce(octet_length(after.cells::text), 0) AS bytes
      ) AS measured
    ) AS pairs
    WHERE ahead < ${bytesMax} ORDER BY seq, key`.execute(executor);
  return rows;
}

/** The rows that were changed, each at its last change. */
function changedKeysSql({ rows: { id }, were, last }: ComparedTable, after: number): RawBuilder<unknown> {
  return sql`
    SELECT change.key, change.seq FROM change
    CROSS JOIN LATERAL (
      SELECT seq FROM change AS later
      WHERE later.table_id = ${id} AND later.key = change.key AND later.seq <= ${last}
      ORDER BY later.seq DESC LIMIT 1
    ) AS last
    WHERE ${were !== undefined} AND change.table_id = ${id} AND change.seq > ${after} AND change.seq <= ${last}
      AND change.key IS NOT NULL AND last.seq = change.seq
    ORDER BY change.seq`;
}

/** Rows that nobody changed in between, or all where the table was dropped, behind a key. */
async function otherKeysSql(
  executor: Executor,
  { rows, were, after, last, others }: ComparedTable,
  { seq, key }: Required<Walked>,
): Promise<RawBuilder<unknown>> {
  const place = await pastPlace(executor, rows);
  // Near is a table that is as it was.
  const keys = pastKeysSql(rows, place === 'near' ? 'every' : place, key);
  const names = sql`unnest(${others?.columns ?? []}::text[]) AS back (name)`;
  // Asked of each row: a join would read all changes in between, and could lose the order.
  const isUnchanged = sql`(
    SELECT seq FROM change WHERE table_id = ${rows.id} AND key = state.key AND seq > ${after} AND seq <= ${last} LIMIT 1
  ) IS NULL`;
  return sql`
    SELECT state.key, ${seq}::bigint AS seq FROM (${entryRowsSql(rows, keys)}) AS state
    WHERE ${others?.columns === undefined ? sql`true` : sql`EXISTS (SELECT FROM ${names} WHERE state.cells -> name IS NOT NULL)`}
      AND ${were === undefined ? sql`true` : isUnchanged}`;
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
