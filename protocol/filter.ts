import { z } from 'zod';
import { limits } from './limits.ts';
import { cellSchema, findColumn, type TableDefinition } from './table.ts';
import { type Cell, type Cells, cellProblem, compareCells } from './values.ts';

/**
 * `eq null` finds empty cells and `ne null` filled ones. An empty cell is not equal to any value, so `ne` a value finds it;
 * it is neither less nor greater than any.
 */
export const operators = ['eq', 'ne', 'lt', 'le', 'gt', 'ge'] as const;
export type Operator = (typeof operators)[number];

const conditionSchema = z.union([
  z.strictObject({ column: z.string(), is: z.enum(operators), value: cellSchema }),
  z.strictObject({ column: z.string(), is: z.literal('in'), value: z.array(cellSchema).max(limits.choicesMax) }),
]);
export type Condition = z.infer<typeof conditionSchema>;

/** Conditions that all hold. The same filter means the same to a query (SQL) and to a watch (here). */
export const filterSchema = z.array(conditionSchema).max(limits.conditionsMax);
export type Filter = z.infer<typeof filterSchema>;

const ordered: Record<Operator, (comparison: number) => boolean> = {
  eq: (comparison) => comparison === 0,
  ne: (comparison) => comparison !== 0,
  lt: (comparison) => comparison < 0,
  le: (comparison) => comparison <= 0,
  gt: (comparison) => comparison > 0,
  ge: (comparison) => comparison >= 0,
};

/** What is wrong with a filter for this table: an unknown column, or a value that is not of the column's type. */
export function filterProblem(definition: TableDefinition, filter: Filter): string | undefined {
  for (const { column: name, is, value } of filter) {
    const column = findColumn(definition, name);
    if (column === undefined) return `table ${definition.name} has no column ${JSON.stringify(name)}`;
    if (column.sealed && (is === 'in' || value !== null)) {
      return `column ${name} is sealed: it can only be compared with null`;
    }
    const values = is === 'in' ? (value as readonly Cell[]) : [value];
    if (column.type === 'json' && (is === 'in' || value !== null)) {
      return `column ${name} is json: it can only be compared with null`;
    }
    if (is !== 'eq' && is !== 'ne' && values.includes(null)) return `${name}: null goes with eq and ne only`;
    for (const one of values) {
      const problem = cellProblem(column.type, one);
      if (problem !== undefined) return `${name}: ${JSON.stringify(one)} ${problem}`;
    }
  }
  return undefined;
}

/** Whether a row passes a filter that {@link filterProblem} found right for the table. */
export function matchesFilter(definition: TableDefinition, filter: Filter, row: Cells): boolean {
  return filter.every((condition) => matchesCondition(definition, condition, row));
}

function matchesCondition(definition: TableDefinition, condition: Condition, row: Cells): boolean {
  const column = findColumn(definition, condition.column);
  if (column === undefined) return false;
  const cell = row[condition.column] ?? null;
  if (condition.is === 'in') {
    return cell !== null && condition.value.some((value) => compareCells(column.type, cell, value) === 0);
  }
  if (cell === null || condition.value === null) {
    const bothEmpty = cell === null && condition.value === null;
    return condition.is === 'eq' ? bothEmpty : condition.is === 'ne' && !bothEmpty;
  }
  return ordered[condition.is](compareCells(column.type, cell, condition.value));
}
