import { formatCursor } from '../../../../protocol/cursor.ts';
import { type Entry, groupOf } from '../../../../protocol/entry.ts';
import type { Group } from '../api/messages.ts';
import { type KeptGroup, keptOf, type OpCounts, shownEntriesMax } from '../ledger/kept-group.ts';

/** The changes of one command, as one line of the feed. */
export interface FeedItem {
  /** The command: each has one line. */
  readonly id: string;
  /** Behind its last change. */
  readonly cursor: string;
  readonly at: string;
  readonly by: string;
  readonly why: string | undefined;
  /** First and last seq of the command's changes, of all tables. */
  readonly span: readonly [first: number, last: number];
  /** Seqs of what it takes back. */
  readonly reverts: readonly [first: number, last: number] | undefined;
  /** The first changes of it that are known, in order. */
  readonly entries: readonly Entry[];
  /** Of all that are known: how many of each kind, by table. */
  readonly counts: ReadonlyMap<string, OpCounts>;
  /** Whether the rest of its changes was passed over. */
  readonly isCut: boolean;
}

/** The line of a group; undefined where it does not concern the table. */
export function toItem(group: Group | KeptGroup, table?: string): FeedItem | undefined {
  const { at, by, why, command, cursor } = group;
  const { entries, counts } = 'counts' in group ? group : keptOf(group);
  const own = table === undefined ? entries : entries.filter((entry) => entry.table === table);
  const [first] = own;
  if (first === undefined) return undefined;
  const base = { id: command, cursor, at, by, why, span: groupOf(first), reverts: first.reverts, isCut: false };
  const ownCounts = table === undefined ? counts : new Map([[table, counts.get(table) ?? {}]]);
  return { ...base, entries: own.slice(0, shownEntriesMax), counts: ownCounts };
}

/** Entries of the log from the newest back, as lines. */
export function toItems(entries: readonly Entry[], epoch: string): FeedItem[] {
  const byCommand = new Map<string, Entry[]>();
  for (const entry of entries) {
    const own = byCommand.get(entry.command);
    if (own === undefined) byCommand.set(entry.command, [entry]);
    else own.push(entry);
  }
  return [...byCommand.values()].flatMap((own) => itemOf(own.reverse(), epoch) ?? []);
}

function itemOf(entries: readonly Entry[], epoch: string): FeedItem | undefined {
  const [first] = entries;
  if (first === undefined) return undefined;
  const { at, by, command, why } = first;
  const cursor = formatCursor({ seq: groupOf(first)[1], epoch });
  return toItem({ at, by, command, cursor, entries, ...(why !== undefined && { why }) });
}

/** Lines behind which older ones were read: a command of which both have changes becomes one line. */
export function append(items: readonly FeedItem[], older: readonly FeedItem[]): FeedItem[] {
  const last = items.at(-1);
  const [first, ...rest] = older;
  if (last === undefined || first === undefined || last.id !== first.id) return [...items, ...older];
  return [...items.slice(0, -1), merged(first, last), ...rest];
}

function merged(older: FeedItem, newer: FeedItem): FeedItem {
  const counts = new Map(newer.counts);
  for (const [table, ops] of older.counts) counts.set(table, sum(ops, counts.get(table)));
  return { ...newer, counts, entries: [...older.entries, ...newer.entries].slice(0, shownEntriesMax) };
}

function sum(ops: OpCounts, others: OpCounts = {}): OpCounts {
  const total: Partial<Record<Entry['op'], number>> = { ...others };
  for (const [op, number] of Object.entries(ops) as [Entry['op'], number][]) total[op] = (total[op] ?? 0) + number;
  return total;
}

/** How many changes of it are known. */
function knownSize({ counts }: FeedItem): number {
  let size = 0;
  for (const ops of counts.values()) for (const number of Object.values(ops)) size += number;
  return size;
}

/** How many changes it has: those of the whole command where the rest was passed over. */
export function sizeOf(item: FeedItem): number {
  return item.isCut ? item.span[1] - item.span[0] + 1 : knownSize(item);
}
