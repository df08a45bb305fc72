import type { Column, TableDefinition } from '../../../../../protocol/table.ts';
import { cellProblem } from '../../../../../protocol/values.ts';
import type { Arrangement, ColumnCondition } from '../../address/arrangement.ts';
import { keyColumn } from './key-column.ts';

/* What a column can be filtered by: the words of the address, and those of the grid's filters. */

/** How the columns of a kind are compared: words of the address, with what the grid calls them. */
export const kinds = {
  text: {
    contains: 'contains',
    lacks: 'notContains',
    is: 'equals',
    isNot: 'notEqual',
    begins: 'startsWith',
    ends: 'endsWith',
    empty: 'blank',
    filled: 'notBlank',
  },
  number: {
    is: 'is',
    isNot: 'isNot',
    above: 'above',
    least: 'least',
    below: 'below',
    most: 'most',
    between: 'between',
    empty: 'blank',
    filled: 'notBlank',
  },
  day: {
    is: 'equals',
    isNot: 'notEqual',
    before: 'lessThan',
    after: 'greaterThan',
    between: 'inRange',
    empty: 'blank',
    filled: 'notBlank',
  },
  truth: { true: 'true', false: 'false', empty: 'none' },
  presence: { empty: 'blank', filled: 'notBlank' },
} as const satisfies Record<string, Readonly<Record<string, string>>>;

type Kind = keyof typeof kinds;

/** Of one column: the grid knows no more. */
const conditionsMax = 2;
const withoutValue: ReadonlySet<string> = new Set(['empty', 'filled', 'true', 'false']);

const kindOfType = {
  text: 'text',
  json: 'text',
  integer: 'number',
  number: 'number',
  decimal: 'number',
  date: 'day',
  timestamp: 'day',
  boolean: 'truth',
} as const satisfies Record<Column['type'], Kind>;

export function kindOf({ type, sealed }: Pick<Column, 'type' | 'sealed'>): Kind {
  return sealed === true ? 'presence' : kindOfType[type];
}

/** What the grid calls the ways in which a column of a kind is compared. */
export function filterOptionsOf(kind: Kind): string[] {
  return Object.values(kinds[kind]);
}

/** What of an arrangement there is in this table, columns in their order: an address may say anything. */
export function knownArrangement({ sort, where }: Arrangement, definition: TableDefinition): Arrangement {
  const names = [keyColumn, ...definition.columns.map(({ name }) => name)];
  return {
    sort: sort.filter(
      ({ column }, index) => names.includes(column) && sort.findIndex((one) => one.column === column) === index,
    ),
    where: names.flatMap((name) => {
      const own = where.filter(
        (condition) => condition.column === name && isKnown(condition, kindIn(definition, name)),
      );
      return own
        .slice(0, conditionsMax)
        .map((condition, index) => ({ ...condition, isOr: index > 0 && condition.isOr }));
    }),
  };
}

function kindIn({ columns }: TableDefinition, name: string): Kind {
  const column = columns.find((one) => one.name === name);
  return column === undefined ? 'text' : kindOf(column);
}

function isKnown({ is, values }: ColumnCondition, kind: Kind): boolean {
  const wanted = withoutValue.has(is) ? 0 : is === 'between' ? 2 : 1;
  if (!Object.hasOwn(kinds[kind], is) || values.length !== wanted) return false;
  return values.every((value) => (kind === 'day' ? isDay(value) : value.trim() !== ''));
}

function isDay(text: string): boolean {
  return cellProblem('date', text) === undefined;
}

/** A condition, or two of them, as a filter of the grid has them. */
interface FilterModel {
  readonly filterType: string;
  readonly operator?: 'AND' | 'OR';
  readonly conditions?: readonly ConditionModel[];
}

interface ConditionModel {
  readonly type?: string | null;
  readonly filter?: string | null;
  readonly filterTo?: string | null;
  readonly dateFrom?: string | null;
  readonly dateTo?: string | null;
}

export type FilterModels = Readonly<Record<string, FilterModel & ConditionModel>>;

/** @param where conditions that are known of this table */
export function filterModelsOf(where: readonly ColumnCondition[], definition: TableDefinition): FilterModels {
  const models: Record<string, FilterModel & ConditionModel> = {};
  for (const name of new Set(where.map(({ column }) => column))) {
    const own = where.filter(({ column }) => column === name);
    const kind = kindIn(definition, name);
    const filterType = kind === 'day' ? 'date' : 'text';
    const conditions = own.map((condition) => conditionModel(condition, kind));
    const operator = own.at(-1)?.isOr === true ? 'OR' : 'AND';
    models[name] = conditions.length > 1 ? { filterType, operator, conditions } : { filterType, ...conditions[0] };
  }
  return models;
}

function conditionModel({ is, values: [first, last] }: ColumnCondition, kind: Kind): ConditionModel {
  const words: Readonly<Record<string, string>> = kinds[kind];
  const type = words[is] ?? is;
  if (kind === 'day') return { type, dateFrom: first ?? null, dateTo: last ?? null };
  return { type, ...(first !== undefined && { filter: first }), ...(last !== undefined && { filterTo: last }) };
}

export function conditionsIn(models: FilterModels, definition: TableDefinition): ColumnCondition[] {
  return Object.entries(models).flatMap(([column, model]) => {
    const kind = kindIn(definition, column);
    return (model.conditions ?? [model]).map((condition, index) => ({
      column,
      is: wordOf(condition.type ?? '', kind),
      values: valuesIn(condition),
      isOr: index > 0 && model.operator === 'OR',
    }));
  });
}

function wordOf(type: string, kind: Kind): string {
  return Object.entries(kinds[kind]).find(([, key]) => key === type)?.[0] ?? type;
}

function valuesIn({ filter, filterTo, dateFrom, dateTo }: ConditionModel): string[] {
  const days = [dateFrom, dateTo].map((time) => time?.slice(0, 10));
  return [filter, filterTo, ...days].filter((value) => typeof value === 'string');
}
