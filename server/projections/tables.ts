import { sql } from 'kysely';
import type { TableDefinition } from '../../protocol/table.ts';
import type { Executor } from '../database/writer.ts';
import type { TableEvent } from '../domain/event.ts';
import type { TableState } from '../domain/state.ts';

/** A living table with the seq of its definition's last change. */
export interface StoredTable extends TableState {
  readonly changed: number;
}

/** Every living table, by name. */
export async function loadTables(database: Executor): Promise<Map<string, StoredTable>> {
  const { rows } = await sql<StoredTable & { name: string }>`
    SELECT id, name, definition, changed FROM table_projection WHERE dropped IS NULL ORDER BY name`.execute(database);
  return new Map(rows.map(({ name, ...table }) => [name, table]));
}

/** Writes what a change of a table made of it, and its view. */
export async function writeTable(transaction: Executor, event: TableEvent, seq: number): Promise<void> {
  const { op, table, definition } = event;
  if (op === 'create') await insertTable(transaction, table, seq);
  else if (definition === undefined) await endTable(transaction, table.id, seq);
  else await changeTable(transaction, table.id, definition, seq);
  await sql`SELECT refresh_view(${table.id})`.execute(transaction);
}

async function insertTable(transaction: Executor, { id, definition }: TableState, seq: number): Promise<void> {
  await sql`
    INSERT INTO table_projection (id, name, definition, changed)
    VALUES (${id}, ${definition.name}, ${JSON.stringify(definition)}::json, ${seq})`.execute(transaction);
}

async function changeTable(transaction: Executor, id: number, definition: TableDefinition, seq: number): Promise<void> {
  await sql`
    UPDATE table_projection SET definition = ${JSON.stringify(definition)}::json, changed = ${seq}
    WHERE id = ${id}`.execute(transaction);
}

async function endTable(transaction: Executor, id: number, seq: number): Promise<void> {
  await sql`UPDATE table_projection SET changed = ${seq}, dropped = ${seq} WHERE id = ${id}`.execute(transaction);
}

/** The ids of all lives of a table, dropped ones too. */
export async function tableLives(database: Executor, name: string): Promise<number[]> {
  const { rows } = await sql<{ id: number }>`SELECT id FROM table_projection WHERE name = ${name} ORDER BY id`.execute(
    database,
  );
  return rows.map(({ id }) => id);
}
