import { type RawBuilder, sql } from 'kysely';
import type { QueryOf } from '../../protocol/queries.ts';
import type { TableSummary } from '../../protocol/replies.ts';
import { readHead } from '../log/head.ts';
import { resolvePoint } from '../log/point.ts';
import { livesAt, tableAsOf } from './as-of.ts';
import type { QueryAnswer, QueryContext } from './context.ts';

interface Row {
  readonly epoch: string;
  readonly seq: number;
  readonly table: TableSummary | null;
}

/** All tables with their columns, their numbers of rows and their last changes: those of now, or of then. */
export async function tableList(context: QueryContext, query: QueryOf<'table.list'>): Promise<QueryAnswer> {
  const { database } = context;
  const { asOf, counts = true } = query;
  if (asOf === undefined) return await tablesNow(context, counts);
  const head = await readHead(database);
  const seq = await resolvePoint(database, head, asOf);
  const tables: TableSummary[] = [];
  // One after another: they are few, and each is a look at the log.
  for (const life of await livesAt(database, seq)) {
    const { id, definition } = await tableAsOf(database, life, seq);
    const rows = counts ? { rows: await rowsAt(context, { id, seq, head: head.seq }) } : {};
    tables.push({ definition, ...rows, seq: await lastChange(context, id, seq) });
  }
  return { body: { epoch: head.epoch, seq, tables } };
}

async function tablesNow({ database }: QueryContext, counts: boolean): Promise<QueryAnswer> {
  const count = sql`'rows', (SELECT count(*) FROM row_projection WHERE table_id = t.id),`;
  const { rows } = await sql<Row>`
    SELECT h.epoch, h.seq, CASE WHEN t.id IS NOT NULL THEN json_build_object(
      'definition', t.definition,
      ${counts ? count : sql``}
      'seq', (SELECT seq FROM change WHERE table_id = t.id ORDER BY seq DESC LIMIT 1)
    ) END AS "table"
    FROM head h LEFT JOIN table_projection t ON t.dropped IS NULL ORDER BY t.name`.execute(database);
  const [first] = rows;
  return {
    body: {
      epoch: first?.epoch,
      seq: first?.seq,
      tables: rows.flatMap(({ table }) => (table === null ? [] : [table])),
    },
  };
}

interface Measured {
  readonly id: number;
  readonly seq: number;
  readonly head: number;
}

/** Seq of the last change of a table up to a seq. */
async function lastChange({ database }: QueryContext, id: number, seq: number): Promise<number> {
  const { rows } = await sql<{ seq: number }>`
    SELECT seq FROM change WHERE table_id = ${id} AND seq <= ${seq} ORDER BY seq DESC LIMIT 1`.execute(database);
  return rows[0]?.seq ?? id;
}

/**
 * How many rows a table had, told from the nearer end: those that came and went between then and its creation, or
 * between then and now when it is there still. It costs a look at each of these changes.
 */
async function rowsAt({ database }: QueryContext, { id, seq, head }: Measured): Promise<number> {
  const isFromNow = head - seq < seq - id;
  const came = (range: RawBuilder<unknown>) => sql`
    SELECT coalesce(sum(CASE entry::json ->> 'op' WHEN 'insert' THEN 1 WHEN 'delete' THEN -1 ELSE 0 END), 0)
    FROM change WHERE table_id = ${id} AND key IS NOT NULL AND ${range}`;
  const { rows } = await sql<{ rows: number }>`
    SELECT CASE WHEN ${isFromNow} AND dropped IS NULL
      THEN (SELECT count(*) FROM row_projection WHERE table_id = ${id}) - (${came(sql`seq > ${seq}`)})
      ELSE (${came(sql`seq <= ${seq}`)})
    END::int AS rows
    FROM table_projection WHERE id = ${id}`.execute(database);
  const [measured] = rows;
  if (measured === undefined) throw new Error(`the table of life ${id} is not there any more`);
  return measured.rows;
}
