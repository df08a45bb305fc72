import { sql } from 'kysely';
import { limits } from '../../protocol/limits.ts';
import type { QueryOf } from '../../protocol/queries.ts';
import type { BlamedChange, BlamedRow, ReplyOf } from '../../protocol/replies.ts';
import type { Database } from '../database/database.ts';
import type { Executor } from '../database/writer.ts';
import { readHead } from '../log/head.ts';
import { resolvePoint } from '../log/point.ts';
import { Refused } from '../refused.ts';
import { lifeAt, type TableAsOf, tableAsOf } from './as-of.ts';
import { type ColumnForm, columnForms, formAt } from './column-forms.ts';
import type { QueryAnswer, QueryContext } from './context.ts';

/** Who last set each cell of some rows, as they are or as they were. The past does not change: no snapshot is needed. */
export async function rowBlame({ database }: QueryContext, query: QueryOf<'row.blame'>): Promise<QueryAnswer> {
  const { table: name, keys, asOf } = query;
  const head = await readHead(database);
  const seq = asOf === undefined ? head.seq : await resolvePoint(database, head, asOf);
  const table = await tableAsOf(database, await lifeAt(database, seq, name), seq);
  const cells = keys.length * table.definition.columns.length;
  if (cells > limits.blameCellsMax) {
    const message = `that is ${cells} cells, of at most ${limits.blameCellsMax}: ask for fewer keys at a time`;
    throw new Refused({ code: 'too_large', message });
  }
  const blames = [...new Set(keys)].map((key) => new RowBlame(key, table));
  await lookBack(database, table, blames);
  const rows = blames
    .filter(({ exists }) => exists)
    .map(({ key, cells }) => ({ key, cells: Object.fromEntries(cells) }));
  const changes = await changesOf(database, rows);
  return { body: { epoch: head.epoch, seq, rows, changes } satisfies ReplyOf<'row.blame'> };
}

interface BlamableChange {
  readonly key: string;
  readonly seq: number;
  readonly op: string;
  readonly exists: boolean;
  /** The columns that it set. */
  readonly set: readonly string[];
}

/** Looks for the change that set each cell of a row, from the newest change back. */
class RowBlame {
  readonly key: string;
  /** By column, in the table's order: seq of the change that set it. */
  readonly cells: Map<string, number>;
  exists = true;
  /** Before which seq the next change is to be read. */
  before: number;
  #isSeen = false;
  readonly #forms: Map<string, readonly ColumnForm[]>;

  constructor(key: string, table: TableAsOf) {
    this.key = key;
    this.before = table.seq + 1;
    const names = table.definition.columns.map((column) => column.name);
    this.cells = new Map(names.map((name) => [name, 0]));
    this.#forms = new Map(names.map((name) => [name, columnForms(table, name)]));
  }

  get isDone(): boolean {
    return !this.exists || (this.#isSeen && this.#forms.size === 0);
  }

  take({ seq, op, exists, set }: BlamableChange): void {
    if (this.isDone) return;
    this.before = seq;
    this.#isSeen = true;
    this.exists = exists;
    if (!exists) return;
    for (const [name, forms] of this.#forms) {
      const form = formAt(forms, seq);
      if (form === undefined) this.#set(name, forms.at(-1)?.since ?? seq);
      else if (op === 'insert' || set.includes(form.name)) this.#set(name, seq);
    }
  }

  /** The log has no further change of the row. */
  end(): void {
    if (!this.isDone) this.exists = false;
  }

  #set(name: string, seq: number): void {
    this.cells.set(name, seq);
    this.#forms.delete(name);
  }
}

/** Changes of one row that are read at first, and of all together at a time; each further look reads four times as many. */
const changesFirst = 4;
const changesAtATime = 10_000;

async function lookBack(executor: Executor, table: TableAsOf, blames: readonly RowBlame[]): Promise<void> {
  let left = blames.filter(({ isDone }) => !isDone);
  for (let most = changesFirst; left.length > 0; most *= 4) {
    const each = Math.max(1, Math.min(most, Math.floor(changesAtATime / left.length)));
    const byKey = groupByKey(await readPast(executor, { table, left, most: each }));
    for (const blame of left) {
      const changes = byKey.get(blame.key) ?? [];
      for (const change of changes) blame.take(change);
      if (changes.length < each) blame.end();
    }
    left = left.filter(({ isDone }) => !isDone);
  }
}

function groupByKey(changes: readonly BlamableChange[]): Map<string, BlamableChange[]> {
  const byKey = new Map<string, BlamableChange[]>();
  for (const change of changes) {
    const ofKey = byKey.get(change.key);
    if (ofKey === undefined) byKey.set(change.key, [change]);
    else ofKey.push(change);
  }
  return byKey;
}

interface Past {
  readonly table: TableAsOf;
  readonly left: readonly RowBlame[];
  readonly most: number;
}

/** The newest changes of each row before where its search stands. */
async function readPast(executor: Executor, { table, left, most }: Past): Promise<readonly BlamableChange[]> {
  const { rows } = await sql<BlamableChange>`
    SELECT past.key, past.seq, entry.op, entry.row IS NOT NULL AS exists,
      ARRAY(SELECT json_object_keys(entry.was)) AS set
    FROM unnest(${left.map(({ key }) => key)}::text[], ${left.map(({ before }) => before)}::bigint[]) AS wanted (key, before)
    CROSS JOIN LATERAL (
      SELECT key, seq, entry AS line FROM change
      WHERE table_id = ${table.id} AND key = wanted.key AND seq < wanted.before ORDER BY seq DESC LIMIT ${most}
    ) AS past
    CROSS JOIN LATERAL json_to_record(past.line::json) AS entry (op text, row json, was json)
    ORDER BY past.key, past.seq DESC`.execute(executor);
  return rows;
}

/** The changes that rows name, by seq. */
async function changesOf(database: Database, rows: readonly BlamedRow[]): Promise<BlamedChange[]> {
  const seqs = [...new Set(rows.flatMap(({ cells }) => Object.values(cells)))];
  const { rows: changes } = await sql<BlamedChange & { why: string | null }>`
    SELECT change.seq, entry.at, entry.by, entry.op, entry.command, entry.why
    FROM change CROSS JOIN LATERAL json_to_record(entry::json) AS entry (at text, by text, op text, command text, why text)
    WHERE change.seq = ANY(${seqs}::bigint[]) ORDER BY change.seq`.execute(database);
  return changes.map(({ why, ...change }) => (why === null ? change : { ...change, why }));
}
