import { type RawBuilder, sql } from 'kysely';
import type { Condition, Filter, Operator } from '../../protocol/filter.ts';
import { type Column, findColumn, type TableDefinition } from '../../protocol/table.ts';
import { type Cell, type ColumnType, cellText } from '../../protocol/values.ts';

/** The SQL type in which cells of each type are compared. Texts go by code point, as in protocol/values.ts. */
const castTo: Record<ColumnType, RawBuilder<unknown>> = {
  text: sql`text COLLATE "C"`,
  integer: sql`bigint`,
  number: sql`double precision`,
  decimal: sql`numeric`,
  boolean: sql`boolean`,
  date: sql`date`,
  timestamp: sql`timestamptz`,
  json: sql`text`,
};

const operators: Record<Operator, RawBuilder<unknown>> = {
  eq: sql`=`,
  ne: sql`IS DISTINCT FROM`,
  lt: sql`<`,
  le: sql`<=`,
  gt: sql`>`,
  ge: sql`>=`,
};

/** The text of a cell of the relation `state`. Names come as parameters and never as SQL. */
export function cellTextSql(column: string): RawBuilder<string | null> {
  return sql`(state.cells ->> ${column}::text)`;
}

/** A cell's text, in SQL, as a value that compares as its type does. */
export function typedSql(type: ColumnType, text: RawBuilder<string | null>): RawBuilder<unknown> {
  return sql`${text}::${castTo[type]}`;
}

/** A value, given as a cell's text, as the same type. */
export function valueSql(type: ColumnType, text: string): RawBuilder<unknown> {
  return sql`${text}::${castTo[type]}`;
}

function cellSql({ name, type }: Column): RawBuilder<unknown> {
  return typedSql(type, cellTextSql(name));
}

/** A filter as SQL over `state.cells`: the twin of matchesFilter, which a test holds to the same answers. */
export function filterSql(definition: TableDefinition, filter: Filter): RawBuilder<unknown> {
  if (filter.length === 0) return sql`true`;
  return sql.join(
    filter.map((condition) => conditionSql(definition, condition)),
    sql` AND `,
  );
}

function conditionSql(definition: TableDefinition, { column: name, is, value }: Condition): RawBuilder<unknown> {
  const column = findColumn(definition, name);
  if (column === undefined) return sql`false`;
  if (is === 'in') return inSql(column, value as readonly Cell[]);
  if (value === null) return is === 'eq' ? sql`${cellTextSql(name)} IS NULL` : sql`${cellTextSql(name)} IS NOT NULL`;
  return sql`(${cellSql(column)} ${operators[is]} ${valueSql(column.type, cellText(value))})`;
}

function inSql(column: Column, values: readonly Cell[]): RawBuilder<unknown> {
  if (values.length === 0) return sql`false`;
  return sql`(${cellSql(column)} IN (${sql.join(values.map((value) => valueSql(column.type, cellText(value))))}))`;
}

/** A substring, in any case, of any text column whose cells are not sealed. */
export function searchSql({ columns }: TableDefinition, search: string): RawBuilder<unknown> {
  const texts = columns.filter(({ type, sealed }) => type === 'text' && !sealed);
  if (texts.length === 0) return sql`false`;
  const hits = texts.map(({ name }) => sql`strpos(lower(${cellTextSql(name)}), lower(${search}::text)) > 0`);
  return sql`(${sql.join(hits, sql` OR `)})`;
}
