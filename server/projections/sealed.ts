import { type RawBuilder, sql } from 'kysely';
import { commitmentIn, sealedNames } from '../../protocol/sealed.ts';
import type { AlterStep, TableDefinition } from '../../protocol/table.ts';
import type { Cell, Cells } from '../../protocol/values.ts';
import { bigints, lines, texts } from '../database/arrays.ts';
import type { Executor } from '../database/writer.ts';
import { isRowEvent, type RowEvent } from '../domain/event.ts';
import type { ReusedCell } from '../domain/restored-cells.ts';
import type { SealedCell } from '../domain/sealing.ts';
import { rowName, type TableState } from '../domain/state.ts';
import type { RecordedEvent } from './project.ts';
import type { PageRow } from './rows.ts';

/** JSON texts by the commitments to them. */
export type OpenedValues = ReadonlyMap<string, string>;

/** What {@link selectOpened} selects. */
export type OpenedValue = readonly [commitment: string, value: string];

/** Selects what the sealed cells of these rows stand for now. */
export function selectOpened(rows: readonly NamedRow[]): RawBuilder<unknown> {
  const cells = rows.flatMap(({ table, key }) =>
    sealedNames(table.definition).map((column) => ({ tableId: table.id, key, column })),
  );
  return sql`
    SELECT json_build_array(s.commitment, s.value)
    FROM unnest(
      ${bigints(cells.map(({ tableId }) => tableId))},
      ${texts(cells.map(({ key }) => key))},
      ${lines(cells.map(({ column }) => column))}) AS wanted (table_id, key, "column")
    JOIN row_projection r ON r.table_id = wanted.table_id AND r.key = wanted.key
    JOIN sealed_cell s ON s.commitment = r.cells -> wanted."column" ->> 'sealed'`;
}

/** What commitments stand for; of those that were erased nothing. */
export async function loadOpened(transaction: Executor, commitments: readonly string[]): Promise<OpenedValues> {
  const { rows } = await sql<{ commitment: string; value: string }>`
    SELECT commitment, value FROM sealed_cell WHERE commitment = ANY(${commitments}::text[])`.execute(transaction);
  return new Map(rows.map(({ commitment, value }) => [commitment, value]));
}

/** The cells with values in place of the commitments; an erased one stays as it is, and so does what is public still. */
export function openCells(definition: TableDefinition, cells: Cells, values: OpenedValues): Cells {
  const open: Record<string, Cell> = { ...cells };
  for (const name of sealedNames(definition)) {
    const value = values.get(commitmentIn(cells[name]) ?? '');
    if (value !== undefined) open[name] = JSON.parse(value) as Cell;
  }
  return open;
}

/** Opens the rows of a page. */
export async function openPage(
  transaction: Executor,
  table: TableState,
  page: readonly PageRow[],
): Promise<(PageRow & { readonly open: Cells })[]> {
  const { rows } = await sql<{ opened: OpenedValue }>`
    SELECT opened FROM (${selectOpened(page.map(({ key }) => ({ table, key })))}) AS found (opened)`.execute(
    transaction,
  );
  const values = new Map(rows.map(({ opened }) => opened));
  return page.map((row) => ({ ...row, open: openCells(table.definition, row.cells, values) }));
}

/** A row of a table by its name: over all lives of both. */
export interface NamedRow {
  readonly table: TableState;
  readonly key: string;
}

/**
 * The kept values of the row \`key\` of all tables that had a \`name\`, both of a relation: found by the commitments in the
 * row's history, as an index of their own would have to be kept up by every change of a sealed cell, and is needed for
 * an erase only. What looks like a commitment and is none finds no value of that row.
 */
const keptOf = (relation: string): RawBuilder<unknown> => sql`
  SELECT DISTINCT s.commitment, s."column"
  FROM change c
  CROSS JOIN regexp_matches(c.entry, '"sealed":"([A-Za-z0-9_-]{43})"', 'g') AS found (groups)
  JOIN sealed_cell s ON s.commitment = found.groups[1] AND s.table_id = c.table_id AND s.key = c.key
  WHERE c.key = ${sql.ref(`${relation}.key`)}
    AND c.table_id IN (SELECT t.id FROM table_projection t WHERE t.name = ${sql.ref(`${relation}.name`)})`;

/** Of which columns values are kept, by {@link rowName}. */
export async function loadSealedColumns(
  transaction: Executor,
  refs: readonly NamedRow[],
): Promise<Map<string, Set<string>>> {
  const kept = new Map<string, Set<string>>();
  if (refs.length === 0) return kept;
  const { rows } = await sql<{ id: number; key: string; columns: string[] }>`
    SELECT wanted.id, wanted.key, array_agg(DISTINCT kept."column") AS columns
    FROM unnest(${refs.map(({ table }) => table.id)}::bigint[], ${names(refs)}::text[], ${keys(refs)}::text[])
      AS wanted (id, name, key)
    CROSS JOIN LATERAL (${keptOf('wanted')}) AS kept
    GROUP BY wanted.id, wanted.key`.execute(transaction);
  for (const { id, key, columns } of rows) kept.set(rowName(id, key), new Set(columns));
  return kept;
}

const names = (refs: readonly NamedRow[]): string[] => refs.map(({ table }) => table.definition.name);
const keys = (refs: readonly NamedRow[]): string[] => refs.map(({ key }) => key);

interface KeptCell extends NamedRow {
  readonly cell: SealedCell;
}

interface ErasedColumn extends NamedRow {
  readonly column: string;
}

/**
 * The statements that keep what new commitments stand for and delete what was erased, in the order of the events.
 * @param mayBeKept where a log is restored, as there a revert that has put a commitment back brings its value once more
 */
export function sealedStatements(
  recorded: readonly RecordedEvent[],
  { mayBeKept = false }: { readonly mayBeKept?: boolean } = {},
): RawBuilder<unknown>[] {
  let kept: KeptCell[] = [];
  const erased: ErasedColumn[] = [];
  const reused: ReusedIn[] = [];
  for (const { event } of recorded) {
    if (!isRowEvent(event)) continue;
    const { table, key, sealed = [] } = event;
    for (const cell of event.reused ?? []) reused.push({ table, cell });
    for (const cell of sealed) kept.push({ table, key, cell });
    // A statement does not see what another beside it inserts: what comes and goes within the group is not written.
    if (event.op === 'erase') kept = kept.filter((one) => !isErasedBy(one, event));
    for (const column of event.columns ?? []) erased.push({ table, key, column });
  }
  return [
    ...(kept.length > 0 ? [mayBeKept ? insertOrAdoptSealed(kept) : insertSealed(kept)] : []),
    ...(reused.length > 0 ? [adoptSealed(reused)] : []),
    ...(erased.length > 0 ? [deleteSealed(erased)] : []),
  ];
}

function isErasedBy({ table, key, cell }: KeptCell, event: RowEvent): boolean {
  const isSameRow = table.definition.name === event.table.definition.name && key === event.key;
  return isSameRow && event.columns?.includes(cell.column) === true;
}

interface ReusedIn {
  readonly table: TableState;
  readonly cell: ReusedCell;
}

/** What stands in a row again is of the table's present life and column: there an erase looks for it. */
function adoptSealed(reused: readonly ReusedIn[]): RawBuilder<unknown> {
  return sql`
    UPDATE sealed_cell SET table_id = again.table_id, "column" = again."column"
    FROM unnest(
      ${reused.map(({ cell }) => cell.commitment)}::text[],
      ${reused.map(({ table }) => table.id)}::bigint[],
      ${reused.map(({ cell }) => cell.column)}::text[]) AS again (commitment, table_id, "column")
    WHERE sealed_cell.commitment = again.commitment
      AND (sealed_cell.table_id <> again.table_id OR sealed_cell."column" <> again."column")`;
}

/** Keeps values. One that is kept already is adopted as by {@link adoptSealed}. */
function insertOrAdoptSealed(cells: readonly KeptCell[]): RawBuilder<unknown> {
  const once = new Map(cells.map((one) => [one.cell.commitment, one]));
  return sql`${insertSealed([...once.values()])}
    ON CONFLICT (commitment) DO UPDATE SET table_id = excluded.table_id, "column" = excluded."column"`;
}

function insertSealed(kept: readonly KeptCell[]): RawBuilder<unknown> {
  return sql`
    INSERT INTO sealed_cell (commitment, table_id, key, "column", salt, value)
    SELECT commitment, table_id, key, "column", decode(salt, 'hex'), value FROM unnest(
      ${lines(kept.map(({ cell }) => cell.commitment))},
      ${bigints(kept.map(({ table }) => table.id))},
      ${texts(keys(kept))},
      ${lines(kept.map(({ cell }) => cell.column))},
      ${lines(kept.map(({ cell }) => cell.salt))},
      ${lines(kept.map(({ cell }) => cell.value))}) AS kept (commitment, table_id, key, "column", salt, value)`;
}

function deleteSealed(erased: readonly ErasedColumn[]): RawBuilder<unknown> {
  return sql`
    DELETE FROM sealed_cell WHERE commitment IN (
      SELECT kept.commitment
      FROM unnest(${names(erased)}::text[], ${keys(erased)}::text[], ${erased.map(({ column }) => column)}::text[])
        AS gone (name, key, "column")
      CROSS JOIN LATERAL (${keptOf('gone')}) AS kept
      WHERE kept."column" = gone."column")`;
}

/** Values are found by the present name of their column. */
export async function renameSealed(transaction: Executor, tableId: number, steps: readonly AlterStep[]): Promise<void> {
  for (const step of steps) {
    if (step.do !== 'rename') continue;
    await sql`
      UPDATE sealed_cell SET "column" = ${step.to}
      WHERE table_id = ${tableId} AND "column" = ${step.column}`.execute(transaction);
  }
}
