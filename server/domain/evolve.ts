import type { Claims } from './claims.ts';
import { type Event, isRowEvent, type RowEvent, type TableEvent, uniqueChanges } from './event.ts';
import type { Draft } from './state.ts';

/** When and by whom the event is going to be recorded: a row shows it. */
export interface Recording {
  readonly seq: number;
  readonly at: string;
  readonly by: string;
}

/** What events are laid onto. */
export interface Evolving {
  readonly draft: Draft;
  /** Of the command that the events are of. */
  readonly claims: Claims;
}

/**
 * Lays an event onto a draft of the ledger.
 * @param index of the step that it is of, where steps are counted
 */
export function evolve(evolving: Evolving, event: Event, recording: Recording, index?: number): void {
  if (!isRowEvent(event)) evolveTable(evolving, event);
  else {
    evolveUnique(evolving, event, index);
    evolveRow(evolving.draft, event, recording);
  }
}

/** A value that another row has is taken when that row gives it up. */
function evolveUnique({ draft, claims }: Evolving, event: RowEvent, index: number | undefined): void {
  const { table, key } = event;
  for (const { column, old, now } of uniqueChanges(event)) {
    if (old !== null) draft.setHolder(table, column, old, claims.giveUp({ table, column, value: old }, key));
    if (now === null) continue;
    const holder = draft.holder(table, column, now);
    if (holder === undefined) draft.setHolder(table, column, now, key);
    else claims.add({ table, column, value: now }, holder, { key, index });
  }
}

function evolveRow(draft: Draft, event: RowEvent, recording: Recording): void {
  const { table, key, version, row, open, sealed = [], columns = [] } = event;
  for (const { column } of sealed) draft.setSealed(table, key, column, true);
  for (const column of columns) draft.setSealed(table, key, column, false);
  const opened = open?.row === undefined ? {} : { open: open.row };
  draft.setRow(table, key, row === undefined ? undefined : { key, version, ...recording, cells: row, ...opened });
}

function evolveTable({ draft, claims }: Evolving, { op, table, definition }: TableEvent): void {
  if (op === 'drop') {
    claims.settle(table.id);
    draft.forgetHolders(table);
  }
  const state = definition === undefined ? undefined : { id: table.id, definition };
  draft.setTable(table.definition.name, state, op === 'create');
}
