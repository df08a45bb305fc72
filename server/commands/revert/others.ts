import { type RawBuilder, sql } from 'kysely';
import type { Executor } from '../../database/writer.ts';
import type { Touch } from '../../domain/row-net.ts';
import { isSelectedSql, type Selection } from './selection.ts';

/** The last change of a life that is not to be taken back. */
export function lastOtherChange(executor: Executor, id: number, selection: Selection): Promise<Touch | undefined> {
  return lastTouch(executor, sql`c.table_id = ${id} AND NOT ${isSelectedSql(selection)}`);
}

interface ColumnSince {
  readonly id: number;
  readonly after: number;
  readonly column: string;
  readonly selection: Selection;
}

/** The last change of a row's cell in this column that is not to be taken back. */
export function lastTouchOf(
  executor: Executor,
  { id, after, column, selection }: ColumnSince,
): Promise<Touch | undefined> {
  return lastTouch(
    executor,
    sql`c.table_id = ${id} AND c.seq > ${after} AND c.key IS NOT NULL AND NOT ${isSelectedSql(selection)}
      AND CASE c.entry::json ->> 'op' WHEN 'insert' THEN c.entry::json -> 'row' -> ${column}
        WHEN 'update' THEN c.entry::json -> 'was' -> ${column} END IS NOT NULL`,
  );
}

async function lastTouch(executor: Executor, where: RawBuilder<unknown>): Promise<Touch | undefined> {
  const { rows } = await sql<Touch>`
    SELECT c.seq, c.entry::json ->> 'at' AS at, c.entry::json ->> 'by' AS by
    FROM change c WHERE ${where} ORDER BY c.seq DESC LIMIT 1`.execute(executor);
  return rows[0];
}
