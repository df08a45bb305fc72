import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { Column } from '../../protocol/table.ts';
import { type Cell, cellIdentity } from '../../protocol/values.ts';
import type { Executor } from '../database/writer.ts';
import { type Holding, uniqueName } from '../domain/state.ts';

/** A value of a unique column. */
export interface UniqueRef {
  readonly tableId: number;
  readonly column: Pick<Column, 'name' | 'type'>;
  readonly value: Cell;
}

/** The keys of the rows that hold these values, by {@link uniqueName}. */
export async function loadHolders(database: Executor, refs: readonly UniqueRef[]): Promise<Map<string, string>> {
  if (refs.length === 0) return new Map();
  const { rows } = await sql<{ position: number; key: string }>`
    SELECT wanted.position, u.key
    FROM unnest(${ids(refs)}::bigint[], ${columns(refs)}::text[], ${hashes(refs)}::bytea[])
      WITH ORDINALITY AS wanted (table_id, "column", value, position)
    JOIN unique_projection u
      ON u.table_id = wanted.table_id AND u."column" = wanted."column" AND u.value = wanted.value`.execute(database);
  return new Map(
    rows.flatMap(({ position, key }) => {
      const ref = refs[position - 1];
      return ref === undefined ? [] : [[uniqueName(ref.tableId, ref.column, ref.value), key]];
    }),
  );
}

/** Writes who holds which value now. What is given up goes first, so that values may change hands within a group. */
export async function writeHolders(transaction: Executor, writes: readonly Holding[]): Promise<void> {
  if (writes.length === 0) return;
  const held = writes.flatMap((write) => (write.key === undefined ? [] : [{ ...write, key: write.key }]));
  await Promise.all([freeValues(transaction, writes), held.length > 0 ? holdValues(transaction, held) : undefined]);
}

async function freeValues(transaction: Executor, writes: readonly UniqueRef[]): Promise<void> {
  await sql`
    DELETE FROM unique_projection USING unnest(${ids(writes)}::bigint[], ${columns(writes)}::text[], ${hashes(writes)}::bytea[])
      AS gone (table_id, "column", value)
    WHERE unique_projection.table_id = gone.table_id AND unique_projection."column" = gone."column"
      AND unique_projection.value = gone.value`.execute(transaction);
}

async function holdValues(transaction: Executor, held: readonly (UniqueRef & { key: string })[]): Promise<void> {
  await sql`
    INSERT INTO unique_projection (table_id, "column", value, key)
    SELECT * FROM unnest(${ids(held)}::bigint[], ${columns(held)}::text[], ${hashes(held)}::bytea[],
      ${held.map(({ key }) => key)}::text[])`.execute(transaction);
}

/** Forgets all values of a table: it was dropped, or its columns changed and they are written anew. */
export async function deleteTableHolders(transaction: Executor, tableId: number): Promise<void> {
  await sql`DELETE FROM unique_projection WHERE table_id = ${tableId}`.execute(transaction);
}

const ids = (refs: readonly UniqueRef[]): number[] => refs.map(({ tableId }) => tableId);
const columns = (refs: readonly UniqueRef[]): string[] => refs.map(({ column }) => column.name);
/** PostgreSQL's text form of bytea: `pg` writes a Buffer inside an array as its UTF-8. */
const hashes = (refs: readonly UniqueRef[]): string[] =>
  refs.map(({ column, value }) => `\\x${createHash('sha256').update(cellIdentity(column.type, value)).digest('hex')}`);
