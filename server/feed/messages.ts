import type { FeedHeader } from '../../protocol/feed.ts';
import type { Change } from '../log/record.ts';

/** A message of the feed before it is encoded. */
export interface TableMessage {
  readonly table: string;
  readonly header: Omit<FeedHeader, 'epoch' | 'previous'>;
  /** Entries, one a line; empty when they were too many bytes. */
  readonly lines: string;
}

/**
 * Cuts changes, which are whole groups in order, into messages: neighbouring groups of one table go together up to a
 * limit of bytes; a group over several tables is one message a table. A group is never split on its topic (P6); one
 * that is larger than the limit is announced without its entries, and readers fetch it from the log, so that a feed of
 * any pace holds little memory (P8).
 */
export function tableMessages(changes: readonly Change[], bytesMax: number): TableMessage[] {
  const messages: TableMessage[] = [];
  let run: Change[] = [];
  let runBytes = 0;
  const flush = (): void => {
    const [first] = run;
    if (first !== undefined) messages.push(message(run, bytesMax));
    run = [];
    runBytes = 0;
  };
  for (const group of groups(changes)) {
    const [first, ...rest] = group;
    if (first === undefined) continue;
    if (rest.some(({ table }) => table !== first.table)) {
      flush();
      messages.push(...perTable(group, bytesMax));
      continue;
    }
    const bytes = group.reduce((sum, { entry }) => sum + Buffer.byteLength(entry) + 1, 0);
    if (run[0] !== undefined && (run[0].table !== first.table || runBytes + bytes > bytesMax)) flush();
    for (const change of group) run.push(change);
    runBytes += bytes;
  }
  flush();
  return messages;
}

/**
 * A group that is too large for the feed and is read in parts, of which nothing is kept but how many changes each table
 * has: it is announced, a message a table, without its entries.
 */
export class AnnouncedGroup {
  readonly #tables = new Map<string, { first: number; last: number; count: number }>();
  #first = 0;
  #last = 0;

  /** Takes the changes that follow; returns whether they end the group. */
  add(changes: readonly Change[]): boolean {
    for (const { seq, table } of changes) {
      const known = this.#tables.get(table);
      if (known === undefined) this.#tables.set(table, { first: seq, last: seq, count: 1 });
      else Object.assign(known, { last: seq, count: known.count + 1 });
    }
    if (this.#first === 0) this.#first = changes[0]?.seq ?? 0;
    const end = changes.at(-1);
    this.#last = end?.seq ?? this.#last;
    return end !== undefined && end.seq === end.groupLast;
  }

  get last(): number {
    return this.#last;
  }

  get messages(): TableMessage[] {
    const group: FeedHeader['group'] = this.#tables.size > 1 ? [this.#first, this.#last] : undefined;
    return [...this.#tables].map(([table, counted]) => ({
      table,
      header: { ...counted, ...(group === undefined ? {} : { group }), omitted: true },
      lines: '',
    }));
  }
}

function* groups(changes: readonly Change[]): Generator<readonly Change[]> {
  let start = 0;
  for (const [index, { seq, groupLast }] of changes.entries()) {
    if (seq !== groupLast) continue;
    yield changes.slice(start, index + 1);
    start = index + 1;
  }
}

function perTable(group: readonly Change[], bytesMax: number): TableMessage[] {
  const first = group[0]?.seq ?? 0;
  const last = group.at(-1)?.seq ?? 0;
  const byTable = new Map<string, Change[]>();
  for (const change of group) {
    const known = byTable.get(change.table);
    if (known === undefined) byTable.set(change.table, [change]);
    else known.push(change);
  }
  return [...byTable.values()].map((changes) => {
    const one = message(changes, bytesMax);
    return { ...one, header: { ...one.header, group: [first, last] } };
  });
}

function message(changes: readonly Change[], bytesMax: number): TableMessage {
  const lines = changes.map(({ entry }) => entry).join('\n');
  const omitted = Buffer.byteLength(lines) > bytesMax;
  return {
    table: changes[0]?.table ?? '',
    header: {
      first: changes[0]?.seq ?? 0,
      last: changes.at(-1)?.seq ?? 0,
      count: changes.length,
      ...(omitted ? { omitted: true } : {}),
    },
    lines: omitted ? '' : lines,
  };
}
