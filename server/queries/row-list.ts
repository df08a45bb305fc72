import { type RawBuilder, sql } from 'kysely';
import { filterProblem } from '../../protocol/filter.ts';
import type { Point } from '../../protocol/point.ts';
import type { QueryOf, Sort } from '../../protocol/queries.ts';
import { type Column, findColumn, type TableDefinition } from '../../protocol/table.ts';
import type { Database } from '../database/database.ts';
import { snapshot } from '../database/snapshot.ts';
import { isBadValue } from '../database/sql-state.ts';
import { type Head, readHead } from '../log/head.ts';
import { refusePlace, resolvePoint } from '../log/point.ts';
import { Refused } from '../refused.ts';
import { entryRowsSql, lifeAt, nearRowsSql, rowsNowSql, type TableAsOf, tableAsOf, tableNow } from './as-of.ts';
import type { QueryAnswer, QueryContext } from './context.ts';
import { cellTextSql, filterSql, searchSql, typedSql, valueSql } from './filter-sql.ts';
import { decodePageCursor, encodePageCursor, listHash, notOfThisList, type PageCursor } from './page-cursor.ts';
import { type PastPlace, pastKeysSql, pastPlace } from './past-keys.ts';

/** A column that a list is sorted by. */
interface SortColumn {
  readonly column: Column;
  readonly descending: boolean;
  /** Its cell in the relation `state`, as text. That of the key column stands beside the cells, which need no parsing. */
  readonly text: RawBuilder<string | null>;
}

/** The rows of a page. */
interface ListedRows {
  /** As JSON, with commas between, made and put together by PostgreSQL, with their cells as they were written. */
  readonly lines: string;
  /** The last of them: where the next page begins; undefined when there is none. */
  readonly last: Pick<PageCursor, 'key' | 'sorted'> | undefined;
}

/**
 * A page of a table's rows, as of the present head or of `asOf`. Every page of a list is as of the seq of the first one:
 * rows that were changed since are taken from the log as they were, so that a reader who pages while others write sees
 * one state (and so that a watch can build its snapshot from pages).
 */
export async function rowList(context: QueryContext, query: QueryOf<'row.list'>): Promise<QueryAnswer> {
  return await snapshot(context.database, async (transaction) => {
    const head = await readHead(transaction);
    const list = listHash(query);
    const after = query.after === undefined ? undefined : decodePageCursor(query.after, list);
    const seq = await listedSeq(transaction, { head, after, asOf: query.asOf });
    const life = await lifeAt(transaction, seq, query.table);
    const isNow = seq === head.seq;
    const table = isNow ? tableNow(life, seq) : await tableAsOf(transaction, life, seq);
    const sort = sortColumns(table.definition, query.sort);
    if (after !== undefined && after.sorted.length !== sort.length) throw notOfThisList();
    checkFilter(table.definition, query);
    const limit = Math.min(query.limit ?? context.pageRowsMax, context.pageRowsMax);
    const place = isNow ? 'now' : await pastPlace(transaction, table);
    const page = { table, place, query, sort, after, limit, bytesMax: context.pageBytesMax } as const;
    const { lines, last } = await readPage(transaction, page).catch(refuseForged);
    const next = last && encodePageCursor({ epoch: head.epoch, seq, ...last, list });
    return { body: replyText({ epoch: head.epoch, seq, definition: table.definition, next }, lines) };
  });
}

interface ListedPlace {
  readonly head: Head;
  readonly after: PageCursor | undefined;
  readonly asOf: Point | undefined;
}

/** As of which seq a page is: that of the page before, or of the point that was asked for, or now. */
async function listedSeq(transaction: Database, { head, after, asOf }: ListedPlace): Promise<number> {
  if (after !== undefined) {
    refusePlace(head, after.seq, after.epoch);
    return after.seq;
  }
  return asOf === undefined ? head.seq : await resolvePoint(transaction, head, asOf);
}

/** Without a sort, rows come in order of their key, and a key that is a number in order of its value. */
function sortColumns(definition: TableDefinition, sort: Sort | undefined): SortColumn[] {
  if (sort !== undefined) return sort.map((one) => sortColumn(definition, one));
  const key = definition.key === undefined ? undefined : findColumn(definition, definition.key);
  return key?.type === 'integer' || key?.type === 'decimal' ? [sortColumn(definition, { column: key.name })] : [];
}

function sortColumn(definition: TableDefinition, { column: name, descending = false }: Sort[number]): SortColumn {
  const column = findColumn(definition, name);
  if (column === undefined) throw badRequest(`sort: table ${definition.name} has no column ${JSON.stringify(name)}`);
  if (column.sealed) throw badRequest(`sort: column ${name} is sealed, and its order would tell its values`);
  if (column.type === 'json') throw badRequest(`sort: column ${name} is json, which has no order`);
  return { column, descending, text: name === definition.key ? sql`state.key` : cellTextSql(name) };
}

function checkFilter(definition: TableDefinition, { filter = [] }: QueryOf<'row.list'>): void {
  const problem = filterProblem(definition, filter);
  if (problem !== undefined) throw badRequest(`filter: ${problem}`);
}

/** A cursor of the right shape whose values are not of the columns' types was made by somebody else. */
function refuseForged(error: unknown): never {
  throw isBadValue(error) ? notOfThisList() : error;
}

function badRequest(message: string): Refused {
  return new Refused({ code: 'bad_request', message });
}

interface Page {
  readonly table: TableAsOf;
  /** From where its rows are told. */
  readonly place: 'now' | PastPlace;
  readonly query: QueryOf<'row.list'>;
  readonly sort: readonly SortColumn[];
  readonly after: PageCursor | undefined;
  readonly limit: number;
  readonly bytesMax: number;
}

/** Those of a page in one row, as this process would take longer over each of them than PostgreSQL does. */
interface ReadRows {
  /** null when there are none. */
  readonly lines: string | null;
  readonly count: number;
  /** How many there would be if their bytes did not matter. */
  readonly found: number;
  /** Of the last one. */
  readonly key: string;
  readonly sorted: (string | null)[][] | null;
}

async function readPage(transaction: Database, page: Page): Promise<ListedRows> {
  const { sort, limit, bytesMax } = page;
  const sorted = sort.map(({ text }) => text);
  const lastSorted =
    sort.length === 0 ? sql`NULL` : sql`(array_agg(sorted) FILTER (WHERE fits))[count(*) FILTER (WHERE fits):]`;
  const { rows } = await sql<ReadRows>`
    SELECT string_agg(line, ',') FILTER (WHERE fits) AS lines, count(*) FILTER (WHERE fits) AS count, count(*) AS found,
           (array_agg(key))[count(*) FILTER (WHERE fits)] AS key, ${lastSorted} AS sorted
    FROM (
      SELECT line, key, sorted,
             sum(octet_length(line)) OVER (ROWS UNBOUNDED PRECEDING) - octet_length(line) < ${bytesMax} AS fits
      FROM (
        SELECT state.key, ARRAY[${sql.join(sorted)}]::text[] AS sorted,
          '{"key":' || to_json(state.key) || ',"version":' || state.version || ',"seq":' || state.seq
          || ',"at":' || to_json(state.at) || ',"by":' || to_json(state.by) || ',"row":' || state.cells || '}' AS line
        FROM (${chosenSql(page)}) AS state
        ORDER BY ${orderSql(sort)} LIMIT ${limit}
      ) AS page
    ) AS measured`.execute(transaction);
  const [read] = rows;
  if (read === undefined || read.lines === null) return { lines: '', last: undefined };
  const isFull = read.found === limit || read.count < read.found;
  return { lines: read.lines, last: isFull ? { key: read.key, sorted: read.sorted?.[0] ?? [] } : undefined };
}

/** The rows that the list chooses, beyond the page before. Rows far back that come by key are not read past the page. */
function chosenSql({ table, place, query, sort, after, limit }: Page): RawBuilder<unknown> {
  const conditions = [filterSql(table.definition, query.filter ?? [])];
  if (query.search !== undefined) conditions.push(searchSql(table.definition, query.search));
  if (after !== undefined) conditions.push(beyondSql(sort, after));
  const isByKey = place !== 'now' && place !== 'near' && sort.length === 0;
  const rows = placedRowsSql(table, place, isByKey ? after?.key : undefined);
  const chosen = sql`SELECT * FROM (${rows}) AS state WHERE ${sql.join(conditions, sql` AND `)}`;
  return isByKey ? sql`${chosen} LIMIT ${limit}` : chosen;
}

function placedRowsSql(table: TableAsOf, place: Page['place'], after: string | undefined): RawBuilder<unknown> {
  if (place === 'now') return rowsNowSql(table);
  return place === 'near' ? nearRowsSql(table) : entryRowsSql(table, pastKeysSql(table, place, after));
}

function orderSql(sort: readonly SortColumn[]): RawBuilder<unknown> {
  const columns = sort.map(({ column, text, descending }) =>
    descending ? sql`${typedSql(column.type, text)} DESC NULLS LAST` : sql`${typedSql(column.type, text)} NULLS LAST`,
  );
  return sql.join([...columns, sql`state.key`]);
}

/** Rows beyond the last one of the page before, in the order of the sort. Empty cells come last in either direction. */
function beyondSql(sort: readonly SortColumn[], { sorted, key }: PageCursor): RawBuilder<unknown> {
  let beyond: RawBuilder<unknown> = sql`state.key > ${key}`;
  for (const [index, { column, text: cellText, descending }] of [...sort.entries()].reverse()) {
    const text = sorted[index] ?? null;
    const cell = typedSql(column.type, cellText);
    if (text === null) {
      beyond = sql`(${cell} IS NULL AND ${beyond})`;
    } else {
      const value = valueSql(column.type, text);
      const further = descending ? sql`${cell} < ${value}` : sql`${cell} > ${value}`;
      beyond = sql`(${further} OR ${cell} IS NULL OR (${cell} = ${value} AND ${beyond}))`;
    }
  }
  return beyond;
}

/** The reply's text, put together around the rows' own. */
function replyText(rest: object, lines: string): string {
  return `${JSON.stringify(rest).slice(0, -1)},"rows":[${lines}]}`;
}
