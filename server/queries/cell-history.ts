import { type RawBuilder, sql } from 'kysely';
import type { QueryOf } from '../../protocol/queries.ts';
import type { CellChange, ReplyOf } from '../../protocol/replies.ts';
import { type Cell, retypeCell } from '../../protocol/values.ts';
import type { Executor } from '../database/writer.ts';
import { readHead } from '../log/head.ts';
import { resolvePoint } from '../log/point.ts';
import { Refused } from '../refused.ts';
import { lifeAt, type TableAsOf, tableAsOf } from './as-of.ts';
import { type ColumnForm, columnForms, formAt } from './column-forms.ts';
import type { QueryAnswer, QueryContext } from './context.ts';

/** Changes of the row that one reply looks at. */
const changesLookedAt = 1_000;

/** What one cell held: the changes of its row that set it, and those of its column that came over it meanwhile. */
export async function cellHistory(context: QueryContext, query: QueryOf<'cell.history'>): Promise<QueryAnswer> {
  const { database, pageBytesMax } = context;
  const { key, column, asOf, newestFirst = false } = query;
  const head = await readHead(database);
  const seq = asOf === undefined ? head.seq : await resolvePoint(database, head, asOf);
  const table = await tableAsOf(database, await lifeAt(database, seq, query.table), seq);
  const forms = columnForms(table, column);
  if (forms.length === 0) {
    throw new Refused({ code: 'bad_request', message: `table ${query.table} has no column ${JSON.stringify(column)}` });
  }
  const cell: CellOfRow = { table, key, forms };
  const after = query.after ?? (newestFirst ? seq + 1 : 0);
  const read = await readRowChanges(database, cell, { after, newestFirst, bytesMax: pageBytesMax });
  const end = newestFirst ? 0 : seq;
  const last = read.full ? (read.changes.at(-1)?.seq ?? end) : end;
  const isLookedAt = (one: number) => (newestFirst ? one < after && one >= last : one > after && one <= last);
  const ofColumn = await columnChanges(database, cell, isLookedAt);
  const changes = [...read.changes.flatMap((change) => cellChange(change, forms)), ...ofColumn];
  changes.sort((a, b) => (newestFirst ? b.seq - a.seq : a.seq - b.seq));
  return { body: { epoch: head.epoch, seq, changes, last, more: read.full } satisfies ReplyOf<'cell.history'> };
}

interface CellOfRow {
  readonly table: TableAsOf;
  readonly key: string;
  readonly forms: readonly ColumnForm[];
}

interface Page {
  readonly after: number;
  readonly newestFirst: boolean;
  /** Bytes of values beyond which no further change is looked at; the first always is. */
  readonly bytesMax: number;
}

/** A change of the row, as far as it is of the cell. */
interface RowChange extends Omit<CellChange, 'column' | 'type' | 'value' | 'why'> {
  readonly why: string | null;
  readonly value: Cell;
  /** Whether it set the cell. */
  readonly sets: boolean;
  readonly found: number;
}

/** Of each change only the cell is taken out, so that wide rows cost no more than narrow ones. */
async function readRowChanges(
  executor: Executor,
  { table, key, forms }: CellOfRow,
  { after, newestFirst, bytesMax }: Page,
): Promise<{ readonly changes: readonly RowChange[]; readonly full: boolean }> {
  const order = newestFirst ? sql`DESC` : sql`ASC`;
  const { rows } = await sql<RowChange>`
    SELECT seq, at, by, op, command, why, value, sets, found FROM (
      SELECT past.seq, entry.at, entry.by, entry.op, entry.command, entry.why, value, sets, count(*) OVER () AS found,
        sum(size) OVER (ORDER BY past.seq ${order} ROWS UNBOUNDED PRECEDING) - size AS before
      FROM (
        SELECT seq, entry AS line FROM change
        WHERE table_id = ${table.id} AND key = ${key} AND seq <= ${table.seq}
          AND seq ${newestFirst ? sql`<` : sql`>`} ${after}
        ORDER BY seq ${order} LIMIT ${changesLookedAt}
      ) AS past
      CROSS JOIN LATERAL json_to_record(past.line::json)
        AS entry (at text, by text, op text, command text, why text, "row" json, was json, columns jsonb)
      CROSS JOIN LATERAL (SELECT ${formNameSql(forms, sql`past.seq`)} AS name) AS form
      CROSS JOIN LATERAL (SELECT
        entry.row -> form.name AS value,
        entry.op IN ('insert', 'delete') OR entry.was -> form.name IS NOT NULL OR coalesce(entry.columns ? form.name, false) AS sets
      ) AS cell
      CROSS JOIN LATERAL (SELECT coalesce(octet_length(value::text), 0) AS size) AS measured
    ) AS page
    WHERE before < ${bytesMax} ORDER BY seq ${order}`.execute(executor);
  const found = rows[0]?.found ?? 0;
  return { changes: rows, full: found === changesLookedAt || rows.length < found };
}

/** What the column was called when the change of the row with this seq was made, in SQL: see {@link formAt}. */
function formNameSql(forms: readonly ColumnForm[], seq: RawBuilder<unknown>): RawBuilder<unknown> {
  const known = JSON.stringify(forms.map(({ since, name }) => ({ since, name })));
  return sql`(SELECT name FROM json_to_recordset(${known}::json) AS forms (since bigint, name text)
    WHERE since < ${seq} ORDER BY since DESC LIMIT 1)`;
}

/** A change of the row as one of the cell; none when it left the cell as it was, or there was no such column yet. */
function cellChange(
  { seq, at, by, op, command, why, value, sets }: RowChange,
  forms: readonly ColumnForm[],
): CellChange[] {
  const form = formAt(forms, seq);
  if (form === undefined || !sets) return [];
  return [{ seq, at, by, op, command, ...(why === null ? {} : { why }), ...shape(form), ...valued(value) }];
}

function shape({ name, type }: ColumnForm): Pick<CellChange, 'column' | 'type'> {
  return { column: name, type };
}

function valued(value: Cell | undefined): { value?: Cell } {
  return value === undefined || value === null ? {} : { value };
}

/** The changes of the column that found the row there: it was added, renamed or retyped. */
async function columnChanges(
  executor: Executor,
  { table, key, forms }: CellOfRow,
  isLookedAt: (seq: number) => boolean,
): Promise<CellChange[]> {
  const seqs = forms.map(({ since }) => since).filter((since) => since !== table.id && isLookedAt(since));
  if (seqs.length === 0) return [];
  const { rows } = await sql<{ at: number; seq: number; exists: boolean; cell: Cell }>`
    SELECT altered.seq AS at, last.seq, entry.row IS NOT NULL AS exists, entry.row -> ${formNameSql(forms, sql`last.seq`)} AS cell
    FROM unnest(${seqs}::bigint[]) AS altered (seq)
    CROSS JOIN LATERAL (
      SELECT seq, entry AS line FROM change
      WHERE table_id = ${table.id} AND key = ${key} AND change.seq < altered.seq ORDER BY change.seq DESC LIMIT 1
    ) AS last
    CROSS JOIN LATERAL json_to_record(last.line::json) AS entry ("row" json)`.execute(executor);
  return rows.flatMap(({ at, seq, exists, cell }) => {
    const index = forms.findIndex(({ since }) => since === at);
    const form = forms[index];
    const alter = table.changes.find((change) => change.seq === at);
    if (!exists || form === undefined || alter === undefined) return [];
    const { by, command, why, at: time } = alter;
    const who = { seq: at, at: time, by, op: 'alter' as const, command, ...(why === undefined ? {} : { why }) };
    return [{ ...who, ...shape(form), ...valued(valueIn(forms.slice(index), seq, cell)) }];
  });
}

/** The cell in the first of these forms, of a row that was last written, with this cell, at `seq`. */
function valueIn(forms: readonly ColumnForm[], seq: number, cell: Cell): Cell | undefined {
  const written = formAt(forms, seq);
  const since = written === undefined ? forms : forms.slice(0, forms.indexOf(written));
  let value = written === undefined ? forms.at(-1)?.filled : cell;
  let type = written?.type ?? forms.at(-1)?.type;
  for (const form of since.toReversed()) {
    if (value !== undefined && type !== undefined && type !== form.type) value = retypeCell(value, type, form.type);
    type = form.type;
  }
  return value;
}
