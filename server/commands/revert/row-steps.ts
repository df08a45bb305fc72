import { sql } from 'kysely';
import type { RowEntry } from '../../../protocol/entry.ts';
import type { ConflictRule } from '../../../protocol/revert.ts';
import type { Executor } from '../../database/writer.ts';
import type { RestoreStep } from '../../domain/planned-step.ts';
import { type NettedChange, RowNetFold } from '../../domain/row-net.ts';
import type { ColumnPath } from './column-path.ts';
import { fetched, type Sized } from './fetched.ts';
import { isOfLifeSql, type RevertedLife } from './life.ts';
import { isSelectedSql, type Selection } from './selection.ts';

/** The changes of rows of one life that are between two of its columns' changes. */
export interface RowChanges {
  readonly life: RevertedLife;
  /** Of the whole revert. */
  readonly selection: Selection;
  /** After this seq, and up to that one. */
  readonly after: number;
  readonly last: number;
  /** Where the log ended. */
  readonly head: number;
  readonly path: ColumnPath;
  readonly conflicts: ConflictRule;
}

interface PastRow extends Sized {
  readonly key: string;
  readonly seq: number;
  readonly isSelected: boolean;
}

/**
 * What is to be taken back of rows, a step a row, told from the log: of each row all entries from the first selected one
 * on. The row that was touched last comes first: most unique values are free again then when another row takes them.
 */
export async function* rowSteps(transaction: Executor, changes: RowChanges): AsyncGenerator<RestoreStep[]> {
  let row: { readonly key: string; readonly fold: RowNetFold } | undefined;
  for await (const page of fetched<PastRow>(transaction, pastSql(changes))) {
    const steps: RestoreStep[] = [];
    const entries = await readEntries(transaction, page);
    for (const past of page) {
      if (row !== undefined && row.key !== past.key) steps.push(...stepOf(changes, row));
      if (row?.key !== past.key) row = { key: past.key, fold: new RowNetFold() };
      // Those behind are taken back already.
      if (past.isSelected && past.seq > changes.last) continue;
      const entry = entries.get(past.seq);
      if (entry !== undefined) row.fold.add(nettedChange(changes.path, past.isSelected, entry));
    }
    yield steps;
  }
  if (row !== undefined) yield stepOf(changes, row);
}

function pastSql({ life, selection, after, last, head }: RowChanges) {
  const within = { ...selection, after: Math.max(after, selection.after), last: Math.min(last, selection.last) };
  const keys = life.keys === undefined ? sql`` : sql`AND c.key = ANY(${life.keys}::text[])`;
  return sql`
    SELECT first.key, c.seq, ${isSelectedSql(selection)} AS "isSelected", octet_length(c.entry) AS bytes
    FROM (
      SELECT c.key, min(c.seq) AS seq FROM change c
      WHERE c.table_id = ANY(${life.ids}::bigint[]) AND c.key IS NOT NULL AND ${isSelectedSql(within)} ${keys}
      GROUP BY c.key
    ) AS first
    JOIN change c ON ${isOfLifeSql(life)} AND c.key = first.key AND c.seq >= first.seq AND c.seq <= ${head}
    ORDER BY first.seq DESC, c.seq`;
}

async function readEntries(transaction: Executor, page: readonly PastRow[]): Promise<Map<number, RowEntry>> {
  const { rows } = await sql<{ seq: number; entry: RowEntry }>`
    SELECT seq, entry::json AS entry FROM change WHERE seq = ANY(${page.map(({ seq }) => seq)}::bigint[])`.execute(
    transaction,
  );
  return new Map(rows.map(({ seq, entry }) => [seq, entry]));
}

function nettedChange(path: ColumnPath, isSelected: boolean, entry: RowEntry): NettedChange {
  const { op, seq, at, by, row, was = {} } = entry;
  const { some, whole } = path.from(seq);
  const changed = op === 'insert' ? { ...row } : was;
  const left = Object.fromEntries(Object.entries(row ?? {}).filter(([name]) => name in changed));
  const then = some(was);
  return {
    ...{ op, seq, at, by, isReverted: isSelected, was: then, is: some(left) },
    before: op === 'insert' ? undefined : whole({ ...row, ...was }),
    after: row && whole(row),
    homeless: Object.keys(was).length - Object.keys(then).length,
  };
}

function stepOf(
  { life, conflicts }: RowChanges,
  { key, fold }: { readonly key: string; readonly fold: RowNetFold },
): RestoreStep[] {
  const { net } = fold;
  return net === undefined ? [] : [{ type: 'row.restore', table: life.name, key, net, conflicts }];
}
