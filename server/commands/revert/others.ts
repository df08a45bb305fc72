import { type RawBuilder, sql } from 'kysely';
import type { Executor } from '../../database/writer.ts';
import type { Touch } from '../../domain/row-net.ts';
import type { NamedWhile } from './added-columns.ts';
import { isOfLifeSql, type RevertedLife } from './life.ts';
import { isSelectedSql, type Selection } from './selection.ts';

/** The last change of a life that is not to be taken back. */
export function lastOtherChange(
  executor: Executor,
  life: RevertedLife,
  selection: Selection,
): Promise<Touch | undefined> {
  return lastTouch(executor, sql`${isOfLifeSql(life)} AND NOT ${isSelectedSql(selection)}`);
}

interface Columns {
  readonly life: RevertedLife;
  /** What the columns were called, up to where the log ended: what is behind it is the revert's own. */
  readonly names: readonly NamedWhile[];
  readonly selection: Selection;
}

/**
 * The last change of a row's cell in one of these columns that is not to be taken back, and in which. All of the table's
 * later changes are gone through, so it is done once for all columns, and only entries that have a name of theirs are parsed.
 */
export async function lastFilling(
  executor: Executor,
  { life, names, selection }: Columns,
): Promise<(Touch & { readonly column: string }) | undefined> {
  if (names.length === 0) return undefined;
  const after = Math.min(...names.map((one) => one.after));
  const last = Math.max(...names.map((one) => one.last));
  const texts = new Set(names.map(({ name }) => `${JSON.stringify(name)}:`));
  const named = [...texts].map((text) => sql`strpos(c.entry, ${text}) > 0`);
  const { rows } = await sql<Touch & { column: string }>`
    SELECT c.seq, entry.at, entry.by, filled.column
    FROM change c
    CROSS JOIN LATERAL (SELECT c.entry AS line WHERE ${sql.join(named, sql` OR `)} OFFSET 0) AS named
    CROSS JOIN LATERAL json_to_record(named.line::json) AS entry (at text, by text, op text, row json, was json)
    CROSS JOIN LATERAL (
      SELECT name AS column FROM json_to_recordset(${JSON.stringify(names)}::json) AS wanted (name text, after bigint, last bigint)
      WHERE c.seq > wanted.after AND c.seq <= wanted.last
        AND CASE entry.op WHEN 'insert' THEN entry.row -> name WHEN 'update' THEN entry.was -> name END IS NOT NULL LIMIT 1
    ) AS filled
    WHERE ${isOfLifeSql(life)} AND c.seq > ${after} AND c.seq <= ${last} AND c.key IS NOT NULL
      AND NOT ${isSelectedSql(selection)}
    ORDER BY c.seq DESC LIMIT 1`.execute(executor);
  return rows[0];
}

async function lastTouch(executor: Executor, where: RawBuilder<unknown>): Promise<Touch | undefined> {
  const { rows } = await sql<Touch>`
    SELECT c.seq, c.entry::json ->> 'at' AS at, c.entry::json ->> 'by' AS by
    FROM change c WHERE ${where} ORDER BY c.seq DESC LIMIT 1`.execute(executor);
  return rows[0];
}
