import { type RawBuilder, sql } from 'kysely';
import { filterProblem } from '../../protocol/filter.ts';
import type { QueryOf, Sort } from '../../protocol/queries.ts';
import { type Column, findColumn, type TableDefinition } from '../../protocol/table.ts';
import type { Database } from '../database/database.ts';
import { isBadValue } from '../database/sql-state.ts';
import { type Head, readHead } from '../log/head.ts';
import { Refused } from '../refused.ts';
import { type QueryAnswer, type QueryContext, refuseTable } from './context.ts';
import { cellSql, cellTextSql, filterSql, searchSql, valueSql } from './filter-sql.ts';
import { decodePageCursor, encodePageCursor, listHash, type PageCursor } from './page-cursor.ts';

interface ListedTable {
  readonly id: number;
  readonly definition: TableDefinition;
  readonly changed: number;
}

/** A column that a list is sorted by. */
interface SortColumn {
  readonly column: Column;
  readonly descending: boolean;
}

interface ListedRow {
  /** The row as JSON, made by PostgreSQL, with its cells as they were written. */
  readonly line: string;
  readonly key: string;
  readonly sorted: readonly (string | null)[];
}

/**
 * A page of a table's rows. Every page of a list is as of the seq of the first one: rows that were changed since are
 * taken from the log as they were, so that a reader who pages while others write sees one state (and so that a watch
 * can build its snapshot from pages).
 */
export async function rowList(context: QueryContext, query: QueryOf<'row.list'>): Promise<QueryAnswer> {
  const { database } = context;
  // One snapshot of the database for the head, the definition and the rows.
  return await database
    .transaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only')
    .execute(async (transaction) => {
      const head = await readHead(transaction);
      const table = await listedTable(transaction, query.table);
      const sort = sortColumns(table.definition, query.sort);
      checkFilter(table.definition, query);
      const after = query.after === undefined ? undefined : decodePageCursor(query.after, listHash(query));
      if (after !== undefined) checkCursor({ head, table, sort, after });
      const limit = Math.min(query.limit ?? context.pageRowsMax, context.pageRowsMax);
      const page = { table, query, sort, after, limit, bytesMax: context.pageBytesMax };
      const { rows, full } = await readPage(transaction, page).catch(refuseForged);
      const last = full ? rows.at(-1) : undefined;
      const seq = after?.seq ?? head.seq;
      const list = listHash(query);
      const next = last && encodePageCursor({ epoch: head.epoch, seq, sorted: [...last.sorted], key: last.key, list });
      return { body: replyText({ epoch: head.epoch, seq, definition: table.definition, next }, rows) };
    });
}

async function listedTable(transaction: Database, name: string): Promise<ListedTable> {
  const { rows } = await sql<ListedTable>`
    SELECT id, definition, changed FROM table_projection WHERE name = ${name} AND dropped IS NULL`.execute(transaction);
  const [table] = rows;
  if (table === undefined) throw refuseTable(name);
  return table;
}

/** Without a sort, rows come in order of their key, and a key that is a number in order of its value. */
function sortColumns(definition: TableDefinition, sort: Sort | undefined): SortColumn[] {
  if (sort !== undefined) return sort.map((one) => sortColumn(definition, one));
  const key = definition.key === undefined ? undefined : findColumn(definition, definition.key);
  return key?.type === 'integer' || key?.type === 'decimal' ? [{ column: key, descending: false }] : [];
}

function sortColumn(definition: TableDefinition, { column: name, descending = false }: Sort[number]): SortColumn {
  const column = findColumn(definition, name);
  if (column === undefined) throw badRequest(`sort: table ${definition.name} has no column ${JSON.stringify(name)}`);
  if (column.sealed) throw badRequest(`sort: column ${name} is sealed, and its order would tell its values`);
  if (column.type === 'json') throw badRequest(`sort: column ${name} is json, which has no order`);
  return { column, descending };
}

function checkFilter(definition: TableDefinition, { filter = [] }: QueryOf<'row.list'>): void {
  const problem = filterProblem(definition, filter);
  if (problem !== undefined) throw badRequest(`filter: ${problem}`);
}

/** A cursor of the right shape whose values are not of the columns' types was made by somebody else. */
function refuseForged(error: unknown): never {
  throw isBadValue(error) ? badRequest('after is not the `next` of a page of this same list') : error;
}

interface CheckedCursor {
  readonly head: Head;
  readonly table: ListedTable;
  readonly sort: readonly SortColumn[];
  readonly after: PageCursor;
}

function badRequest(message: string): Refused {
  return new Refused({ code: 'bad_request', message });
}

function checkCursor({ head, table, sort, after }: CheckedCursor): void {
  const where = { epoch: head.epoch, head: head.seq };
  if (after.epoch !== head.epoch) throw new Refused({ code: 'wrong_epoch', message: 'start the list over', ...where });
  if (after.sorted.length !== sort.length) throw badRequest('after is not the `next` of a page of this same list');
  if (after.seq > head.seq) throw new Refused({ code: 'ahead_of_server', message: 'start the list over', ...where });
  if (table.changed > after.seq) {
    const message = `the columns of ${table.definition.name} have changed since the first page; start the list over`;
    throw new Refused({ code: 'too_old', message, ...where });
  }
}

interface Page {
  readonly table: ListedTable;
  readonly query: QueryOf<'row.list'>;
  readonly sort: readonly SortColumn[];
  readonly after: PageCursor | undefined;
  readonly limit: number;
  readonly bytesMax: number;
}

async function readPage(transaction: Database, page: Page): Promise<{ rows: ListedRow[]; full: boolean }> {
  const { table, query, sort, after, limit, bytesMax } = page;
  const { definition } = table;
  const conditions = [filterSql(definition, query.filter ?? [])];
  if (query.search !== undefined) conditions.push(searchSql(definition, query.search));
  if (after !== undefined) conditions.push(beyondSql(sort, after));
  const sorted = sort.map(({ column }) => cellTextSql(column.name));
  const { rows } = await sql<ListedRow & { found: number }>`
    SELECT line, key, sorted, found FROM (
      SELECT line, key, sorted, count(*) OVER () AS found, sum(octet_length(line)) OVER (ROWS UNBOUNDED PRECEDING) - octet_length(line) AS before
      FROM (
        SELECT state.key, ARRAY[${sql.join(sorted)}]::text[] AS sorted,
          '{"key":' || to_json(state.key) || ',"version":' || state.version || ',"seq":' || state.seq
          || ',"at":' || to_json(state.at) || ',"by":' || to_json(state.by) || ',"row":' || state.cells || '}' AS line
        FROM (${after === undefined ? nowSql(table) : asOfSql(table, after.seq)}) AS state
        WHERE ${sql.join(conditions, sql` AND `)}
        ORDER BY ${orderSql(sort)} LIMIT ${limit}
      ) AS page
    ) AS measured
    WHERE before < ${bytesMax}`.execute(transaction);
  const found = rows[0]?.found ?? 0;
  return { rows, full: found === limit || rows.length < found };
}

function nowSql({ id }: ListedTable): RawBuilder<unknown> {
  return sql`SELECT key, version, seq, at, by, cells FROM row_projection WHERE table_id = ${id}`;
}

/**
 * The rows as they were after a seq: those not changed since, and of the changed ones their last entry before. Their
 * cells are told by the first entry behind it, what it left but for what it changed: an entry from before a change of
 * columns has the old ones, and since the seq there was none (too_old).
 */
function asOfSql({ id, definition }: ListedTable, seq: number): RawBuilder<unknown> {
  const names = definition.columns.map(({ name }) => name);
  return sql`
    SELECT key, version, seq, at, by, cells FROM row_projection WHERE table_id = ${id} AND seq <= ${seq}
    UNION ALL
    SELECT was.key, (was.entry ->> 'version')::bigint, was.seq, was.entry ->> 'at', was.entry ->> 'by', (
      SELECT coalesce(json_object_agg(name, value ORDER BY position), '{}') FROM (
        SELECT name, position, coalesce(next.entry -> 'was' -> name, next.entry -> 'row' -> name) AS value
        FROM unnest(${names}::text[]) WITH ORDINALITY AS columns (name, position)
      ) AS cells WHERE json_typeof(value) <> 'null'
    )
    FROM (
      SELECT DISTINCT ON (key) key, entry::json AS entry FROM change
      WHERE table_id = ${id} AND seq > ${seq} AND key IS NOT NULL ORDER BY key, seq
    ) AS next
    CROSS JOIN LATERAL (
      SELECT key, seq, entry::json AS entry FROM change
      WHERE table_id = ${id} AND key = next.key AND seq <= ${seq} ORDER BY seq DESC LIMIT 1
    ) AS was
    WHERE was.entry -> 'row' IS NOT NULL`;
}

function orderSql(sort: readonly SortColumn[]): RawBuilder<unknown> {
  const columns = sort.map(({ column, descending }) =>
    descending ? sql`${cellSql(column)} DESC NULLS LAST` : sql`${cellSql(column)} NULLS LAST`,
  );
  return sql.join([...columns, sql`state.key`]);
}

/** Rows beyond the last one of the page before, in the order of the sort. Empty cells come last in either direction. */
function beyondSql(sort: readonly SortColumn[], { sorted, key }: PageCursor): RawBuilder<unknown> {
  let beyond: RawBuilder<unknown> = sql`state.key > ${key}`;
  for (const [index, { column, descending }] of [...sort.entries()].reverse()) {
    const text = sorted[index] ?? null;
    const cell = cellSql(column);
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
function replyText(rest: object, rows: readonly ListedRow[]): string {
  return `${JSON.stringify(rest).slice(0, -1)},"rows":[${rows.map(({ line }) => line).join(',')}]}`;
}
