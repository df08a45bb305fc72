import { parseCursor } from '../../../../protocol/cursor.ts';
import { type Entry, groupOf } from '../../../../protocol/entry.ts';
import { pathOf, readAll } from '../api/lines.ts';
import type { Group } from '../api/messages.ts';
import { ledger } from '../ledger/ledger.ts';
import { useLedger } from '../ledger/ledger-state.ts';
import { append, type FeedItem, sizeOf, toItem, toItems } from './feed-item.ts';

/** Lines that are kept while new ones come in on top; older ones are read again when they are scrolled to. */
const freshMax = 200;
/** Lines that wait while the reader looks at others. Beyond them the list begins anew when the reader comes back. */
const waitingMax = 500;
/** Lines that can be scrolled to in one list. */
const linesMax = 5_000;
/** Changes that are read at once. */
const pageChanges = 200;
/** Of a larger command the rest is passed over. */
const readThroughMax = 1_000;
/** Milliseconds between two tellings: what comes faster cannot be read anyway. */
const tellMs = 200;

export interface FeedState {
  /** The newest first, without a gap. */
  readonly items: readonly FeedItem[];
  /** Changes that wait while the reader looks at others. */
  readonly waiting: number;
  readonly older: 'unread' | 'reading' | 'failed' | 'none' | 'full';
}

export interface FeedScope {
  /** Of one table; of all when undefined. */
  readonly table: string | undefined;
  /** Up to a point of the past; undefined: up to now, and what comes. */
  readonly at: string | undefined;
}

/** The lines of the feed, beside React: those of now come in on top unless the reader holds still, older ones below. */
export class FeedModel {
  readonly #scope: FeedScope;
  readonly #listeners = new Set<() => void>();
  #reading = new AbortController();
  #forget: (() => void) | undefined;
  #state: FeedState = { items: [], waiting: 0, older: 'unread' };
  #waiting: FeedItem[] = [];
  #isHeld = false;
  /** Older than this is to be read; undefined: from the newest on. */
  #oldest: number | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(scope: FeedScope) {
    this.#scope = scope;
  }

  /** Begins to follow; the answer ends it. */
  open(): () => void {
    this.#begin();
    if (this.#scope.at === undefined) {
      this.#forget = ledger.subscribe({ groups: (groups) => this.#take(groups), restart: () => this.#begin() });
    }
    return () => {
      this.#forget?.();
      this.#reading.abort();
      clearTimeout(this.#timer);
      this.#timer = undefined;
    };
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly state = (): FeedState => this.#state;

  /** Nothing moves under the reader's hand until it is let go. */
  hold(isHeld: boolean): void {
    if (this.#isHeld === isHeld) return;
    this.#isHeld = isHeld;
    if (!isHeld) this.#show();
  }

  /** Reads what was before the last line. */
  async more(): Promise<void> {
    if (this.#state.older === 'reading' || this.#state.older === 'none' || this.#state.older === 'full') return;
    this.#set({ older: 'reading' });
    const { signal } = this.#reading;
    try {
      const { epoch } = useLedger.getState();
      const { table, at } = this.#scope;
      const after = this.#oldest;
      const place = { newest_first: '', limit: pageChanges, table, as_of: at, after };
      const entries = await readAll<Entry>(pathOf('/api/log', place), signal);
      if (signal.aborted) return;
      // Meanwhile the list may have come to end elsewhere.
      if (this.#oldest === after) this.#append(entries, epoch);
      else this.#set({ older: 'unread' });
    } catch {
      if (!signal.aborted) this.#set({ older: 'failed' });
    }
  }

  #begin(): void {
    const { table, at } = this.#scope;
    // What is still read may be of another life of the ledger.
    this.#reading.abort();
    this.#reading = new AbortController();
    this.#waiting = [];
    this.#oldest = undefined;
    const recent = at === undefined ? useLedger.getState().recent : [];
    const items = recent.flatMap((group) => toItem(group, table) ?? []);
    const last = recent.at(-1)?.entries[0];
    this.#set({ items: last === undefined ? items : this.#endAt(last, items), waiting: 0, older: 'unread' });
  }

  #append(entries: readonly Entry[], epoch: string): void {
    const last = entries.at(-1);
    const older = last === undefined ? [] : this.#endAt(last, toItems(entries, epoch));
    const items = append(this.#state.items, older);
    this.#set({ items, older: last === undefined ? 'none' : items.length >= linesMax ? 'full' : 'unread' });
  }

  /** Notes where it goes on: behind this entry, or, of a large command, behind its first. */
  #endAt(last: Entry, items: readonly FeedItem[]): readonly FeedItem[] {
    const [first] = groupOf(last);
    const isCut = last.seq - first > readThroughMax;
    this.#oldest = isCut ? first : last.seq;
    return isCut ? items.map((item) => (item.id === last.command ? { ...item, isCut } : item)) : items;
  }

  #take(groups: readonly Group[]): void {
    for (const group of groups) {
      const item = toItem(group, this.#scope.table);
      if (item !== undefined) this.#waiting.unshift(item);
    }
    if (this.#waiting.length > waitingMax) this.#waiting.length = waitingMax + 1;
    this.#timer ??= setTimeout(() => this.#show(), tellMs);
  }

  #show(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#isHeld) this.#set({ waiting: this.#waiting.reduce((sum, item) => sum + sizeOf(item), 0) });
    else if (this.#waiting.length > 0) this.#set({ ...this.#released(), waiting: 0 });
  }

  /** The list with what has waited on top. */
  #released(): Partial<FeedState> {
    const waiting = this.#waiting;
    this.#waiting = [];
    // With more than fit there may be a gap to those that stand there: they go.
    const isApart = waiting.length > waitingMax;
    const items = [...waiting, ...(isApart ? [] : this.#state.items)];
    if (items.length <= freshMax) return { items };
    const kept = items.slice(0, freshMax);
    this.#oldest = firstSeq(kept.at(-1));
    return { items: kept, older: 'unread' };
  }

  #set(state: Partial<FeedState>): void {
    this.#state = { ...this.#state, ...state };
    for (const listener of [...this.#listeners]) listener();
  }
}

/** The seq of the first change of a line that is known. */
function firstSeq(item: FeedItem | undefined): number | undefined {
  return item?.entries[0]?.seq ?? (item && parseCursor(item.cursor)?.seq);
}
