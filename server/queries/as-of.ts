import { type RawBuilder, sql } from 'kysely';
import type { TableEntry } from '../../protocol/entry.ts';
import { reshapesRows } from '../../protocol/reshape.ts';
import type { AlterStep, TableDefinition } from '../../protocol/table.ts';
import type { Executor } from '../database/writer.ts';
import { readTableEntries } from '../log/table-entries.ts';
import { type ColumnSource, columnSources } from './column-sources.ts';
import { refuseTable } from './context.ts';

/** A table as it was after a seq. */
export interface TableAsOf {
  /** The table's life. */
  readonly id: number;
  readonly definition: TableDefinition;
  /** As of which seq. */
  readonly seq: number;
  /** How rows that were written before its changes of columns have come to look by then. */
  readonly eras: readonly Era[];
  /** Its changes up to the seq, oldest first, without its creation. */
  readonly changes: readonly TableEntry[];
  /** Whether it was not dropped since. */
  readonly isLiving: boolean;
  /** Whether it was not, and its columns are the same now. */
  readonly isPresent: boolean;
}

/** From where rows are told as they were after `seq`, in the columns that the eras lead to. */
export type PastRows = Pick<TableAsOf, 'id' | 'seq' | 'eras'>;

/** Rows written before the change `until`, and after that of the era before. */
interface Era {
  readonly until: number;
  readonly columns: readonly ColumnSource[];
}

/** A life of a table as it is now, or was when it was dropped. */
export interface TableLife {
  readonly id: number;
  readonly name: string;
  readonly definition: TableDefinition;
  readonly changed: number;
  readonly dropped: number | null;
}

/** The tables that there were after `seq`, in order of their names; only that of a name when one is given. */
export async function livesAt(executor: Executor, seq: number, name?: string): Promise<TableLife[]> {
  const { rows } = await sql<TableLife>`
    SELECT id, name, definition, changed, dropped FROM table_projection
    WHERE ${name === undefined ? sql`true` : sql`name = ${name}`} AND id <= ${seq}
      AND (dropped IS NULL OR dropped > ${seq})
    ORDER BY name`.execute(executor);
  return rows;
}

/** Finds a table by the name that it had after `seq`. @throws Refused `table_not_found` when there was none */
export async function lifeAt(executor: Executor, seq: number, name: string): Promise<TableLife> {
  const [life] = await livesAt(executor, seq, name);
  if (life === undefined) throw refuseTable(name);
  return life;
}

/** A table as it is, at the head's seq: nothing of its past is asked for. */
export function tableNow({ id, definition }: TableLife, seq: number): TableAsOf {
  return { id, definition, seq, eras: [], changes: [], isLiving: true, isPresent: true };
}

/** A table as it was. */
export async function tableAsOf(
  executor: Executor,
  { id, definition, changed, dropped }: TableLife,
  seq: number,
): Promise<TableAsOf> {
  const isLiving = dropped === null;
  const isPresent = changed <= seq && isLiving;
  const changes = changed === id ? [] : await readTableEntries(executor, id, { after: id, last: seq });
  const then = isPresent ? definition : (changes.at(-1)?.definition ?? (await createdAs(executor, id)));
  return { id, definition: then, seq, eras: erasOf(changes), changes, isLiving, isPresent };
}

async function createdAs(executor: Executor, id: number): Promise<TableDefinition> {
  const { rows } = await sql<{ definition: TableDefinition }>`
    SELECT entry::json -> 'definition' AS definition FROM change WHERE seq = ${id}`.execute(executor);
  const [created] = rows;
  if (created === undefined) throw new Error(`the log has no entry ${id}, which made a table`);
  return created.definition;
}

/** The rows of a table as it was, in the columns that further steps lead to. */
export function ledOn({ id, seq, changes, definition: was }: TableAsOf, steps: readonly AlterStep[]): PastRows {
  return { id, seq, eras: erasOf([...changes, { seq: seq + 1, was, steps: [...steps] }]) };
}

/** Every era with all the changes of columns behind it. */
function erasOf(changes: readonly Pick<TableEntry, 'seq' | 'was' | 'steps'>[]): Era[] {
  const alters = changes.filter(({ steps }) => steps !== undefined && reshapesRows(steps));
  return alters.flatMap(({ seq, was }, index) => {
    const steps = alters.slice(index).flatMap((alter) => alter.steps ?? []);
    return was === undefined ? [] : [{ until: seq, columns: columnSources(was, steps) }];
  });
}

/** The rows of now. Each of these selects `key, version, seq, at, by, cells`. */
export function rowsNowSql({ id }: Pick<TableAsOf, 'id'>): RawBuilder<unknown> {
  return sql`SELECT key, version, seq, at, by, cells FROM row_projection WHERE table_id = ${id}`;
}

/** The rows as they were, told from the rows of now: those not changed since, and of the others their last entry before. */
export function nearRowsSql({ eras, id, seq }: TableAsOf): RawBuilder<unknown> {
  return sql`
    SELECT key, version, seq, at, by, cells FROM row_projection WHERE table_id = ${id} AND seq <= ${seq}
    UNION ALL
    ${entryRowsSql({ eras, id, seq }, sql`SELECT DISTINCT key FROM change WHERE table_id = ${id} AND seq > ${seq} AND key IS NOT NULL`)}`;
}

/** One row as it was. */
export function rowAsOfSql(table: TableAsOf, key: string): RawBuilder<unknown> {
  return entryRowsSql(table, sql`SELECT ${key}::text COLLATE "C" AS key`);
}

/**
 * The rows with these keys as they were after `seq`, in the columns that the eras lead to, which may be of a later seq.
 * The fields are read by json_to_record, as every `->` would parse the entry again.
 */
export function entryRowsSql({ id, seq, eras }: PastRows, keys: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`
    SELECT was.key, entry.version, was.seq, entry.at, entry.by, ${cellsSql(eras)} AS cells
    FROM (${keys}) AS wanted
    CROSS JOIN LATERAL (
      SELECT key, seq, entry AS line FROM change
      WHERE table_id = ${id} AND key = wanted.key AND seq <= ${seq} ORDER BY seq DESC LIMIT 1
    ) AS was
    CROSS JOIN LATERAL json_to_record(was.line::json) AS entry (version bigint, at text, by text, row json)
    WHERE entry.row IS NOT NULL`;
}

/** The cells of the relation `entry`, in the columns of the seq. */
function cellsSql(eras: readonly Era[]): RawBuilder<unknown> {
  const last = eras.at(-1);
  if (last === undefined) return sql`entry.row`;
  return sql`CASE WHEN was.seq > ${last.until} THEN entry.row ELSE (
    SELECT coalesce(json_object_agg(name, value ORDER BY position) FILTER (WHERE json_typeof(value) <> 'null'), '{}')
    FROM (
      SELECT name, position, CASE form
        WHEN 'filled' THEN filled
        WHEN 'same' THEN entry.row -> source
        ELSE coalesce(${retypedSql(sql`CASE source_type WHEN 'json' THEN (entry.row -> source)::text ELSE entry.row ->> source END`)}, entry.row -> source)
      END AS value
      FROM json_to_recordset(${JSON.stringify(eras.flatMap(eraRows))}::json)
        AS columns (until bigint, position int, name text, form text, source text, source_type text, filled json)
      WHERE until = (SELECT min(era) FROM unnest(${eras.map(({ until }) => until)}::bigint[]) AS eras (era) WHERE era > was.seq)
    ) AS cells
  ) END`;
}

const textForms: ReadonlySet<string> = new Set(['text', 'decimal', 'date', 'timestamp']);

function eraRows({ until, columns }: Era): object[] {
  return columns.map(({ name, type, from, filled }, position) => {
    if (from === undefined) return { until, position, name, form: 'filled', filled };
    const form = from.type === type ? 'same' : textForms.has(type) ? 'text' : type;
    return { until, position, name, form, source: from.name, source_type: from.type };
  });
}

/**
 * A change of type keeps the text form of a cell (see retypeCell), so the new cell is made of it. NULL of a cell that would
 * not be kept: its row was gone, or had another one, by the time of the change, or that would have been refused.
 */
function retypedSql(text: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`(SELECT CASE
      WHEN form = 'text' THEN to_json(text)
      WHEN form = 'json' THEN json_or_null(text)
      WHEN form = 'boolean' AND text IN ('true', 'false') THEN text::json
      WHEN form = 'number' AND text ~ '^-?(0|[1-9][0-9]*)([.][0-9]*[1-9])?(e[+-][0-9]+)?$' THEN text::json
      WHEN form = 'integer' AND text ~ '^-?(0|[1-9][0-9]*)$' THEN
        CASE WHEN abs(text::numeric) > ${Number.MAX_SAFE_INTEGER} THEN to_json(text) ELSE text::json END
    END FROM (SELECT ${text} AS text) AS kept)`;
}
