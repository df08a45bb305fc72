import type { Entry } from '../../../../protocol/entry.ts';
import type { TableSummary } from '../../../../protocol/replies.ts';

/** What of a change rows are counted by. */
export type Counted = Pick<Entry, 'table' | 'seq' | 'op'>;

/**
 * How many rows each table has after the changes. What a table's own seq says is counted already, is passed over; a table
 * that is not known yet is read anew.
 */
export function countRows(tables: readonly TableSummary[], changes: readonly Counted[]): readonly TableSummary[] {
  const known = new Map(tables.map(({ definition, seq }) => [definition.name, seq]));
  const byTable = new Map<string, { rows: number; seq: number }>();
  for (const { table, seq, op } of changes) {
    if (seq <= (known.get(table) ?? 0)) continue;
    const count = byTable.get(table) ?? { rows: 0, seq: 0 };
    count.rows += op === 'insert' ? 1 : op === 'delete' ? -1 : 0;
    count.seq = seq;
    byTable.set(table, count);
  }
  return tables.map((table) => {
    const count = byTable.get(table.definition.name);
    return count === undefined ? table : { ...table, rows: (table.rows ?? 0) + count.rows, seq: count.seq };
  });
}
