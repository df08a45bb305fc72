import { type Event, isRowEvent, type RowEvent, type TableEvent, uniqueChanges } from './event.ts';
import type { Draft } from './state.ts';

/** When and by whom the event is going to be recorded: a row shows it. */
export interface Recording {
  readonly seq: number;
  readonly at: string;
  readonly by: string;
}

/** Lays an event onto a draft of the ledger. */
export function evolve(draft: Draft, event: Event, recording: Recording): void {
  if (isRowEvent(event)) evolveRow(draft, event, recording);
  else evolveTable(draft, event);
}

function evolveRow(draft: Draft, event: RowEvent, recording: Recording): void {
  const { table, key, version, row, open, sealed = [], columns = [] } = event;
  for (const { column, old, now } of uniqueChanges(event)) {
    if (old !== null) draft.setHolder(table, column, old, undefined);
    if (now !== null) draft.setHolder(table, column, now, key);
  }
  for (const { column } of sealed) draft.setSealed(table, key, column, true);
  for (const column of columns) draft.setSealed(table, key, column, false);
  const opened = open?.row === undefined ? {} : { open: open.row };
  draft.setRow(table, key, row === undefined ? undefined : { key, version, ...recording, cells: row, ...opened });
}

function evolveTable(draft: Draft, { op, table, definition }: TableEvent): void {
  const state = definition === undefined ? undefined : { id: table.id, definition };
  draft.setTable(table.definition.name, state, op === 'create');
}
