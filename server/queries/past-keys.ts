import { type RawBuilder, sql } from 'kysely';
import type { Executor } from '../database/writer.ts';
import { entryRowsSql, type TableAsOf } from './as-of.ts';

/**
 * Where the rows of a table as of a seq are told from.
 *
 * near: few changes since. The rows of now, but for those few.
 * early: few changes up to it. The keys of those.
 * left: many rows were deleted before it. The keys of the rows that are there now, or were deleted since.
 * every: the keys that the table ever had.
 */
export type PastPlace = 'near' | 'early' | 'left' | 'every';

/** Changes since a seq up to which the rows of now, with those few put back, cost less than a look at every key. */
const changesSinceMax = 2_000;
/** Changes up to a seq up to which their keys cost less than a walk past those that came later. */
const changesBeforeMax = 5_000;
/** Deletes up to a seq up to which a look at each costs less than to tell them from the rest. */
const deletesBeforeMax = 1_000;
/** Entries that a walk reads at once: of several keys, or of one that was changed that often. */
const entriesAtOnce = 128;

/** Whether the change `c` deleted a row, as the indexes of schema.sql ask it; of some others it says so too. */
const deletesSql = sql`c.key IS NOT NULL AND strpos(c.entry, '"op":"delete"') > 0`;

/**
 * From where the rows of the table as of its seq are told at the least cost. It is asked where the first and the last changes
 * of the table end, which is the same for every seq: those around the seq would have to be read for each.
 */
export async function pastPlace(executor: Executor, { id, seq, isPresent, isLiving }: TableAsOf): Promise<PastPlace> {
  const beyond = (max: number, order: RawBuilder<unknown>, condition = sql``) => sql`
    (SELECT c.seq FROM change c WHERE c.table_id = ${id} ${condition} ORDER BY c.seq ${order} LIMIT 1 OFFSET ${max})`;
  const { rows } = await sql<{ place: PastPlace }>`
    SELECT CASE
      WHEN ${isPresent} AND coalesce(${beyond(changesSinceMax, sql`DESC`)} <= ${seq}, true) THEN 'near'
      WHEN coalesce(${beyond(changesBeforeMax, sql``)} > ${seq}, true) THEN 'early'
      WHEN ${isLiving} AND ${beyond(deletesBeforeMax, sql``, sql`AND ${deletesSql}`)} <= ${seq} THEN 'left'
      ELSE 'every'
    END AS place`.execute(executor);
  return rows[0]?.place ?? 'every';
}

/** Selects keys behind `after`, in order, made as they are read: of each row that there was as of the seq, and of some others. */
export function pastKeysSql(table: TableAsOf, place: Exclude<PastPlace, 'near'>, after = ''): RawBuilder<unknown> {
  return { early: earlyKeysSql, left: leftKeysSql, every: everyKeySql }[place](table, after);
}

function earlyKeysSql({ id, seq }: TableAsOf, after: string): RawBuilder<unknown> {
  return sql`
    SELECT DISTINCT c.key FROM change c
    WHERE c.table_id = ${id} AND c.seq <= ${seq} AND c.key IS NOT NULL AND c.key > ${after} ORDER BY c.key`;
}

/**
 * Along the rows of now and along the deletes, always on with the one that is behind. So what is passed over is what came
 * since, and no row that was deleted before.
 */
function leftKeysSql({ id, seq }: TableAsOf, after: string): RawBuilder<unknown> {
  const living = (behind: RawBuilder<unknown>) => sql`
    (SELECT r.key FROM row_projection r WHERE r.table_id = ${id} AND r.key > ${behind} ORDER BY r.key LIMIT 1)`;
  const deleted = (behind: RawBuilder<unknown>) => sql`
    (SELECT c.key FROM change c
     WHERE c.table_id = ${id} AND c.key > ${behind} AND c.seq > ${seq} AND ${deletesSql} ORDER BY c.key LIMIT 1)`;
  const start = sql`${after}::text COLLATE "C"`;
  return sql`
    WITH RECURSIVE keys (living, deleted) AS (
      SELECT ${living(start)}, ${deleted(start)}
      UNION ALL
      SELECT CASE WHEN living > deleted THEN living ELSE ${living(sql`keys.living`)} END,
             CASE WHEN deleted > living THEN deleted ELSE ${deleted(sql`keys.deleted`)} END
      FROM keys WHERE living IS NOT NULL OR deleted IS NOT NULL
    )
    SELECT least(living, deleted) AS key FROM keys WHERE living IS NOT NULL OR deleted IS NOT NULL`;
}

/** From key to key through the index, so that what it costs does not follow how often rows were changed. */
function everyKeySql({ id, seq }: TableAsOf, after: string): RawBuilder<unknown> {
  return sql`
    WITH RECURSIVE walk (keys, last) AS (
      SELECT ARRAY[]::text[] COLLATE "C", ${after}::text COLLATE "C"
      UNION ALL
      SELECT step.keys, step.last FROM walk CROSS JOIN LATERAL (
        SELECT array_agg(key) FILTER (WHERE first <= ${seq}) AS keys, max(key) AS last FROM (
          SELECT DISTINCT ON (key) key, seq AS first FROM (
            SELECT c.key, c.seq FROM change c
            WHERE c.table_id = ${id} AND c.key > walk.last ORDER BY c.key, c.seq LIMIT ${entriesAtOnce}
          ) AS entries ORDER BY key, seq
        ) AS firsts
      ) AS step WHERE walk.last IS NOT NULL
    )
    SELECT key FROM walk CROSS JOIN LATERAL unnest(keys) AS key`;
}

/** The rows as they were, told from the log alone: of each key its last entry up to the seq. */
export function farRowsSql(table: TableAsOf): RawBuilder<unknown> {
  return entryRowsSql(table, pastKeysSql(table, 'every'));
}

/** Every `key` that the table had up to the seq, and how many `bytes` its last entry is; of some of them there was no row then. */
export function farKeysSql(table: TableAsOf): RawBuilder<unknown> {
  return sql`
    SELECT keys.key, was.bytes
    FROM (${pastKeysSql(table, 'every')}) AS keys
    CROSS JOIN LATERAL (
      SELECT octet_length(entry) AS bytes FROM change
      WHERE table_id = ${table.id} AND key = keys.key AND seq <= ${table.seq} ORDER BY seq DESC LIMIT 1
    ) AS was`;
}
