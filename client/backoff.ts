import type { Timing } from './timing.ts';

export interface BackoffLimits {
  readonly minMs: number;
  readonly maxMs: number;
}

/** For everything that is tried again without end: reconnecting, reading on, starting over. */
export const reconnectLimits: BackoffLimits = { minMs: 100, maxMs: 5_000 };

/** Between `ms` and one and a half of it, so that a thousand clients do not come back in the same millisecond. */
export function jittered(ms: number, timing: Timing): number {
  return ms * (1 + timing.random() / 2);
}

/** Delays that double from `minMs` to `maxMs`, jittered, until something went well. */
export class Backoff {
  readonly #timing: Timing;
  readonly #limits: BackoffLimits;
  #tries = 0;

  constructor(timing: Timing, limits: BackoffLimits = reconnectLimits) {
    this.#timing = timing;
    this.#limits = limits;
  }

  /** Milliseconds to wait before the next try. */
  next(): number {
    const ms = Math.min(this.#limits.minMs * 2 ** this.#tries, this.#limits.maxMs);
    this.#tries = Math.min(this.#tries + 1, 30);
    return jittered(ms, this.#timing);
  }

  reset(): void {
    this.#tries = 0;
  }
}
