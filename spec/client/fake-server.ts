import { type Entry, groupOf, isRowEntry } from '../../protocol/entry.ts';
import type { CurrentRow, ErrorBody } from '../../protocol/errors.ts';
import { encodeWelcome, type FeedHeader, type HeadMessage, headTopic, tableTopic } from '../../protocol/feed.ts';
import { filterProblem, matchesFilter } from '../../protocol/filter.ts';
import type { RequestOf } from '../../protocol/requests.ts';
import { orderedCells, reshapeRow } from '../../protocol/reshape.ts';
import type { AlterStep, TableDefinition } from '../../protocol/table.ts';
import type { Cells } from '../../protocol/values.ts';

/** A change without what the log adds to it. */
export type Draft = Entry extends infer One
  ? One extends Entry
    ? Omit<One, 'seq' | 'at' | 'by' | 'command' | 'group' | 'why'>
    : never
  : never;

export interface Table {
  readonly definition: TableDefinition;
  readonly rows: Map<string, CurrentRow>;
}
export type Tables = Map<string, Table>;

/** A ledger as simple as can be: the log is a list, and every answer is a fold over it. The oracle of the specs. */
export class FakeLedger {
  epoch = 'epoch-0';
  log: Entry[] = [];
  /** Whether the head names tables that were dropped. */
  namesDropped = true;
  /** Entries of one page of the log, and rows of one page of a list. */
  readonly pageMax: () => number;

  constructor(pageMax: () => number = () => 10_000) {
    this.pageMax = pageMax;
  }

  get head(): number {
    return this.log.length;
  }

  /** Records the changes of one command; returns its entries. */
  commit(drafts: readonly Draft[], by = 'ada'): Entry[] {
    const first = this.head + 1;
    const group = [first, this.head + drafts.length] as [number, number];
    const command = `command-${this.epoch}-${first}`;
    const at = new Date(Date.UTC(2026, 0, 1) + first).toISOString();
    const entries = drafts.map((draft, index): Entry => {
      const common = { seq: first + index, at, by, command, ...(drafts.length > 1 ? { group } : {}) };
      return { ...common, ...draft };
    });
    this.log.push(...entries);
    return entries;
  }

  /** A restore from a backup: what came after `seq` is gone, and the ledger begins a new life. */
  restore(seq: number): void {
    this.log = this.log.slice(0, seq);
    this.epoch = `epoch-${Number(this.epoch.slice('epoch-'.length)) + 1}`;
  }

  tables(seq = this.head): Tables {
    return fold(this.log.slice(0, seq));
  }

  headMessage(published = this.head): HeadMessage {
    const tables: Record<string, number> = {};
    for (const { table, seq, op } of this.log.slice(0, published)) {
      tables[table] = seq;
      if (op === 'drop' && !this.namesDropped) delete tables[table];
    }
    return { epoch: this.epoch, seq: published, at: new Date(0).toISOString(), tables };
  }

  answer(request: { readonly type: string }): Answer {
    switch (request.type) {
      case 'log.read':
        return this.#readLog(request as RequestOf<'log.read'>);
      case 'row.list':
        return this.#list(request as RequestOf<'row.list'>);
      case 'table.list':
        return { body: { epoch: this.epoch, seq: this.head, tables: this.#summaries() } };
      default:
        return { error: { code: 'unknown_type', message: request.type } };
    }
  }

  #readLog({ table, after = 0, epoch, limit }: RequestOf<'log.read'>): Answer {
    if (epoch !== undefined && epoch !== this.epoch) {
      return { error: { code: 'wrong_epoch', message: 'another epoch', epoch: this.epoch, head: this.head } };
    }
    if (after > this.head) return { error: { code: 'ahead_of_server', message: 'beyond the head', head: this.head } };
    const all = this.log.slice(after).filter((entry) => table === undefined || entry.table === table);
    const entries = all.slice(0, Math.min(limit ?? 10_000, this.pageMax()));
    const last = entries.at(-1)?.seq ?? after;
    const body = { epoch: this.epoch, head: this.head, count: entries.length, last, more: entries.length < all.length };
    return { body, lines: toLines([...entries, { end: { count: entries.length, last } }]) };
  }

  #list({ table, filter = [], limit = 10_000, after }: RequestOf<'row.list'>): Answer {
    const [epoch, seqText, startText] = after?.split(' ') ?? [this.epoch, String(this.head), '0'];
    if (epoch !== this.epoch) return { error: { code: 'too_old', message: 'begin again' } };
    const seq = Number(seqText);
    const start = Number(startText);
    const found = this.tables(seq).get(table);
    if (found === undefined) return { error: { code: 'table_not_found', message: table } };
    const problem = filterProblem(found.definition, filter);
    if (problem !== undefined) return { error: { code: 'bad_request', message: problem } };
    const all = [...found.rows.values()].filter(({ row }) => matchesFilter(found.definition, filter, row));
    const end = start + Math.min(limit, this.pageMax());
    const next = end < all.length ? { next: `${epoch} ${seq} ${end}` } : {};
    return { body: { epoch, seq, definition: found.definition, rows: all.slice(start, end), ...next } };
  }

  #summaries(): unknown[] {
    const { tables } = this.headMessage();
    return [...this.tables().values()].map(({ definition, rows }) => ({
      definition,
      rows: rows.size,
      seq: tables[definition.name] ?? 0,
    }));
  }
}

export type Answer = { readonly body: object; readonly lines?: Buffer } | { readonly error: ErrorBody };

/** The frames of a reply, as they stand on the wire. */
export function toReply(id: string, answer: Answer): Buffer[] {
  if ('error' in answer) return [Buffer.from(JSON.stringify({ v: 1, id, ok: false, error: answer.error }))];
  const frame = Buffer.from(JSON.stringify({ v: 1, id, ok: true, ...answer.body }));
  return answer.lines === undefined ? [frame] : [frame, answer.lines];
}

export function toLines(values: readonly object[]): Buffer {
  return Buffer.from(values.map((value) => `${JSON.stringify(value)}\n`).join(''));
}

export function welcomeFrames(head: HeadMessage): Buffer[] {
  return [Buffer.from(encodeWelcome(head))];
}

export function headFrames(head: HeadMessage): Buffer[] {
  return [Buffer.from(headTopic), Buffer.from(JSON.stringify(head))];
}

export interface FeedMessage {
  readonly topic: string;
  readonly frames: Buffer[];
}

/**
 * The messages of entries that follow each other: neighbouring groups of one table share a message, a group over
 * several tables is one message a table. `previousOf` knows the last seq of each topic and is moved along.
 */
export function toMessages(entries: readonly Entry[], epoch: string, options: PublishOptions): FeedMessage[] {
  const messages: FeedMessage[] = [];
  for (const run of toRuns(entries)) messages.push(toMessage(run, epoch, options));
  return messages;
}

export interface PublishOptions {
  readonly previousOf: Map<string, number>;
  readonly omit: () => boolean;
}

interface Run {
  readonly table: string;
  readonly entries: Entry[];
  readonly group: [number, number] | undefined;
}

function toRuns(entries: readonly Entry[]): Run[] {
  const runs: Run[] = [];
  for (let at = 0; at < entries.length; ) {
    const first = entries[at] as Entry;
    const size = groupOf(first)[1] - groupOf(first)[0] + 1;
    const group = entries.slice(at, at + size);
    const tables = [...new Set(group.map(({ table }) => table))];
    const open = runs.at(-1);
    if (tables.length === 1 && open?.table === first.table && open.group === undefined) {
      open.entries.push(...group);
    } else {
      for (const table of tables) {
        const ofTable = group.filter((entry) => entry.table === table);
        runs.push({ table, entries: ofTable, group: tables.length > 1 ? [...groupOf(first)] : undefined });
      }
    }
    at += size;
  }
  return runs;
}

function toMessage({ table, entries, group }: Run, epoch: string, { previousOf, omit }: PublishOptions): FeedMessage {
  const topic = tableTopic(table);
  const first = entries[0]?.seq ?? 0;
  const last = entries.at(-1)?.seq ?? 0;
  const omitted = omit();
  const header: FeedHeader = {
    epoch,
    first,
    last,
    previous: previousOf.get(table) ?? 0,
    count: entries.length,
    ...(group === undefined ? {} : { group }),
    ...(omitted ? { omitted } : {}),
  };
  previousOf.set(table, last);
  const lines = omitted ? Buffer.alloc(0) : toLines(entries);
  return { topic, frames: [Buffer.from(topic), Buffer.from(JSON.stringify(header)), lines] };
}

/** The tables that a log leads to. */
export function fold(log: readonly Entry[]): Tables {
  const tables: Tables = new Map();
  for (const entry of log) apply(tables, entry);
  return tables;
}

/** Does one change to the tables. */
export function apply(tables: Tables, entry: Entry): void {
  const table = tables.get(entry.table);
  if (isRowEntry(entry)) {
    const { key, version, seq, at, by, row } = entry;
    if (row === undefined) table?.rows.delete(key);
    else table?.rows.set(key, { key, version, seq, at, by, row });
  } else if (entry.definition === undefined) {
    tables.delete(entry.table);
  } else {
    tables.set(entry.table, { definition: entry.definition, rows: reshaped(table, entry.definition, entry.steps) });
  }
}

function reshaped(
  table: Table | undefined,
  definition: TableDefinition,
  steps: readonly AlterStep[] = [],
): Table['rows'] {
  const rows: Table['rows'] = new Map();
  if (table === undefined) return rows;
  for (const [key, current] of table.rows) {
    const row: Cells = orderedCells(definition.columns, reshapeRow(table.definition, steps, current.row));
    rows.set(key, { ...current, row });
  }
  return rows;
}
