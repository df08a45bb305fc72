import type { Condition, Filter } from '../../../../protocol/filter.ts';
import { limits } from '../../../../protocol/limits.ts';
import type { Sort } from '../../../../protocol/queries.ts';
import { type Column, findColumn, type TableDefinition } from '../../../../protocol/table.ts';
import { type Cell, cellFromText } from '../../../../protocol/values.ts';
import type { Arrangement, ColumnCondition } from '../address/arrangement.ts';
import { conditionWords } from '../table/cells/condition-words.ts';
import { kindOf, knownArrangement } from '../table/cells/conditions.ts';

/** The rows of a file, as they are asked for and as they are told. */
export interface ExportedRows {
  readonly filter: Filter;
  readonly sort: Sort;
  /** Conditions that hold for every row of the file, in words. */
  readonly by: readonly string[];
  /** Conditions of the grid that no file can be filtered by, in words. */
  readonly notBy: readonly string[];
}

/**
 * What is asked of the server for the rows that the grid shows. It compares exactly and has no "or", so that some of what the
 * grid finds (texts in any case, one of two) is left out, which is to be said.
 */
export function exportedRows(arrangement: Arrangement, definition: TableDefinition): ExportedRows {
  const { sort, where } = knownArrangement(arrangement, definition);
  const filter: Condition[] = [];
  const [by, notBy]: [string[], string[]] = [[], []];
  for (const condition of where) {
    const column = findColumn(definition, condition.column);
    const isEither = where.some(({ column: name, isOr }) => isOr && name === condition.column);
    const asked = column === undefined || isEither ? undefined : conditionsOf(condition, column);
    filter.push(...(asked ?? []));
    (asked === undefined ? notBy : by).push(conditionWords(condition));
  }
  const sortable = sort.filter(({ column }) => isSortable(findColumn(definition, column)));
  return { filter, sort: sortable.slice(0, limits.sortColumnsMax), by, notBy };
}

function isSortable(column: Column | undefined): boolean {
  return column !== undefined && column.sealed !== true && column.type !== 'json';
}

type Comparison = readonly [is: Exclude<Condition['is'], 'in'>, value: Cell];

/** Undefined where the server has no such comparison. */
function conditionsOf({ is, values }: ColumnCondition, column: Column): Condition[] | undefined {
  const kind = kindOf(column);
  const comparisons =
    kind === 'text' ? undefined : (presences[is] ?? (kind === 'day' ? ofDays : ofNumbers)(is, values, column));
  return comparisons?.map(([op, value]) => ({ column: column.name, is: op, value }));
}

const presences: Readonly<Record<string, readonly Comparison[]>> = {
  empty: [['eq', null]],
  filled: [['ne', null]],
  true: [['eq', true]],
  false: [['eq', false]],
};

function ofNumbers(is: string, texts: readonly string[], { type }: Column): readonly Comparison[] | undefined {
  const [first, last] = texts.map((text) => cellFromText(type, text.trim()));
  return first === undefined ? undefined : compared(is, { first, last });
}

/** Of timestamps those of the day by the clock of whoever reads, as the grid has it. */
function ofDays(
  is: string,
  [first = '', last]: readonly string[],
  { type }: Column,
): readonly Comparison[] | undefined {
  if (type === 'date') return compared(is, { first, last });
  switch (is) {
    case 'is':
      return [
        ['ge', midnight(first)],
        ['lt', midnight(first, 1)],
      ];
    case 'before':
      return [['lt', midnight(first)]];
    case 'after':
      return [['ge', midnight(first, 1)]];
    case 'between':
      return [
        ['ge', midnight(first)],
        ['lt', midnight(last ?? first, 1)],
      ];
    default:
      return undefined;
  }
}

function compared(
  is: string,
  { first, last }: { readonly first: Cell; readonly last: Cell | undefined },
): readonly Comparison[] | undefined {
  switch (is) {
    case 'is':
      return [['eq', first]];
    // The grid finds no empty cells by it, and the server does.
    case 'isNot':
      return [
        ['ne', first],
        ['ne', null],
      ];
    case 'above':
    case 'after':
      return [['gt', first]];
    case 'least':
      return [['ge', first]];
    case 'below':
    case 'before':
      return [['lt', first]];
    case 'most':
      return [['le', first]];
    case 'between':
      return last === undefined
        ? undefined
        : [
            ['ge', first],
            ['le', last],
          ];
    default:
      return undefined;
  }
}

function midnight(day: string, daysOn = 0): string {
  const time = new Date(`${day}T00:00:00`);
  time.setDate(time.getDate() + daysOn);
  return time.toISOString();
}
