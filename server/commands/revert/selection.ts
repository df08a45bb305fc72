import { type RawBuilder, sql } from 'kysely';
import type { Entry } from '../../../protocol/entry.ts';
import { groupOf } from '../../../protocol/entry.ts';
import type { Revert, Reverted } from '../../../protocol/revert.ts';
import type { Executor } from '../../database/writer.ts';
import type { Head } from '../../log/head.ts';
import { refusePlace, resolvePoint } from '../../log/point.ts';
import { Refused } from '../../refused.ts';

/** The changes that are to be taken back: `after` < seq <= `last`, and where it says so only those of one author. */
export interface Selection {
  readonly after: number;
  readonly last: number;
  readonly by?: string;
}

/** Finds which changes are meant. @throws Refused when there are none such, or not in this life of the ledger */
export async function selectionOf(executor: Executor, head: Head, what: Reverted): Promise<Selection> {
  if ('command' in what) return await ofCommand(executor, what.command);
  if ('by' in what) return { after: await resolvePoint(executor, head, what.since), last: head.seq, by: what.by };
  const { after, last } = await rangeOf(executor, head, what);
  if (after >= last) {
    throw new Refused({ code: 'bad_request', message: `there is no change behind ${after} up to ${last}` });
  }
  return { after, last };
}

async function rangeOf(
  executor: Executor,
  head: Head,
  what: Exclude<Reverted, { command: string } | { by: string }>,
): Promise<Selection> {
  if ('from' in what) {
    const { from, to } = what;
    const after = await resolvePoint(executor, head, from);
    return { after, last: to === undefined ? head.seq : await resolvePoint(executor, head, to) };
  }
  const [after, last] = 'seq' in what ? [what.seq - 1, what.seq] : [what.after, what.last];
  refusePlace(head, last, what.epoch);
  return { after, last };
}

/** The answer that was kept names the last change; its entry names the group. */
async function ofCommand(executor: Executor, id: string): Promise<Selection> {
  const { rows } = await sql<{ entry: Entry | null }>`
    SELECT (SELECT c.entry::json FROM change c WHERE c.seq = (command.answer::json ->> 'seq')::bigint) AS entry
    FROM command WHERE id = ${id}`.execute(executor);
  const [known] = rows;
  if (known === undefined) throw new Refused({ code: 'invalid', message: `no command with the id ${id} was accepted` });
  if (known.entry === null || known.entry.command !== id) {
    throw new Refused({
      code: 'invalid',
      message: `the command ${id} changed nothing, so there is nothing to take back`,
    });
  }
  const [first, last] = groupOf(known.entry);
  return { after: first - 1, last };
}

/** Whether the change `c` is of the selection. */
export function isSelectedSql({ after, last, by }: Selection): RawBuilder<boolean> {
  return sql<boolean>`(c.seq > ${after} AND c.seq <= ${last} ${by === undefined ? sql`` : sql`AND ${isBySql(by)}`})`;
}

/** The same of an entry that has been read. */
export function isSelected(entry: Pick<Entry, 'seq' | 'by'>, { after, last, by }: Selection): boolean {
  return entry.seq > after && entry.seq <= last && (by === undefined || entry.by === by);
}

/** Only an entry that has the text somewhere is parsed, which is far more work than to look for it. */
function isBySql(by: string): RawBuilder<boolean> {
  const text = `"by":${JSON.stringify(by)}`;
  return sql<boolean>`CASE WHEN strpos(c.entry, ${text}) > 0 THEN c.entry::json ->> 'by' = ${by} ELSE false END`;
}

/** Of which tables, by name, which rows are meant: all when it is undefined. Tables that are not named are not meant at all. */
export type Scope = ReadonlyMap<string, readonly string[] | undefined>;

export function scopeOf({ tables, rows }: Revert): Scope | undefined {
  if (tables === undefined && rows === undefined) return undefined;
  const scope = new Map<string, readonly string[] | undefined>();
  for (const { table, key } of rows ?? []) scope.set(table, [...(scope.get(table) ?? []), key]);
  for (const table of tables ?? []) scope.set(table, undefined);
  return scope;
}
