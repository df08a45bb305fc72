import { type RawBuilder, sql } from 'kysely';
import type { ConflictRule } from '../../../protocol/revert.ts';
import type { Cells } from '../../../protocol/values.ts';
import type { Executor } from '../../database/writer.ts';
import type { RestoreStep } from '../../domain/planned-step.ts';
import type { NetCell, RowNet } from '../../domain/row-net.ts';
import { entryRowsSql, lifeAt, type TableAsOf, tableAsOf } from '../../queries/as-of.ts';
import { farKeysSql, farRowsSql } from '../../queries/past-keys.ts';
import { fetched, type Sized } from './fetched.ts';
import { isOfLifeSql, type RevertedLife } from './life.ts';
import { isSelectedSql, type Selection } from './selection.ts';

interface RowThen {
  readonly key: string;
  readonly cells: Cells;
}

/** The rows of a table that was dropped at a seq, each to come back as it was just before. */
export async function* droppedRows(transaction: Executor, name: string, seq: number): AsyncGenerator<RestoreStep[]> {
  const table = await tableThen(transaction, name, seq - 1);
  for await (const rows of rowsOf(transaction, table, farKeysSql(table))) {
    yield rows.map(({ key, cells }) => ({
      ...{ type: 'row.restore', table: name, key, conflicts: 'refuse' },
      net: { reverts: [seq, seq], before: cells, after: undefined, last: cells, cells: new Map(), homeless: 0 },
    }));
  }
}

/** How many rows come back with a table whose drop is to be taken back. */
export async function countDroppedRows(transaction: Executor, { name, changes }: RevertedLife): Promise<number> {
  const [first, last] = [changes.at(0), changes.at(-1)];
  if (last?.op !== 'drop' || !last.isReverted || first?.isReverted) return 0;
  const table = await tableThen(transaction, name, last.seq - 1);
  const { rows } = await sql<{ count: number }>`
    SELECT count(*) AS count FROM (${farRowsSql(table)}) AS past`.execute(transaction);
  return rows[0]?.count ?? 0;
}

/** A change of columns that removed some, which are there again. */
interface Removal {
  readonly seq: number;
  readonly columns: readonly string[];
  readonly selection: Selection;
  /** Where the log ended. */
  readonly head: number;
  readonly conflicts: ConflictRule;
}

/** What the cells of removed columns were, for the rows that were there already and still are. */
export async function* removedCells(
  transaction: Executor,
  life: RevertedLife,
  { seq, columns, selection, head, conflicts }: Removal,
): AsyncGenerator<RestoreStep[]> {
  const { name } = life;
  const table = await tableThen(transaction, name, seq - 1);
  for await (const rows of rowsOf(transaction, table, sameKeysSql(table, life, { seq, selection, head }))) {
    yield rows.flatMap(({ key, cells }) => {
      const then = new Map<string, NetCell>();
      for (const column of columns) {
        const before = cells[column];
        if (before !== undefined) then.set(column, { before, after: null });
      }
      if (then.size === 0) return [];
      const net: RowNet = { reverts: [seq, seq], before: cells, after: cells, last: cells, cells: then, homeless: 0 };
      return [{ type: 'row.restore', table: name, key, conflicts, net }];
    });
  }
}

/** Of the rows that are there now: those that others have made since are others. */
function sameKeysSql(
  table: TableAsOf,
  life: RevertedLife,
  { seq, selection, head }: Pick<Removal, 'seq' | 'selection' | 'head'>,
) {
  return sql`
    SELECT key, bytes FROM (${farKeysSql(table)}) AS past
    WHERE EXISTS (
        SELECT FROM table_projection t JOIN row_projection r ON r.table_id = t.id AND r.key = past.key
        WHERE t.name = ${table.definition.name} AND t.dropped IS NULL)
      AND NOT EXISTS (
        SELECT FROM change c WHERE ${isOfLifeSql(life)} AND c.key = past.key AND c.seq > ${seq} AND c.seq <= ${head}
          AND c.entry::json ->> 'op' = 'insert' AND NOT ${isSelectedSql(selection)})`;
}

/** The rows with the keys of a cursor as they were, some megabytes at a time. */
async function* rowsOf(
  transaction: Executor,
  table: TableAsOf,
  keys: RawBuilder<unknown>,
): AsyncGenerator<readonly RowThen[]> {
  for await (const page of fetched<Sized & { readonly key: string }>(transaction, keys)) {
    const wanted = sql`SELECT key FROM unnest(${page.map(({ key }) => key)}::text[]) AS wanted (key)`;
    const { rows } = await sql<RowThen>`
      SELECT key, cells FROM (${entryRowsSql(table, wanted)}) AS past ORDER BY key`.execute(transaction);
    yield rows;
  }
}

async function tableThen(transaction: Executor, name: string, seq: number): Promise<TableAsOf> {
  return await tableAsOf(transaction, await lifeAt(transaction, seq, name), seq);
}
