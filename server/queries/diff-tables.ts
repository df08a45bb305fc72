import { sql } from 'kysely';
import type { TableDiff } from '../../protocol/diff.ts';
import type { Executor } from '../database/writer.ts';
import { type TableLife, tableAsOf } from './as-of.ts';

/** Two seqs of the log, the earlier first. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** The tables that are not after `to` as they were after `from`, in order of seq; only that of a name when one is given. */
export async function tableDiffs(executor: Executor, span: Span, name: string | undefined): Promise<TableDiff[]> {
  const diffs: TableDiff[] = [];
  for (const life of await changedLives(executor, span, name)) {
    const diff = await tableDiff(executor, life, span);
    if (diff !== undefined) diffs.push(diff);
  }
  return diffs.sort((a, b) => a.seq - b.seq);
}

/** The lives of tables whose definition was changed in between: made, altered or dropped. */
async function changedLives(executor: Executor, { from, to }: Span, name: string | undefined): Promise<TableLife[]> {
  const { rows } = await sql<TableLife>`
    SELECT id, name, definition, changed, dropped FROM table_projection AS life
    WHERE ${name === undefined ? sql`true` : sql`name = ${name}`}
      AND EXISTS (SELECT FROM change WHERE table_id = life.id AND key IS NULL AND seq > ${from} AND seq <= ${to})
  `.execute(executor);
  return rows;
}

/** Undefined of a table that was made and dropped in between. */
async function tableDiff(executor: Executor, life: TableLife, { from, to }: Span): Promise<TableDiff | undefined> {
  const { name: table, id, dropped } = life;
  const isDropped = dropped !== null && dropped <= to;
  if (id > from) {
    if (isDropped) return undefined;
    const { definition } = await tableAsOf(executor, life, to);
    return { table, op: 'create', seq: id, definition };
  }
  const { definition: was } = await tableAsOf(executor, life, from);
  if (isDropped) return { table, op: 'drop', seq: dropped, was };
  const { definition, changes } = await tableAsOf(executor, life, to);
  const steps = changes.filter(({ seq }) => seq > from).flatMap((change) => change.steps ?? []);
  return { table, op: 'alter', seq: changes.at(-1)?.seq ?? id, definition, steps, was };
}
