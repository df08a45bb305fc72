import { orderedCells, reshapeRow, reshapesRows } from '../../protocol/reshape.ts';
import { hasSealed, isErased } from '../../protocol/sealed.ts';
import type { TableDefinition } from '../../protocol/table.ts';
import type { Cell, Cells } from '../../protocol/values.ts';
import type { Executor } from '../database/writer.ts';
import type { Event } from '../domain/event.ts';
import { isRowEvent, type RowEvent, type TableEvent } from '../domain/event.ts';
import type { Recording } from '../domain/evolve.ts';
import { rowName, type TableState } from '../domain/state.ts';
import { allRows, deleteTableRows, type RowWrite, rewriteCells } from './rows.ts';
import { openPage, renameSealed } from './sealed.ts';
import { writeTable } from './tables.ts';
import { deleteTableHolders, writeHolders } from './unique.ts';

/** An event with its place in the log. */
export interface RecordedEvent {
  readonly event: Event;
  readonly recording: Recording;
}

/** Events with their places in the log, from `firstSeq` on. */
export function placedEvents(
  events: readonly Event[],
  { firstSeq, at, by }: Omit<Recording, 'seq'> & { readonly firstSeq: number },
): RecordedEvent[] {
  return events.map((event, index) => ({ event, recording: { seq: firstSeq + index, at, by } }));
}

/** What is to be written of rows: each once, as its last event leaves it; of a dropped table nothing. */
export function rowsAfter(recorded: readonly RecordedEvent[]): RowWrite[] {
  const dropped = new Set(recorded.flatMap(({ event }) => (event.op === 'drop' ? [event.table.id] : [])));
  const rows = new Map<string, RowWrite>();
  for (const { event, recording } of recorded) {
    if (!isRowEvent(event) || dropped.has(event.table.id)) continue;
    // The past of a row that is gone was erased: nothing of it stands here.
    if (event.op === 'erase' && event.row === undefined) continue;
    const name = rowName(event.table.id, event.key);
    rows.set(name, rowWrite(event, recording, rows.get(name)));
  }
  return [...rows.values()];
}

/** Brings the projections of tables, and of the rows that they hold, to where the log is after these events. */
export async function projectTables(transaction: Executor, recorded: readonly RecordedEvent[]): Promise<void> {
  for (const { event, recording } of recorded) {
    if (!isRowEvent(event)) await projectTable(transaction, event, recording.seq);
  }
}

/** @param before what the events ahead of this one have come to, if they touch the row */
function rowWrite(
  { op, table, key, version, row }: RowEvent,
  recording: Recording,
  before: RowWrite | undefined,
): RowWrite {
  const place = { tableId: table.id, key, isNew: before?.isNew ?? op === 'insert' };
  return row === undefined ? place : { ...place, row: { version, ...recording, cells: row } };
}

async function projectTable(transaction: Executor, event: TableEvent, seq: number): Promise<void> {
  const { op, table, definition, steps = [] } = event;
  if (op === 'drop') {
    await deleteTableHolders(transaction, table.id);
    await deleteTableRows(transaction, table.id);
  }
  await writeTable(transaction, event, seq);
  if (op !== 'alter' || definition === undefined) return;
  if (hasSealed(table.definition)) await renameSealed(transaction, table.id, steps);
  if (reshapesRows(steps))
    await reshapeTable(transaction, table, (cells) =>
      orderedCells(definition.columns, reshapeRow(table.definition, steps, cells)),
    );
  if (hasUnique(table.definition) || hasUnique(definition)) {
    await rebuildHolders(transaction, { id: table.id, definition });
  }
}

function hasUnique({ columns }: TableDefinition): boolean {
  return columns.some(({ unique }) => unique);
}

async function reshapeTable(
  transaction: Executor,
  { id }: TableState,
  reshape: (cells: Cells) => Cells,
): Promise<void> {
  for await (const page of allRows(transaction, id)) {
    await rewriteCells(
      transaction,
      id,
      page.map(({ key, cells }) => ({ key, cells: reshape(cells) })),
    );
  }
}

/** Writes anew which row holds which value of a table's unique columns. */
export async function rebuildHolders(transaction: Executor, table: TableState): Promise<void> {
  const { id, definition } = table;
  await deleteTableHolders(transaction, id);
  const columns = definition.columns.filter(({ unique }) => unique);
  if (columns.length === 0) return;
  for await (const page of allRows(transaction, id)) {
    await writeHolders(
      transaction,
      (await openPage(transaction, table, page)).flatMap(({ key, open }) =>
        columns.flatMap((column) => {
          const value: Cell = open[column.name] ?? null;
          return value === null || isErased(column, value) ? [] : [{ tableId: id, column, value, key }];
        }),
      ),
    );
  }
}
