import type { TableSummary } from '../../../../protocol/replies.ts';
import type { Group } from '../api/messages.ts';

/**
 * How many rows each table has after the changes. What a table's own seq says is counted already, is passed over; a table
 * that is not known yet is read anew.
 */
export function countRows(tables: readonly TableSummary[], groups: readonly Group[]): readonly TableSummary[] {
  const known = new Map(tables.map(({ definition, seq }) => [definition.name, seq]));
  const byTable = new Map<string, { rows: number; seq: number }>();
  for (const entry of groups.flatMap(({ entries }) => entries)) {
    if (entry.seq <= (known.get(entry.table) ?? 0)) continue;
    const count = byTable.get(entry.table) ?? { rows: 0, seq: 0 };
    count.rows += entry.op === 'insert' ? 1 : entry.op === 'delete' ? -1 : 0;
    count.seq = entry.seq;
    byTable.set(entry.table, count);
  }
  return tables.map((table) => {
    const count = byTable.get(table.definition.name);
    return count === undefined ? table : { ...table, rows: (table.rows ?? 0) + count.rows, seq: count.seq };
  });
}
