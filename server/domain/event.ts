import type { AlterStep, TableDefinition } from '../../protocol/table.ts';
import type { Cells } from '../../protocol/values.ts';
import type { TableState } from './state.ts';

/** What the domain decides; not yet recorded. Recording gives it its seq, time and author. */
export type Event = RowEvent | TableEvent;

export interface RowEvent {
  readonly op: 'insert' | 'update' | 'delete';
  readonly table: TableState;
  readonly key: string;
  readonly version: number;
  /** The row after; absent when it is deleted. */
  readonly row?: Cells;
  /** The changed cells before, null where one was empty; absent for an insert. */
  readonly was?: Cells;
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
  readonly why?: string | undefined;
}

export function isRowEvent(event: Event): event is RowEvent {
  return event.op === 'insert' || event.op === 'update' || event.op === 'delete';
}
