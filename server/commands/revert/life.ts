import { sql } from 'kysely';
import type { TableEntry } from '../../../protocol/entry.ts';
import type { Executor } from '../../database/writer.ts';
import { Refused } from '../../refused.ts';
import { isSelectedSql, type Scope, type Selection } from './selection.ts';

/** A change of a table itself. */
export interface TableChange extends TableEntry {
  readonly isReverted: boolean;
}

/** A table from its creation to its drop, of which something is to be taken back. */
export interface Life {
  readonly id: number;
  readonly name: string;
  /** Only changes of these rows; of all rows, and of the table itself, when undefined. */
  readonly keys: readonly string[] | undefined;
  readonly changes: readonly TableChange[];
}

/** The lives that the selection touches, the youngest first. @throws Refused `table_not_found` of a table that is named */
export async function readLives(executor: Executor, selection: Selection, scope: Scope | undefined): Promise<Life[]> {
  const names = scope && [...scope.keys()];
  if (names !== undefined) await refuseUnknown(executor, names);
  const named = names === undefined ? sql`` : sql`AND t.name = ANY(${names}::text[])`;
  const { rows } = await sql<{ id: number; name: string }>`
    SELECT t.id, t.name FROM table_projection t
    WHERE t.id <= ${selection.last} AND (t.dropped IS NULL OR t.dropped > ${selection.after}) ${named}
      AND EXISTS (SELECT FROM change c WHERE c.table_id = t.id AND ${isSelectedSql(selection)})
    ORDER BY t.id DESC`.execute(executor);
  const lives: Life[] = [];
  for (const { id, name } of rows) {
    const keys = scope?.get(name);
    lives.push({ id, name, keys, changes: await readTableChanges(executor, id, { selection, keys }) });
  }
  return lives;
}

async function readTableChanges(
  executor: Executor,
  id: number,
  { selection, keys }: { readonly selection: Selection; readonly keys: readonly string[] | undefined },
): Promise<TableChange[]> {
  const { rows } = await sql<{ entry: TableEntry; isReverted: boolean }>`
    SELECT c.entry::json AS entry, ${isSelectedSql(selection)} AS "isReverted"
    FROM change c WHERE c.table_id = ${id} AND c.key IS NULL ORDER BY c.seq`.execute(executor);
  return rows.map(({ entry, isReverted }) => ({ ...entry, isReverted: isReverted && keys === undefined }));
}

async function refuseUnknown(executor: Executor, names: readonly string[]): Promise<void> {
  const { rows } = await sql<{ name: string }>`
    SELECT name FROM unnest(${names}::text[]) AS wanted (name)
    WHERE NOT EXISTS (SELECT FROM table_projection t WHERE t.name = wanted.name)`.execute(executor);
  const [unknown] = rows;
  if (unknown === undefined) return;
  throw new Refused({ code: 'table_not_found', message: `there never was a table ${unknown.name}` });
}
