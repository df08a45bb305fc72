import { commitmentIn } from '../../../../../protocol/sealed.ts';
import { type Cell, type ColumnType, cellProblem, compareCells } from '../../../../../protocol/values.ts';

/** Digits of a decimal of which a double holds every one. */
const doubleDigits = 15;

/** Orders the cells of a column as the server does, exactly; empty ones first, and what is no value of the type last. */
export function compareInColumn(type: ColumnType, a: Cell, b: Cell): number {
  if (a === b) return 0;
  if (a === null || b === null) return a === null ? -1 : 1;
  const quick = quickly(type, a, b);
  if (quick !== undefined) return quick;
  const [isRankedA, isRankedB] = [isRanked(type, a), isRanked(type, b)];
  if (!isRankedA || !isRankedB) return Number(isRankedB) - Number(isRankedA);
  return compareCells(type, a, b);
}

/** A sealed cell has no place in the order, and neither has one that was typed wrongly. */
function isRanked(type: ColumnType, cell: Cell): boolean {
  return commitmentIn(cell) === undefined && cellProblem(type, cell) === undefined;
}

/** The usual case, in which nothing needs to be taken apart: a hundred thousand rows are compared two million times. */
function quickly(type: ColumnType, a: Cell, b: Cell): number | undefined {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (typeof a !== 'string' || typeof b !== 'string') return undefined;
  if (type === 'decimal' && a.length <= doubleDigits && b.length <= doubleDigits) {
    const difference = Number(a) - Number(b);
    return Number.isNaN(difference) ? undefined : difference;
  }
  if (type === 'date') return a < b ? -1 : 1;
  if (type === 'timestamp' && isUtcAlike(a, b)) return a < b ? -1 : 1;
  return undefined;
}

/** Two instants in one form are ordered as their texts. */
function isUtcAlike(a: string, b: string): boolean {
  return a.length === b.length && a.endsWith('Z') && b.endsWith('Z');
}
