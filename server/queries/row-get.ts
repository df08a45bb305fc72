import { sql } from 'kysely';
import type { CurrentRow } from '../../protocol/errors.ts';
import type { Point } from '../../protocol/point.ts';
import type { QueryOf } from '../../protocol/queries.ts';
import { readHead } from '../log/head.ts';
import { resolvePoint } from '../log/point.ts';
import { Refused } from '../refused.ts';
import { lifeAt, rowAsOfSql, tableAsOf } from './as-of.ts';
import { type QueryAnswer, type QueryContext, refuseTable } from './context.ts';

/** One row as it stands, or as it stood. */
export async function rowGet(context: QueryContext, query: QueryOf<'row.get'>): Promise<QueryAnswer> {
  return query.asOf === undefined ? await rowNow(context, query) : await rowThen(context, query, query.asOf);
}

async function rowNow({ database }: QueryContext, { table, key }: QueryOf<'row.get'>): Promise<QueryAnswer> {
  const { rows } = await sql<{ epoch: string; head: number } & { [Name in keyof CurrentRow]: CurrentRow[Name] | null }>`
    SELECT h.epoch, h.seq AS head, r.key, r.version, r.seq, r.at, r.by, r.cells AS row
    FROM table_projection t CROSS JOIN head h
    LEFT JOIN row_projection r ON r.table_id = t.id AND r.key = ${key}
    WHERE t.name = ${table} AND t.dropped IS NULL`.execute(database);
  const [found] = rows;
  if (found === undefined) throw refuseTable(table);
  if (found.key === null) throw noRow(table, key);
  const { epoch, head, ...row } = found;
  return { body: { epoch, seq: head, row } };
}

/** The past does not change, so what is read one after another is of one state. */
async function rowThen(
  { database }: QueryContext,
  { table, key }: QueryOf<'row.get'>,
  asOf: Point,
): Promise<QueryAnswer> {
  const head = await readHead(database);
  const seq = await resolvePoint(database, head, asOf);
  const then = await tableAsOf(database, await lifeAt(database, seq, table), seq);
  const { rows } = await sql<CurrentRow>`
    SELECT key, version, seq, at, by, cells AS row FROM (${rowAsOfSql(then, key)}) AS state`.execute(database);
  const [row] = rows;
  if (row === undefined) throw noRow(table, key);
  return { body: { epoch: head.epoch, seq, row } };
}

function noRow(table: string, key: string): Refused {
  return new Refused({ code: 'row_not_found', message: `table ${table} has no row ${key}` });
}
