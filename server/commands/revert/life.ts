import { type RawBuilder, sql } from 'kysely';
import type { TableEntry } from '../../../protocol/entry.ts';
import type { Executor } from '../../database/writer.ts';
import { readTableEntries } from '../../log/table-entries.ts';
import { Refused } from '../../refused.ts';
import { isSelected, isSelectedSql, type Scope, type Selection } from './selection.ts';

/** A change of a table itself. */
export interface TableChange extends TableEntry {
  readonly isReverted: boolean;
}

/**
 * A table from its creation to its drop, of which something is to be taken back. Where a drop was reverted it goes on in
 * the table that was made again: the drop, and what made table and rows again, come to nothing and are passed over.
 */
export interface RevertedLife {
  /** Seqs of its creations: the first one, and those that have made it again. */
  readonly ids: readonly [number, ...number[]];
  /** Seqs of the drops that were reverted. */
  readonly mended: readonly number[];
  readonly name: string;
  /** Only changes of these rows; of all rows, and of the table itself, when undefined. */
  readonly keys: readonly string[] | undefined;
  readonly changes: readonly TableChange[];
}

interface Asked {
  readonly selection: Selection;
  readonly keys: readonly string[] | undefined;
}

/** The lives that the selection touches, the youngest first. @throws Refused `table_not_found` of a table that is named */
export async function readLives(
  executor: Executor,
  selection: Selection,
  scope: Scope | undefined,
): Promise<RevertedLife[]> {
  const names = scope && [...scope.keys()];
  if (names !== undefined) await refuseUnknown(executor, names);
  const named = names === undefined ? sql`` : sql`AND t.name = ANY(${names}::text[])`;
  const { rows } = await sql<{ id: number; name: string }>`
    SELECT t.id, t.name FROM table_projection t
    WHERE t.id <= ${selection.last} AND (t.dropped IS NULL OR t.dropped > ${selection.after}) ${named}
      AND EXISTS (SELECT FROM change c WHERE c.table_id = t.id AND ${isSelectedSql(selection)})
    ORDER BY t.id`.execute(executor);
  const lives: RevertedLife[] = [];
  const seen = new Set<number>();
  for (const { id, name } of rows) {
    const asked = { selection, keys: scope?.get(name) };
    if (seen.has(id) || !(await hasSelectedRows(executor, id, asked))) continue;
    const life = await readLife(executor, { id, name }, asked);
    for (const one of life.ids) seen.add(one);
    lives.push(life);
  }
  return lives.reverse();
}

/** A change `c` of the life, but for what mended it. */
export function isOfLifeSql({ ids, mended }: Pick<RevertedLife, 'ids' | 'mended'>): RawBuilder<boolean> {
  const isOf = sql<boolean>`c.table_id = ANY(${ids}::bigint[])`;
  if (mended.length === 0) return isOf;
  return sql<boolean>`(${isOf} AND c.seq <> ALL(${mended}::bigint[])
    AND CASE WHEN strpos(c.entry, '"reverts":[') > 0
      THEN coalesce((c.entry::json -> 'reverts' ->> 0)::bigint, 0) <> ALL(${mended}::bigint[]) ELSE true END)`;
}

async function readLife(
  executor: Executor,
  { id, name }: { id: number; name: string },
  asked: Asked,
): Promise<RevertedLife> {
  const ids: [number, ...number[]] = [id];
  const mended: number[] = [];
  const changes = await selectedChanges(executor, id, asked);
  for (;;) {
    const drop = changes.at(-1);
    const next = drop?.op === 'drop' ? await madeAgain(executor, name, drop.seq) : undefined;
    if (drop === undefined || next === undefined) break;
    const [created, ...more] = await selectedChanges(executor, next, asked);
    // What made it again is to be taken back, and that alone.
    if (created?.isReverted && !drop.isReverted) break;
    ids.push(next);
    mended.push(drop.seq);
    changes.splice(-1, 1, ...more);
  }
  return { ids, mended, name, keys: asked.keys, changes };
}

/** The table that a revert of this drop has made; the last one, if it was done more than once. */
async function madeAgain(executor: Executor, name: string, drop: number): Promise<number | undefined> {
  const { rows } = await sql<{ id: number }>`
    SELECT t.id FROM table_projection t JOIN change c ON c.seq = t.id
    WHERE t.name = ${name} AND t.id > ${drop} AND (c.entry::json -> 'reverts' ->> 0)::bigint = ${drop}
    ORDER BY t.id DESC LIMIT 1`.execute(executor);
  return rows[0]?.id;
}

async function selectedChanges(executor: Executor, id: number, { selection, keys }: Asked): Promise<TableChange[]> {
  const entries = await readTableEntries(executor, id);
  return entries.map((entry) => ({ ...entry, isReverted: keys === undefined && isSelected(entry, selection) }));
}

/** Whether there is something to be taken back of the rows, where rows are named. */
async function hasSelectedRows(executor: Executor, id: number, { selection, keys }: Asked): Promise<boolean> {
  if (keys === undefined) return true;
  const { rows } = await sql`
    SELECT FROM change c WHERE c.table_id = ${id} AND c.key = ANY(${keys}::text[]) AND ${isSelectedSql(selection)}
    LIMIT 1`.execute(executor);
  return rows.length > 0;
}

async function refuseUnknown(executor: Executor, names: readonly string[]): Promise<void> {
  const { rows } = await sql<{ name: string }>`
    SELECT name FROM unnest(${names}::text[]) AS wanted (name)
    WHERE NOT EXISTS (SELECT FROM table_projection t WHERE t.name = wanted.name)`.execute(executor);
  const [unknown] = rows;
  if (unknown === undefined) return;
  throw new Refused({ code: 'table_not_found', message: `there never was a table ${unknown.name}` });
}
