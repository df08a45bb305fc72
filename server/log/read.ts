import { type RawBuilder, sql } from 'kysely';
import { Frontier } from '../../proof/frontier.ts';
import type { Database } from '../database/database.ts';
import type { Change } from './record.ts';

/** Changes that the tail reads at once. */
const tailChangesMax = 2_000;

/** The changes after a seq, in order, at most 2,000. A group may be cut at the end. */
export async function readChanges(database: Database, after: number): Promise<Change[]> {
  const { rows } = await sql<Change>`
    SELECT c.seq, c.table_id AS "tableId", t.name AS "table", c.key, c.group_last AS "groupLast", c.entry
    FROM change c JOIN table_projection t ON t.id = c.table_id
    WHERE c.seq > ${after} ORDER BY c.seq LIMIT ${tailChangesMax}`.execute(database);
  return rows;
}

/** Where the tail starts: the head, the tree, and the seq of every table's last change, in one snapshot. */
export interface TailStart {
  readonly epoch: string;
  readonly seq: number;
  readonly tables: ReadonlyMap<string, number>;
  /** The right edge of the tree over the log up to there. */
  readonly frontier: Frontier;
}

interface StartRow {
  readonly epoch: string;
  readonly seq: number;
  readonly peaks: string | null;
  readonly table: string | null;
  readonly last: number | null;
}

export async function readTailStart(database: Database): Promise<TailStart> {
  const { rows } = await sql<StartRow>`
    SELECT h.epoch, h.seq, encode(h.peaks, 'hex') AS peaks, t.name AS "table", max(t.last) AS last
    FROM head h LEFT JOIN (
      SELECT name, (SELECT seq FROM change WHERE table_id = p.id ORDER BY seq DESC LIMIT 1) AS last FROM table_projection p
    ) t ON true GROUP BY h.epoch, h.seq, h.peaks, t.name`.execute(database);
  const [first] = rows;
  if (first === undefined) throw new Error('the ledger has no head row: schema.sql was not applied');
  const tables = new Map(rows.flatMap(({ table, last }) => (table === null || last === null ? [] : [[table, last]])));
  const { epoch, seq, peaks } = first;
  return { epoch, seq, tables, frontier: Frontier.parse(seq, peaks ?? '') };
}

/** Lines of the log as they are. */
export interface Lines {
  /** Entries joined by line feeds, some in each text. */
  readonly texts: readonly string[];
  readonly count: number;
  /** Seq of the last entry; null when there is none. */
  readonly last: number | null;
  /** Whether the limit of entries or of bytes ended the page: there may be more. */
  readonly full: boolean;
}

/** Which entries: beyond a seq in their order, of all tables, of some lives of tables, or of one row in them. */
export interface LinesQuery {
  readonly after: number;
  /** None with a greater seq; all there are when left out. */
  readonly until?: number | undefined;
  /** From the newest back. */
  readonly newestFirst?: boolean | undefined;
  readonly limit: number;
  /** Bytes beyond which no further entry is taken; the first is always taken, so that every read makes progress. */
  readonly bytesMax: number;
  readonly tableIds?: readonly number[];
  readonly key?: string;
}

/** Bytes of entries in one row of a result, about: PostgreSQL and `pg` copy what is much larger several times. */
const partBytes = 65_536;

interface Part {
  readonly text: string | null;
  readonly count: number;
  readonly last: number | null;
  readonly read: number;
}

/**
 * Reads entries as texts. PostgreSQL joins them, so that this process neither makes an object of each nor prints
 * it again: the bytes that were hashed are the bytes that go out.
 */
export async function readLines(
  database: Database,
  { after, until, newestFirst = false, limit, bytesMax, tableIds, key }: LinesQuery,
): Promise<Lines> {
  const way = newestFirst ? backward : forward;
  const range = { after, until, limit, way };
  const found = tableIds === undefined ? ofAllTables(range) : ofTables({ ...range, tableIds, key });
  const { rows } = await sql<Part>`
    SELECT string_agg(entry, E'\n' ORDER BY seq ${way.order}) FILTER (WHERE before < ${bytesMax}) AS text,
           count(*) FILTER (WHERE before < ${bytesMax}) AS count,
           ${way.last}(seq) FILTER (WHERE before < ${bytesMax}) AS last,
           count(*) AS read
    FROM (
      SELECT seq, entry, before, least(before, ${bytesMax}) / ${sql.lit(partBytes)} AS part
      FROM (
        SELECT seq, entry, sum(octet_length(entry)) OVER (ORDER BY seq ${way.order} ROWS UNBOUNDED PRECEDING) - octet_length(entry) AS before
        FROM (${found}) AS page
      ) AS measured
    ) AS parted
    GROUP BY part ORDER BY part`.execute(database);
  const taken = rows.filter(({ count }) => count > 0);
  const sum = (of: 'count' | 'read'): number => rows.reduce((sum, row) => sum + row[of], 0);
  const [count, read] = [sum('count'), sum('read')];
  const texts = taken.map(({ text }) => text ?? '');
  return { texts, count, last: taken.at(-1)?.last ?? null, full: read === limit || count < read };
}

/** An order of the log, in SQL. */
interface Way {
  readonly order: RawBuilder<unknown>;
  readonly beyond: RawBuilder<unknown>;
  readonly last: RawBuilder<unknown>;
}
const forward: Way = { order: sql`ASC`, beyond: sql`>`, last: sql`max` };
const backward: Way = { order: sql`DESC`, beyond: sql`<`, last: sql`min` };

interface Range extends Pick<LinesQuery, 'after' | 'until' | 'limit'> {
  readonly way: Way;
}

function ofAllTables({ limit, ...range }: Range): RawBuilder<unknown> {
  return sql`SELECT seq, entry FROM change WHERE ${rangeSql(range)} ORDER BY seq ${range.way.order} LIMIT ${limit}`;
}

function rangeSql({ after, until, way: { beyond } }: Omit<Range, 'limit'>): RawBuilder<unknown> {
  return sql`seq ${beyond} ${after} ${until === undefined ? sql`` : sql`AND seq <= ${until}`}`;
}

interface TablesRange extends Range {
  readonly tableIds: readonly number[];
  readonly key: string | undefined;
}

/**
 * One life is read along the index. Several, which is rare, are read life by life and then put in order: asked for all
 * at once, PostgreSQL would sort everything there is for every page.
 */
function ofTables({ limit, tableIds, key, ...range }: TablesRange): RawBuilder<unknown> {
  const { order } = range.way;
  const ofLife = (life: RawBuilder<unknown>): RawBuilder<unknown> => sql`
    SELECT seq, entry FROM change WHERE table_id = ${life} AND ${rangeSql(range)}
      ${key === undefined ? sql`` : sql`AND key = ${key}`}
    ORDER BY seq ${order} LIMIT ${limit}`;
  if (tableIds.length === 1) return ofLife(sql`${tableIds[0]}`);
  return sql`
    SELECT of_life.seq, of_life.entry FROM unnest(${tableIds}::bigint[]) AS life (id)
    CROSS JOIN LATERAL (${ofLife(sql`life.id`)}) AS of_life
    ORDER BY of_life.seq ${order} LIMIT ${limit}`;
}
