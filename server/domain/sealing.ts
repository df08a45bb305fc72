import { hasSealed, sealedNames } from '../../protocol/sealed.ts';
import type { Cell, Cells } from '../../protocol/values.ts';
import type { RowEvent } from './event.ts';
import type { RowState } from './state.ts';

/** What a commitment stands for, and what proves it: it lives apart from the log. */
export interface SealedCell {
  readonly column: string;
  readonly commitment: string;
  /** 32 random bytes in hexadecimal. */
  readonly salt: string;
  /** The cell's JSON text. */
  readonly value: string;
}

/** Makes the commitment to a value: salts and hashes are passed in, as a pure function has neither. */
export type Seal = (value: string) => Pick<SealedCell, 'commitment' | 'salt'>;

/** A row's cells as the rules judge them: values where others see commitments. Erased ones are commitments here too. */
export function openedCells({ cells, open }: Pick<RowState, 'cells' | 'open'>): Cells {
  return open ?? cells;
}

/**
 * Turns a change that was decided on real values into the one that is recorded, in which sealed cells are commitments:
 * new ones of what was changed, and those of `before`, the row as everybody has it, of all else.
 */
export function sealEvent(event: RowEvent, before: Cells, seal: Seal): RowEvent {
  const { definition } = event.table;
  if (!hasSealed(definition)) return event;
  const names = sealedNames(definition);
  const { row, was } = event;
  const sealed: SealedCell[] = [];
  const commit = (column: string, cell: Cell): Cell => {
    const value = JSON.stringify(cell);
    const made = { column, value, ...seal(value) };
    sealed.push(made);
    return { sealed: made.commitment };
  };
  const isNew = (name: string): boolean => was === undefined || name in was;
  return {
    ...event,
    row: mapSealed(row, names, (name, cell) => (isNew(name) ? commit(name, cell) : (before[name] ?? null))),
    was: mapSealed(was, names, (name) => before[name] ?? null),
    open: { row, was },
    sealed,
  } as RowEvent;
}

function mapSealed(
  cells: Cells | undefined,
  names: readonly string[],
  map: (name: string, cell: Cell) => Cell,
): Cells | undefined {
  if (cells === undefined) return undefined;
  const mapped: Record<string, Cell> = { ...cells };
  for (const name of names) {
    if (Object.hasOwn(cells, name)) mapped[name] = map(name, cells[name] ?? null);
  }
  return mapped;
}
