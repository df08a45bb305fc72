import type { FeedHeader, HeadMessage } from '../protocol/feed.ts';

/** What the feed brought. */
export type FeedInput =
  | { readonly kind: 'head'; readonly head: HeadMessage }
  | { readonly kind: 'message'; readonly header: FeedHeader; readonly lines: Uint8Array };

export interface LiveBufferLimits {
  readonly messagesMax: number;
  readonly bytesMax: number;
}

const liveBufferLimits: LiveBufferLimits = { messagesMax: 100_000, bytesMax: 64 * 1_048_576 };

/** Heads and headers are small; this stands for them in the count of bytes. */
const overheadBytes = 256;

interface Slot {
  readonly arrival: number;
  readonly input: FeedInput;
}

/**
 * What the feed brought and nobody has looked at yet, within limits (promise P8). When they are reached all of it is
 * thrown away and `overflowed` is set: the log has it, and reading there costs less memory than holding it here.
 */
export class LiveBuffer {
  readonly #limits: LiveBufferLimits;
  #slots: Slot[] = [];
  #next = 0;
  #bytes = 0;
  #arrivals = 0;
  #wake: (() => void) | undefined;
  overflowed = false;

  constructor(limits: LiveBufferLimits = liveBufferLimits) {
    this.#limits = limits;
  }

  /** How many inputs ever arrived. */
  get arrivals(): number {
    return this.#arrivals;
  }

  get isEmpty(): boolean {
    return this.#next === this.#slots.length;
  }

  push(input: FeedInput): void {
    this.#arrivals += 1;
    this.#slots.push({ arrival: this.#arrivals, input });
    this.#bytes += weight(input);
    if (this.#slots.length - this.#next > this.#limits.messagesMax || this.#bytes > this.#limits.bytesMax)
      this.overflow();
    this.wake();
  }

  /** Throws everything away; the reader has to go to the log. */
  overflow(): void {
    this.clear();
    this.overflowed = true;
    this.wake();
  }

  clear(): void {
    this.#slots = [];
    this.#next = 0;
    this.#bytes = 0;
    this.overflowed = false;
  }

  shift(): Slot | undefined {
    const slot = this.#slots[this.#next];
    if (slot === undefined) return undefined;
    this.#next += 1;
    this.#bytes -= weight(slot.input);
    if (this.#next === this.#slots.length || this.#next >= 1_024) {
      this.#slots = this.#slots.slice(this.#next);
      this.#next = 0;
    }
    return slot;
  }

  /** Resolves at the next input, overflow or {@link wake}; at once when there is something already. One waiter. */
  async arrival(): Promise<void> {
    if (!this.isEmpty || this.overflowed) return;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
  }

  wake(): void {
    this.#wake?.();
    this.#wake = undefined;
  }
}

function weight(input: FeedInput): number {
  return overheadBytes + (input.kind === 'message' ? input.lines.byteLength : 0);
}
