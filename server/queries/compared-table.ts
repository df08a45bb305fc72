import { sql } from 'kysely';
import type { Executor } from '../database/writer.ts';
import { ledOn, livesAt, type PastRows, type TableAsOf, type TableLife, tableAsOf } from './as-of.ts';
import { changesIn, type Span } from './diff-tables.ts';
import { stepsBack } from './steps-back.ts';

/** A table of the second of two points. */
export interface ComparedTable {
  readonly name: string;
  /** The changes in between. */
  readonly after: number;
  readonly last: number;
  /** Its rows at the second point. */
  readonly rows: TableAsOf;
  /** The same at the first, in the columns of the second; undefined when it was dropped by then. */
  readonly were: PastRows | undefined;
  /** Rows that differ though nobody changed them; undefined when there are none. */
  readonly others: OtherRows | undefined;
}

/**
 * Back from where their table was dropped, or columns were removed, rows have to come that stand in no change in between.
 * What was retyped comes back by itself, as a change of type loses nothing.
 */
interface OtherRows {
  /** The change that they differ by. */
  readonly seq: number;
  /** Rows that have a cell in one of these; all of them when undefined. */
  readonly columns?: readonly string[];
}

/** The tables of the second point of which something was changed in between, in order of their creation. */
export async function changedTables(executor: Executor, span: Span, name?: string): Promise<TableLife[]> {
  const { after, last } = changesIn(span);
  const lives = await livesAt(executor, span.to, name);
  const { rows } = await sql<{ id: number }>`
    SELECT id FROM unnest(${lives.map(({ id }) => id)}::bigint[]) AS life (id)
    WHERE EXISTS (SELECT FROM change WHERE table_id = life.id AND seq > ${after} AND seq <= ${last})
  `.execute(executor);
  const changed = new Set(rows.map(({ id }) => id));
  return lives.filter(({ id }) => changed.has(id)).sort((a, b) => a.id - b.id);
}

export async function comparedTable(executor: Executor, life: TableLife, span: Span): Promise<ComparedTable> {
  const { from, to } = span;
  const { name, dropped } = life;
  const rows = await tableAsOf(executor, life, to);
  const table = { name, ...changesIn(span), rows };
  if (from <= to) return { ...table, were: { ...rows, seq: from }, others: undefined };
  if (dropped !== null && dropped <= from) return { ...table, were: undefined, others: { seq: dropped } };
  const later = await tableAsOf(executor, life, from);
  const changes = later.changes.filter(({ seq }) => seq > to);
  const { steps, returning } = stepsBack(
    rows.definition,
    changes.flatMap((change) => change.steps ?? []),
  );
  const seq = changes.at(-1)?.seq;
  const others = seq === undefined || returning.length === 0 ? undefined : { seq, columns: returning };
  return { ...table, were: ledOn(later, steps), others };
}
