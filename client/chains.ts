import { type Entry, groupOf } from '../protocol/entry.ts';
import type { FeedHeader } from '../protocol/feed.ts';
import type { EntryGroup } from './events.ts';
import type { EntryLines } from './lines.ts';

/** What becomes of a message of the feed. `gap`: something ahead of it was missed, or it came without its entries. */
export type Verdict = 'gap' | readonly EntryGroup[];

/**
 * Decides which groups a message of the feed completes. `position` is the seq up to which every change of the topic
 * was delivered: what is not beyond it came twice.
 */
export interface Chain {
  accept(header: FeedHeader, message: EntryLines, position: number): Verdict;
  /** Forgets what was held back; it is behind the position now, or will be read from the log. */
  clear(): void;
}

const nothing: Verdict = [];

/** Of one table: a message holds whole groups, and `previous` says what comes ahead of it. */
export class TableChain implements Chain {
  accept(header: FeedHeader, message: EntryLines, position: number): Verdict {
    if (header.last <= position) return nothing;
    if (header.previous > position || header.omitted) return 'gap';
    const entries = readEntries(header, message);
    return entries === undefined ? 'gap' : groupEntries(entries.filter(({ seq }) => seq > position));
  }

  clear(): void {}
}

/** Entries held back for the rest of their group: more than this are sooner read from the log. */
const heldMax = 100_000;

/**
 * Of the whole ledger: messages of all tables in order of seq, and a group over several tables is one message a table.
 * An entry is held back until all between it and the position, and all of its group, are there. A message that begins
 * beyond the next seq, unless it belongs to the group that the next seq begins, has lost something ahead of it.
 */
export class LedgerChain implements Chain {
  readonly #held = new Map<number, Entry>();

  accept(header: FeedHeader, message: EntryLines, position: number): Verdict {
    if (header.last <= position) return nothing;
    const next = position + 1;
    const ofNextGroup = header.group !== undefined && header.group[0] <= next && next <= header.group[1];
    if (header.omitted || (header.first > next && !ofNextGroup)) return 'gap';
    const entries = readEntries(header, message);
    if (entries === undefined || this.#held.size + entries.length > heldMax) return 'gap';
    for (const entry of entries) if (entry.seq > position) this.#held.set(entry.seq, entry);
    return this.#complete(next);
  }

  clear(): void {
    this.#held.clear();
  }

  #complete(next: number): EntryGroup[] {
    const groups: EntryGroup[] = [];
    for (let group = this.#take(next); group !== undefined; group = this.#take(next)) {
      groups.push(group);
      next += group.length;
    }
    return groups;
  }

  /** The group that begins at `first`, or of which `first` is the next entry, once it is whole. */
  #take(first: number): EntryGroup | undefined {
    const start = this.#held.get(first);
    if (start === undefined) return undefined;
    const group: [Entry, ...Entry[]] = [start];
    for (let seq = first + 1; seq <= groupOf(start)[1]; seq += 1) {
      const entry = this.#held.get(seq);
      if (entry === undefined) return undefined;
      group.push(entry);
    }
    for (const { seq } of group) this.#held.delete(seq);
    return group;
  }
}

/** The entries of a message; undefined when they are not what the header says. */
function readEntries({ count, last }: FeedHeader, message: EntryLines): readonly Entry[] | undefined {
  try {
    const { entries } = message;
    return entries.length === count && entries.at(-1)?.seq === last ? entries : undefined;
  } catch {
    return undefined;
  }
}

/** Cuts entries, which hold whole groups, into them. */
function groupEntries(entries: readonly Entry[]): EntryGroup[] {
  const groups: EntryGroup[] = [];
  let open: [Entry, ...Entry[]] | undefined;
  for (const entry of entries) {
    if (open !== undefined && groupOf(open[0])[0] === groupOf(entry)[0]) {
      open.push(entry);
    } else {
      open = [entry];
      groups.push(open);
    }
  }
  return groups;
}
