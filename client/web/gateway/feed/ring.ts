import type { Cursor, GroupEvent } from '../../../index.ts';
import { groupFrame } from './frames.ts';

/** Bytes of changes that are kept for readers who are behind; who is further behind reads the log. */
const ringBytesMax = 32 * 1024 * 1024;

interface Item {
  readonly cursor: Cursor;
  /** Of the whole ledger. */
  readonly frame: string;
  /** Of one table, made when it is first asked for; undefined where the group does not concern it. */
  readonly byTable: Map<string, string | undefined>;
  readonly event: GroupEvent;
}

/** The newest changes of a ledger, in order, as the text that readers are sent: made once for all of them. */
export class Ring {
  #items: Item[] = [];
  /** What the items that were dropped ended with: who stands here or behind has missed nothing. */
  #begin: Cursor | undefined;
  #bytes = 0;

  /** Behind everything that it was given; undefined before it has begun. */
  get end(): Cursor | undefined {
    return this.#items.at(-1)?.cursor ?? this.#begin;
  }

  /** Forgets everything and begins behind this cursor. */
  begin(cursor: Cursor | undefined): void {
    this.#items = [];
    this.#bytes = 0;
    this.#begin = cursor;
  }

  push(event: GroupEvent): void {
    const frame = groupFrame(event);
    if (frame === undefined) return;
    this.#items.push({ cursor: event.cursor, frame, byTable: new Map(), event });
    this.#bytes += frame.length;
    if (this.#bytes > ringBytesMax) this.#dropHalf();
  }

  /** Whether everything behind the cursor is here. */
  reaches({ seq, epoch }: Cursor): boolean {
    const begin = this.#begin;
    return begin !== undefined && begin.epoch === epoch && begin.seq <= seq;
  }

  /**
   * What follows the cursor, up to some bytes of it, and where it ends: there is more when that is not {@link end}.
   * Only where the ring {@link reaches}.
   */
  after(cursor: Cursor, { table, bytesMax }: { readonly table?: string | undefined; readonly bytesMax: number }): Part {
    let at = this.#indexBehind(cursor.seq);
    let text = '';
    let end = cursor;
    for (let item = this.#items[at]; item !== undefined && text.length < bytesMax; item = this.#items[at]) {
      text += frameOf(item, table) ?? '';
      end = item.cursor;
      at += 1;
    }
    return { text, end };
  }

  /** By halving. */
  #indexBehind(seq: number): number {
    let low = 0;
    let high = this.#items.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#items[middle]?.cursor.seq ?? 0) <= seq) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Half at once, as an array gives up its front in time that grows with it. */
  #dropHalf(): void {
    const dropped = this.#items.splice(0, Math.ceil(this.#items.length / 2));
    this.#begin = dropped.at(-1)?.cursor ?? this.#begin;
    this.#bytes = this.#items.reduce((bytes, { frame }) => bytes + frame.length, 0);
  }
}

interface Part {
  readonly text: string;
  readonly end: Cursor;
}

function frameOf(item: Item, table: string | undefined): string | undefined {
  if (table === undefined) return item.frame;
  if (!item.byTable.has(table)) item.byTable.set(table, groupFrame(item.event, table));
  return item.byTable.get(table);
}
