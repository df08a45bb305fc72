import { isErased } from '../../protocol/sealed.ts';
import type { AlterStep, Column, TableDefinition } from '../../protocol/table.ts';
import { type Cell, type Cells, cellIdentity } from '../../protocol/values.ts';
import type { ReusedCell } from './restored-cells.ts';
import type { SealedCell } from './sealing.ts';
import type { TableState } from './state.ts';

/** What the domain decides; not yet recorded. Recording gives it its seq, time and author. */
export type Event = RowEvent | TableEvent;

/** First and last seq of the changes that an event takes back. */
export type Reverts = readonly [first: number, last: number];

export interface RowEvent {
  readonly op: 'insert' | 'update' | 'delete' | 'erase';
  readonly table: TableState;
  readonly key: string;
  readonly version: number;
  /** The row after; absent when it is deleted. */
  readonly row?: Cells;
  /** The changed cells before, null where one was empty; absent for an insert. */
  readonly was?: Cells;
  /** `row` and `was` with the values of sealed cells, in tables that have such: never recorded. */
  readonly open?: { readonly row?: Cells | undefined; readonly was?: Cells | undefined };
  /** What the new commitments in `row` stand for. */
  readonly sealed?: readonly SealedCell[];
  /** The commitments in `row` that stood in the log before. */
  readonly reused?: readonly ReusedCell[];
  /** Of an erase: the columns whose values are no more. */
  readonly columns?: readonly string[];
  readonly reverts?: Reverts | undefined;
  readonly why?: string | undefined;
}

export interface TableEvent {
  readonly op: 'create' | 'alter' | 'drop';
  /** The table before; of a create the new one. */
  readonly table: TableState;
  /** Absent when it is dropped. */
  readonly definition?: TableDefinition;
  readonly steps?: readonly AlterStep[];
  readonly was?: TableDefinition;
  readonly reverts?: Reverts | undefined;
  readonly why?: string | undefined;
}

export function isRowEvent(event: Event): event is RowEvent {
  return event.op === 'insert' || event.op === 'update' || event.op === 'delete' || event.op === 'erase';
}

/** What a change gives up and what it takes of the values of a unique column: null where it is nothing, never the same. */
export interface UniqueChange {
  readonly column: Column;
  readonly old: Cell;
  readonly now: Cell;
}

export function uniqueChanges({ table, row, was, open = { row, was } }: RowEvent): UniqueChange[] {
  const changes: UniqueChange[] = [];
  for (const column of table.definition.columns) {
    if (!column.unique || (open.was !== undefined && !(column.name in open.was))) continue;
    const [old, now] = [heldCell(column, open.was), heldCell(column, open.row)];
    if (!isSameValue(column, old, now)) changes.push({ column, old, now });
  }
  return changes;
}

function heldCell(column: Column, cells: Cells | undefined): Cell {
  const cell = cells?.[column.name] ?? null;
  return isErased(column, cell) ? null : cell;
}

function isSameValue({ type }: Column, a: Cell, b: Cell): boolean {
  if (a === null || b === null) return a === b;
  return cellIdentity(type, a) === cellIdentity(type, b);
}
