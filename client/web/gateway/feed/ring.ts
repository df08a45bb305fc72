import type { Cursor, GroupEvent } from '../../../index.ts';
import { groupFrame } from './frames.ts';

/** Bytes of changes that are kept for readers who are behind; who is further behind reads the log. */
const ringBytesMax = 32 * 1024 * 1024;
/** Answers that are remembered: those who read at one pace all ask the same. */
const partsMax = 16;

interface Item {
  readonly cursor: Cursor;
  /** The whole group, as readers of the ledger are sent it. */
  readonly frame: Buffer;
  /** Its part of each table that it concerns. */
  readonly byTable: ReadonlyMap<string, Buffer>;
}

/** The newest changes of a ledger, in order, as the bytes that readers are sent: made once for all of them. */
export class Ring {
  readonly #bytesMax: number;
  #items: Item[] = [];
  /** What the items that were dropped ended with: who stands here or behind has missed nothing. */
  #begin: Cursor | undefined;
  #bytes = 0;
  readonly #parts = new Map<string, Part>();

  constructor(bytesMax = ringBytesMax) {
    this.#bytesMax = bytesMax;
  }

  /** Behind everything that it was given; undefined before it has begun. */
  get end(): Cursor | undefined {
    return this.#items.at(-1)?.cursor ?? this.#begin;
  }

  /** Forgets everything and begins behind this cursor; without one it has not begun. */
  begin(cursor: Cursor | undefined): void {
    this.#items = [];
    this.#bytes = 0;
    this.#begin = cursor;
    this.#parts.clear();
  }

  push(event: GroupEvent): void {
    const frame = Buffer.from(groupFrame(event) ?? '');
    if (frame.length === 0) return;
    this.#items.push({ cursor: event.cursor, frame, byTable: framesByTable(event, frame) });
    this.#bytes += frame.length;
    this.#parts.clear();
    if (this.#bytes > this.#bytesMax) this.#drop();
  }

  /** Whether everything behind the cursor is here. */
  reaches({ seq, epoch }: Cursor): boolean {
    const [begin, end] = [this.#begin, this.end];
    return begin !== undefined && end !== undefined && begin.epoch === epoch && begin.seq <= seq && seq <= end.seq;
  }

  /** Whether the cursor is of this life of the ledger and further on. */
  isBefore({ seq, epoch }: Cursor): boolean {
    const { end } = this;
    return end !== undefined && end.epoch === epoch && end.seq < seq;
  }

  /**
   * What follows the cursor, up to some bytes of it, and where it ends: there is more when that is not {@link end}.
   * Only where the ring {@link reaches}.
   */
  after(cursor: Cursor, { table, bytesMax }: { readonly table?: string | undefined; readonly bytesMax: number }): Part {
    const key = JSON.stringify([cursor.seq, bytesMax, table]);
    const known = this.#parts.get(key);
    if (known !== undefined) return known;
    const part = this.#gather(cursor, table, bytesMax);
    if (this.#parts.size >= partsMax) this.#parts.clear();
    this.#parts.set(key, part);
    return part;
  }

  #gather(cursor: Cursor, table: string | undefined, bytesMax: number): Part {
    const frames: Buffer[] = [];
    let bytes = 0;
    let end = cursor;
    let at = this.#indexBehind(cursor.seq);
    for (let item = this.#items[at]; item !== undefined && bytes < bytesMax; item = this.#items[at]) {
      const frame = table === undefined ? item.frame : item.byTable.get(table);
      if (frame !== undefined) frames.push(frame);
      bytes += frame?.length ?? 0;
      end = item.cursor;
      at += 1;
    }
    const [only] = frames;
    return { bytes: frames.length === 1 && only !== undefined ? only : Buffer.concat(frames), end };
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

  /** Half of the bytes at once, as an array gives up its front in time that grows with it; never the newest group. */
  #drop(): void {
    let count = 0;
    for (let item = this.#items[0]; item !== undefined && this.#bytes > this.#bytesMax / 2; item = this.#items[count]) {
      if (count === this.#items.length - 1) break;
      this.#bytes -= item.frame.length;
      count += 1;
    }
    const dropped = this.#items.splice(0, count);
    this.#begin = dropped.at(-1)?.cursor ?? this.#begin;
  }
}

interface Part {
  readonly bytes: Buffer;
  readonly end: Cursor;
}

function framesByTable(event: GroupEvent, whole: Buffer): Map<string, Buffer> {
  const tables = new Set(event.changes.map(({ entry }) => entry.table));
  if (tables.size === 1) return new Map([...tables].map((table) => [table, whole]));
  return new Map([...tables].map((table) => [table, Buffer.from(groupFrame(event, table) ?? '')]));
}
