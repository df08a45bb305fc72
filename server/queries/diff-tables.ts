import { sql } from 'kysely';
import type { TableDiff } from '../../protocol/diff.ts';
import type { Executor } from '../database/writer.ts';
import { type TableLife, tableAsOf } from './as-of.ts';
import { stepsBack } from './steps-back.ts';

/** Two seqs of the log. The second may be the earlier one: then it is told what would be to be done to get back there. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** What was changed between two seqs, whichever is the first: after `after`, and up to `last`. */
export function changesIn({ from, to }: Span): { readonly after: number; readonly last: number } {
  return { after: Math.min(from, to), last: Math.max(from, to) };
}

/**
 * The tables that are not at the second point as they are at the first, in the order in which they became so, or back; only
 * that of a name when one is given.
 */
export async function tableDiffs(executor: Executor, span: Span, name: string | undefined): Promise<TableDiff[]> {
  const diffs: TableDiff[] = [];
  for (const life of await changedLives(executor, span, name)) {
    const diff = await tableDiff(executor, life, span);
    if (diff !== undefined) diffs.push(diff);
  }
  diffs.sort((a, b) => a.seq - b.seq);
  return span.from <= span.to ? diffs : diffs.reverse().map(mirrored);
}

/** The lives of tables whose definition was changed in between: made, altered or dropped. */
async function changedLives(executor: Executor, span: Span, name: string | undefined): Promise<TableLife[]> {
  const { after, last } = changesIn(span);
  const { rows } = await sql<TableLife>`
    SELECT id, name, definition, changed, dropped FROM table_projection AS life
    WHERE ${name === undefined ? sql`true` : sql`name = ${name}`}
      AND EXISTS (SELECT FROM change WHERE table_id = life.id AND key IS NULL AND seq > ${after} AND seq <= ${last})
  `.execute(executor);
  return rows;
}

/** What was done to a table from the earlier point to the later one; undefined of one that was made and dropped in between. */
async function tableDiff(executor: Executor, life: TableLife, span: Span): Promise<TableDiff | undefined> {
  const { name: table, id, dropped } = life;
  const { after, last } = changesIn(span);
  const isDropped = dropped !== null && dropped <= last;
  if (id > after) {
    if (isDropped) return undefined;
    const { definition } = await tableAsOf(executor, life, last);
    return { table, op: 'create', seq: id, definition };
  }
  const { definition: was } = await tableAsOf(executor, life, after);
  if (isDropped) return { table, op: 'drop', seq: dropped, was };
  const { definition, changes } = await tableAsOf(executor, life, last);
  const steps = changes.filter(({ seq }) => seq > after).flatMap((change) => change.steps ?? []);
  return { table, op: 'alter', seq: changes.at(-1)?.seq ?? id, definition, steps, was };
}

const opposite = { create: 'drop', alter: 'alter', drop: 'create' } as const;

/** The same from the later point to the earlier one. */
function mirrored({ table, op, seq, definition, steps, was }: TableDiff): TableDiff {
  const back = steps === undefined || was === undefined ? {} : { steps: [...stepsBack(was, steps).steps] };
  return {
    ...{ table, op: opposite[op], seq },
    ...(was === undefined ? {} : { definition: was }),
    ...back,
    ...(definition === undefined ? {} : { was: definition }),
  };
}
