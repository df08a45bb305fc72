import { sql } from 'kysely';
import type { RowEntry, TableEntry } from '../../protocol/entry.ts';
import type { QueryOf } from '../../protocol/queries.ts';
import type { BlamedChange, CellChange, ReplyOf } from '../../protocol/replies.ts';
import { type Cell, type Cells, retypeCell } from '../../protocol/values.ts';
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
export async function cellHistory({ database }: QueryContext, query: QueryOf<'cell.history'>): Promise<QueryAnswer> {
  const { key, column, asOf, newestFirst = false } = query;
  const head = await readHead(database);
  const seq = asOf === undefined ? head.seq : await resolvePoint(database, head, asOf);
  const table = await tableAsOf(database, await lifeAt(database, seq, query.table), seq);
  const forms = columnForms(table, column);
  if (forms.length === 0) {
    throw new Refused({ code: 'bad_request', message: `table ${query.table} has no column ${JSON.stringify(column)}` });
  }
  const after = query.after ?? (newestFirst ? seq + 1 : 0);
  const read = await readRowChanges(database, { id: table.id, key, seq, after, newestFirst });
  const more = read.length === changesLookedAt;
  const end = newestFirst ? 0 : seq;
  const last = more ? (read.at(-1)?.seq ?? end) : end;
  const isLookedAt = (one: number) => (newestFirst ? one < after && one >= last : one > after && one <= last);
  const ofColumn = (await columnChanges(database, { table, key, forms })).filter((change) => isLookedAt(change.seq));
  const changes = [...read.flatMap((entry) => cellChange(entry, forms)), ...ofColumn];
  changes.sort((a, b) => (newestFirst ? b.seq - a.seq : a.seq - b.seq));
  return { body: { epoch: head.epoch, seq, changes, last, more } satisfies ReplyOf<'cell.history'> };
}

interface RowPlace {
  readonly id: number;
  readonly key: string;
  readonly seq: number;
  readonly after: number;
  readonly newestFirst: boolean;
}

async function readRowChanges(executor: Executor, place: RowPlace): Promise<RowEntry[]> {
  const { id, key, seq, after, newestFirst } = place;
  const order = newestFirst ? sql`DESC` : sql`ASC`;
  const { rows } = await sql<{ entry: RowEntry }>`
    SELECT entry::json AS entry FROM change
    WHERE table_id = ${id} AND key = ${key} AND seq <= ${seq} AND seq ${newestFirst ? sql`<` : sql`>`} ${after}
    ORDER BY seq ${order} LIMIT ${changesLookedAt}`.execute(executor);
  return rows.map(({ entry }) => entry);
}

/** A change of the row as one of the cell; none when it left the cell as it was. */
function cellChange(entry: RowEntry, forms: readonly ColumnForm[]): CellChange[] {
  const form = formAt(forms, entry.seq);
  if (form === undefined) return [];
  const { op, row, was = {}, columns = [] } = entry;
  const isOfCell = op === 'insert' || op === 'delete' || form.name in was || columns.includes(form.name);
  return isOfCell ? [{ ...whoAndWhen(entry), op, ...shape(form), ...valued(row?.[form.name]) }] : [];
}

function whoAndWhen({ seq, at, by, op, command, why }: RowEntry | TableEntry): BlamedChange {
  return { seq, at, by, op, command, ...(why === undefined ? {} : { why }) };
}

function shape({ name, type }: ColumnForm): Pick<CellChange, 'column' | 'type'> {
  return { column: name, type };
}

function valued(value: Cell | undefined): { value?: Cell } {
  return value === undefined || value === null ? {} : { value };
}

interface CellPlace {
  readonly table: TableAsOf;
  readonly key: string;
  readonly forms: readonly ColumnForm[];
}

/** The changes of the column that found the row there: it was added, renamed or retyped. */
async function columnChanges(executor: Executor, { table, key, forms }: CellPlace): Promise<CellChange[]> {
  const seqs = forms.map(({ since }) => since).filter((since) => since !== table.id);
  if (seqs.length === 0) return [];
  const { rows } = await sql<{ at: number; seq: number; row: Cells | null }>`
    SELECT altered.seq AS at, last.seq, last.entry::json -> 'row' AS row
    FROM unnest(${seqs}::bigint[]) AS altered (seq)
    CROSS JOIN LATERAL (
      SELECT seq, entry FROM change
      WHERE table_id = ${table.id} AND key = ${key} AND change.seq < altered.seq ORDER BY change.seq DESC LIMIT 1
    ) AS last`.execute(executor);
  return rows.flatMap(({ at, seq, row }) => {
    const index = forms.findIndex(({ since }) => since === at);
    const form = forms[index];
    const alter = table.changes.find((change) => change.seq === at);
    if (row === null || form === undefined || alter === undefined) return [];
    const value = valueIn(forms.slice(index), seq, row);
    return [{ ...whoAndWhen(alter), op: 'alter' as const, ...shape(form), ...valued(value) }];
  });
}

/** The cell in the first of these forms, of a row that was last written at `seq`. */
function valueIn(forms: readonly ColumnForm[], seq: number, row: Cells): Cell | undefined {
  const written = formAt(forms, seq);
  const since = written === undefined ? forms : forms.slice(0, forms.indexOf(written));
  let value = written === undefined ? forms.at(-1)?.filled : row[written.name];
  let type = written?.type ?? forms.at(-1)?.type;
  for (const form of since.toReversed()) {
    if (value !== undefined && type !== undefined && type !== form.type) value = retypeCell(value, type, form.type);
    type = form.type;
  }
  return value;
}
