import { orderedCells } from '../../protocol/reshape.ts';
import { commitmentIn, hasSealed } from '../../protocol/sealed.ts';
import { type Column, findColumn } from '../../protocol/table.ts';
import type { Cell, Cells } from '../../protocol/values.ts';
import type { DecisionContext } from './decision.ts';
import { sameCell } from './row.ts';
import { openedCells, type SealedCell } from './sealing.ts';
import type { LedgerState, RowState, TableState } from './state.ts';

/** A commitment of the log that stands in a row again. */
export type ReusedCell = Pick<SealedCell, 'column' | 'commitment'>;

/** A row with cells of the log put back: as everybody has it, and with the values that the rules judge. */
export interface RestoredCells {
  readonly row: Cells;
  readonly open: { readonly row: Cells };
  readonly hasSealed: boolean;
  /** Of values that were public when they were written, and whose column is sealed now. */
  readonly sealed: readonly SealedCell[];
  readonly reused: readonly ReusedCell[];
}

/**
 * Puts cells back as they stand in the log. A commitment is put back as it is, as the value that it stands for was kept
 * with it; what is not there any more was erased and stays so.
 */
export function restoreCells(
  { state, seal }: DecisionContext,
  { definition }: TableState,
  { cells, opened = cells, set }: { readonly cells: Cells; readonly opened?: Cells | undefined; readonly set: Cells },
): RestoredCells {
  const row: Record<string, Cell> = { ...cells };
  const open: Record<string, Cell> = { ...opened };
  const sealed: SealedCell[] = [];
  const reused: ReusedCell[] = [];
  for (const [name, cell] of Object.entries(set)) {
    const column = findColumn(definition, name);
    if (column === undefined) continue;
    const commitment = column.sealed ? commitmentIn(cell) : undefined;
    open[name] = openCell(state, column, cell);
    row[name] = cell;
    if (commitment !== undefined) {
      reused.push({ column: name, commitment });
    } else if (column.sealed && cell !== null) {
      const value = JSON.stringify(cell);
      const made = { column: name, value, ...seal(value) };
      sealed.push(made);
      row[name] = { sealed: made.commitment };
    }
  }
  const ordered = { row: orderedCells(definition.columns, row), open: { row: orderedCells(definition.columns, open) } };
  return { ...ordered, hasSealed: hasSealed(definition), sealed, reused };
}

/** Whether a cell of the row is what it was then: by what everybody has, or by what that stands for. */
export function isSame(
  state: LedgerState,
  column: Column,
  { row, past }: { readonly row: RowState; readonly past: Cell },
): boolean {
  const { name } = column;
  return (
    sameCell(row.cells[name] ?? null, past) || sameCell(openedCells(row)[name] ?? null, openCell(state, column, past))
  );
}

/** Whether a cell of the log stands for a value that was erased since. */
export function isGone(state: LedgerState, { definition }: TableState, name: string, cell: Cell): boolean {
  const commitment = findColumn(definition, name)?.sealed ? commitmentIn(cell) : undefined;
  return commitment !== undefined && state.opened(commitment) === undefined;
}

/** A cell of the log as the rules judge it: the value where it stands for one that is kept. */
function openCell(state: LedgerState, { sealed }: Column, cell: Cell): Cell {
  const commitment = sealed ? commitmentIn(cell) : undefined;
  const value = commitment === undefined ? undefined : state.opened(commitment);
  return value === undefined ? cell : (JSON.parse(value) as Cell);
}
