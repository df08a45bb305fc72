import { sql } from 'kysely';
import type { CurrentRow } from '../../protocol/errors.ts';
import type { QueryOf } from '../../protocol/queries.ts';
import { Refused } from '../refused.ts';
import { type QueryAnswer, type QueryContext, refuseTable } from './context.ts';

/** One row as it stands. */
export async function rowGet({ database }: QueryContext, { table, key }: QueryOf<'row.get'>): Promise<QueryAnswer> {
  const { rows } = await sql<{ epoch: string; head: number } & { [Name in keyof CurrentRow]: CurrentRow[Name] | null }>`
    SELECT h.epoch, h.seq AS head, r.key, r.version, r.seq, r.at, r.by, r.cells AS row
    FROM table_projection t CROSS JOIN head h
    LEFT JOIN row_projection r ON r.table_id = t.id AND r.key = ${key}
    WHERE t.name = ${table} AND t.dropped IS NULL`.execute(database);
  const [found] = rows;
  if (found === undefined) throw refuseTable(table);
  if (found.key === null) throw new Refused({ code: 'row_not_found', message: `table ${table} has no row ${key}` });
  const { epoch, head, ...row } = found;
  return { body: { epoch, seq: head, row } };
}
