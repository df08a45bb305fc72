import { type RawBuilder, sql } from 'kysely';
import type { Cells } from '../../protocol/values.ts';
import { bigints, lines, texts } from '../database/arrays.ts';
import type { Executor } from '../database/writer.ts';
import { type RowState, rowName } from '../domain/state.ts';

/** A row as a group of commands leaves it; `row` is absent when it was deleted. */
export interface RowWrite {
  readonly tableId: number;
  readonly key: string;
  readonly row?: Omit<RowState, 'key'>;
  /** Whether the row was not there before the group. */
  readonly isNew: boolean;
}

/** A row that is asked for. */
export interface RowRef {
  readonly tableId: number;
  readonly key: string;
}

interface StoredRow extends RowState {
  readonly tableId: number;
}

/** What {@link selectRows} selects of a row. */
export type RowValue = readonly [
  tableId: number,
  key: string,
  version: number,
  seq: number,
  at: string,
  by: string,
  cells: Cells,
];

/** Selects the rows that are there of those asked for. */
export function selectRows(refs: readonly RowRef[]): RawBuilder<unknown> {
  return sql`
    SELECT json_build_array(r.table_id, r.key, r.version, r.seq, r.at, r.by, r.cells)
    FROM unnest(${bigints(refs.map(({ tableId }) => tableId))}, ${texts(refs.map(({ key }) => key))})
      AS wanted (table_id, key)
    JOIN row_projection r ON r.table_id = wanted.table_id AND r.key = wanted.key`;
}

/** The selected rows by {@link rowName}. */
export function readRows(values: readonly RowValue[]): Map<string, RowState> {
  return new Map(
    values.map(([tableId, key, version, seq, at, by, cells]) => [
      rowName(tableId, key),
      { key, version, seq, at, by, cells },
    ]),
  );
}

/** The statements that write rows as they are now, each row at most once. */
export function rowStatements(writes: readonly RowWrite[]): RawBuilder<unknown>[] {
  const gone: RowRef[] = [];
  const added: StoredRow[] = [];
  const kept: StoredRow[] = [];
  for (const { tableId, key, row, isNew } of writes) {
    if (row === undefined) gone.push({ tableId, key });
    else (isNew ? added : kept).push({ tableId, key, ...row });
  }
  return [
    ...(gone.length > 0 ? [deleteRows(gone)] : []),
    ...(added.length > 0 ? [insertRows(added)] : []),
    ...(kept.length > 0 ? [upsertRows(kept)] : []),
  ];
}

/** Of rows that are not there: an upsert looks for each first, which is a sixth of what PostgreSQL does for a large insert. */
function insertRows(rows: readonly StoredRow[]): RawBuilder<unknown> {
  return sql`
    INSERT INTO row_projection (table_id, key, version, seq, at, by, cells)
    SELECT * FROM unnest(
      ${bigints(rows.map(({ tableId }) => tableId))},
      ${texts(rows.map(({ key }) => key))},
      ${bigints(rows.map(({ version }) => version))},
      ${bigints(rows.map(({ seq }) => seq))},
      ${lines(rows.map(({ at }) => at))},
      ${lines(rows.map(({ by }) => by))},
      ${lines(rows.map(({ cells }) => JSON.stringify(cells)))}::json[])`;
}

function upsertRows(rows: readonly StoredRow[]): RawBuilder<unknown> {
  return sql`
    ${insertRows(rows)}
    ON CONFLICT (table_id, key) DO UPDATE
      SET version = excluded.version, seq = excluded.seq, at = excluded.at, by = excluded.by, cells = excluded.cells`;
}

function deleteRows(refs: readonly RowRef[]): RawBuilder<unknown> {
  return sql`
    DELETE FROM row_projection USING unnest(
      ${bigints(refs.map(({ tableId }) => tableId))}, ${texts(refs.map(({ key }) => key))}) AS gone (table_id, key)
    WHERE row_projection.table_id = gone.table_id AND row_projection.key = gone.key`;
}

/** Ends every row of a table that was dropped. */
export async function deleteTableRows(transaction: Executor, tableId: number): Promise<void> {
  await sql`DELETE FROM row_projection WHERE table_id = ${tableId}`.execute(transaction);
}

/** A row of a page. */
export interface PageRow {
  readonly key: string;
  readonly version: number;
  readonly cells: Cells;
}

/** Rows that are read at once when a whole table is gone through. */
const pageRows = 1_000;

/** Goes through every row of a table in pages, in order of the key. */
export async function* allRows(transaction: Executor, tableId: number): AsyncGenerator<readonly PageRow[]> {
  let after = '';
  for (;;) {
    const { rows } = await sql<PageRow>`
      SELECT key, version, cells FROM row_projection WHERE table_id = ${tableId} AND key > ${after}
      ORDER BY key LIMIT ${pageRows}`.execute(transaction);
    if (rows.length > 0) yield rows;
    const last = rows.at(-1);
    if (last === undefined || rows.length < pageRows) return;
    after = last.key;
  }
}

/** Writes cells that a change of columns reshaped. The rows' versions stay: the change was the table's. */
export async function rewriteCells(
  transaction: Executor,
  tableId: number,
  rows: readonly Omit<PageRow, 'version'>[],
): Promise<void> {
  await sql`
    UPDATE row_projection SET cells = reshaped.cells
    FROM unnest(${texts(rows.map(({ key }) => key))}, ${lines(rows.map(({ cells }) => JSON.stringify(cells)))}::json[])
      AS reshaped (key, cells)
    WHERE table_id = ${tableId} AND row_projection.key = reshaped.key`.execute(transaction);
}
