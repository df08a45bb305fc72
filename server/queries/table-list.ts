import { sql } from 'kysely';
import type { TableSummary } from '../../protocol/replies.ts';
import type { QueryAnswer, QueryContext } from './context.ts';

interface Row {
  readonly epoch: string;
  readonly seq: number;
  readonly table: TableSummary | null;
}

/** All tables with their columns, their numbers of rows and their last changes. */
export async function tableList({ database }: QueryContext): Promise<QueryAnswer> {
  const { rows } = await sql<Row>`
    SELECT h.epoch, h.seq, CASE WHEN t.id IS NOT NULL THEN json_build_object(
      'definition', t.definition,
      'rows', (SELECT count(*) FROM row_projection WHERE table_id = t.id),
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
