import type { Cursor } from '../protocol/cursor.ts';
import type { RowcastError } from './errors.ts';
import type { WatchEvent } from './events.ts';

export interface EventQueueLimits {
  readonly eventsMax: number;
  readonly bytesMax: number;
}

const eventQueueLimits: EventQueueLimits = { eventsMax: 10_000, bytesMax: 64 * 1_048_576 };

interface Slot {
  event: WatchEvent;
  /** Where the watch stands when this event was taken. */
  cursor: Cursor | undefined;
  readonly bytes: number;
}

interface Waiter {
  readonly resolve: (result: IteratorResult<WatchEvent, undefined>) => void;
  readonly reject: (error: RowcastError) => void;
}

const done: IteratorResult<WatchEvent, undefined> = { done: true, value: undefined };

/**
 * The events that a consumer has not taken yet. It takes them at its own pace; a producer that finds the queue full
 * waits for {@link room} and reads on from the log. Nothing that is in the queue is ever dropped but by `end`.
 * The limits are met by the producer asking first, so that one page may stand beyond them.
 */
export class EventQueue {
  readonly #limits: EventQueueLimits;
  #slots: Slot[] = [];
  #next = 0;
  #bytes = 0;
  #cursor: Cursor | undefined;
  #closing: 'ended' | RowcastError | undefined;
  readonly #waiters: Waiter[] = [];
  #roomWanted: (() => void) | undefined;

  constructor(limits: EventQueueLimits = eventQueueLimits) {
    this.#limits = limits;
  }

  /** Behind everything that was taken. */
  get cursor(): Cursor | undefined {
    return this.#cursor;
  }

  get isFull(): boolean {
    if (this.#closing !== undefined) return false;
    return this.#length >= this.#limits.eventsMax || this.#bytes >= this.#limits.bytesMax;
  }

  /** Resolves when the consumer has taken half of it, or when the queue is closed. One waiter. */
  async room(): Promise<void> {
    if (!this.isFull) return;
    await new Promise<void>((resolve) => {
      this.#roomWanted = resolve;
    });
  }

  push(event: WatchEvent, cursor: Cursor | undefined, bytes: number): void {
    if (this.#closing !== undefined) return;
    const last = this.#slots.at(-1);
    // Only the latest state is of use, so a flapping connection does not fill the queue.
    if (event.type === 'state' && last?.event.type === 'state' && this.#length > 0) {
      last.event = event;
      return;
    }
    this.#slots.push({ event, cursor, bytes });
    this.#bytes += bytes;
    const waiter = this.#waiters.shift();
    if (waiter !== undefined) waiter.resolve(this.#take() ?? done);
  }

  /** The watch stands further on, without an event. */
  move(cursor: Cursor): void {
    const last = this.#length > 0 ? this.#slots.at(-1) : undefined;
    if (last === undefined) this.#cursor = cursor;
    else last.cursor = cursor;
  }

  async next(): Promise<IteratorResult<WatchEvent, undefined>> {
    const taken = this.#take();
    if (taken !== undefined) return taken;
    if (this.#closing === 'ended') return done;
    if (this.#closing !== undefined) {
      const error = this.#closing;
      this.#closing = 'ended';
      throw error;
    }
    return new Promise((resolve, reject) => {
      this.#waiters.push({ resolve, reject });
    });
  }

  /** What is in the queue can still be taken; behind it comes the error, once. */
  fail(error: RowcastError): void {
    if (this.#closing !== undefined) return;
    const waiter = this.#waiters.shift();
    waiter?.reject(error);
    this.#close(waiter === undefined ? error : 'ended');
  }

  /** Drops what is in the queue. */
  end(): void {
    this.#slots = [];
    this.#next = 0;
    this.#bytes = 0;
    this.#close('ended');
  }

  get #length(): number {
    return this.#slots.length - this.#next;
  }

  #close(closing: 'ended' | RowcastError): void {
    this.#closing = closing;
    for (const { resolve } of this.#waiters.splice(0)) resolve(done);
    this.#release();
  }

  #take(): IteratorResult<WatchEvent, undefined> | undefined {
    const slot = this.#slots[this.#next];
    if (slot === undefined) return undefined;
    this.#next += 1;
    this.#bytes -= slot.bytes;
    this.#cursor = slot.cursor ?? this.#cursor;
    if (this.#next === this.#slots.length || this.#next >= 1_024) {
      this.#slots = this.#slots.slice(this.#next);
      this.#next = 0;
    }
    if (this.#length <= this.#limits.eventsMax / 2 && this.#bytes <= this.#limits.bytesMax / 2) this.#release();
    return { done: false, value: slot.event };
  }

  #release(): void {
    this.#roomWanted?.();
    this.#roomWanted = undefined;
  }
}
