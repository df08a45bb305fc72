import type { ColDef, IFilterOptionDef } from 'ag-grid-community';
import type { Column } from '../../../../../protocol/table.ts';
import { type Cell, cellProblem, compareCells } from '../../../../../protocol/values.ts';
import { shownCell } from '../../words/cell-text.ts';
import { filterOptionsOf, kindOf } from './conditions.ts';

/** The filter of a column, by its type. Whole numbers and decimals are compared exactly, as no double would. */
export function filterOf({ type, sealed }: Pick<Column, 'type' | 'sealed'>): Pick<ColDef, 'filter' | 'filterParams'> {
  const filterOptions = filterOptionsOf(kindOf({ type, sealed }));
  const buttons = { buttons: ['reset'], debounceMs: 250, filterOptions };
  if (sealed === true) return { filter: 'agTextColumnFilter', filterParams: buttons };
  switch (type) {
    case 'text':
      return { filter: 'agTextColumnFilter', filterParams: buttons };
    case 'json':
      return {
        filter: 'agTextColumnFilter',
        filterParams: { ...buttons, textFormatter: (cell: Cell) => textOf(type, cell) },
      };
    case 'boolean':
      return { filter: 'agTextColumnFilter', filterParams: { ...buttons, filterOptions: truth } };
    case 'integer':
    case 'decimal':
    case 'number':
      return { filter: 'agTextColumnFilter', filterParams: { ...buttons, filterOptions: exactly, ...plain } };
    case 'date':
    case 'timestamp':
      return {
        filter: 'agDateColumnFilter',
        filterParams: { ...buttons, comparator: compareDay, inRangeInclusive: true },
      };
    default:
      return type satisfies never;
  }
}

/** The grid's own would put cells into lower case, which numbers do not know. */
const plain = { textFormatter: (cell: Cell) => (cell === null ? null : String(cell).trim()), trimInput: true };

function textOf(type: Column['type'], cell: Cell): string | null {
  return cell === null ? null : shownCell(type, cell).toLowerCase();
}

const truth: IFilterOptionDef[] = [
  { displayKey: 'true', displayName: 'true', numberOfInputs: 0, predicate: (_, cell) => cell === true },
  { displayKey: 'false', displayName: 'false', numberOfInputs: 0, predicate: (_, cell) => cell === false },
  { displayKey: 'none', displayName: 'empty', numberOfInputs: 0, predicate: (_, cell) => (cell ?? null) === null },
];

const exactly: (IFilterOptionDef | string)[] = [
  numeric('is', 'is', (order) => order === 0),
  numeric('isNot', 'is not', (order) => order !== 0),
  numeric('above', 'is above', (order) => order > 0),
  numeric('least', 'is at least', (order) => order >= 0),
  numeric('below', 'is below', (order) => order < 0),
  numeric('most', 'is at most', (order) => order <= 0),
  {
    displayKey: 'between',
    displayName: 'is between',
    numberOfInputs: 2,
    predicate: ([from, to], cell) => holds(cell, from, (order) => order >= 0) && holds(cell, to, (order) => order <= 0),
  },
  'blank',
  'notBlank',
];

function numeric(displayKey: string, displayName: string, isMet: (order: number) => boolean): IFilterOptionDef {
  return { displayKey, displayName, predicate: ([wanted], cell) => holds(cell, wanted, isMet) };
}

/** Every whole number is a decimal too; a double is compared as one when it is written without an exponent. */
function holds(cell: unknown, wanted: unknown, isMet: (order: number) => boolean): boolean {
  const [a, b] = [String(cell ?? '').trim(), String(wanted ?? '').trim()];
  if (a === '' || b === '') return b === '';
  const isExact = cellProblem('decimal', a) === undefined && cellProblem('decimal', b) === undefined;
  return isMet(isExact ? compareCells('decimal', a, b) : Number(a) - Number(b));
}

/** By the days of the reader's calendar, as timestamps are shown in it. */
function compareDay(midnight: Date, cell: Cell): number {
  if (typeof cell !== 'string') return -1;
  const day = cell.length > 10 ? startOfDay(new Date(cell)) : new Date(`${cell}T00:00:00`);
  return day.getTime() - midnight.getTime();
}

function startOfDay(time: Date): Date {
  return new Date(time.getFullYear(), time.getMonth(), time.getDate());
}
