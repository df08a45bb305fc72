import { RowcastError } from '../errors.ts';
import { pause, type Timing } from '../timing.ts';

export interface PaceOptions {
  /** How many times as fast as it was: 1 as it was, Infinity without waiting. */
  readonly speed?: number | undefined;
  /** A longer wait than this is cut, in milliseconds of whoever watches. */
  readonly gapMsMax?: number | undefined;
}

/** What a timer takes at most. */
const timerMsMax = 2 ** 31 - 1;
/** So far behind, waits are shortened until it is made up for; who was away for longer is not given all at once. */
const lateMsMax = 250;

/** Lets time pass between changes as it did between their commits, faster or slower. */
export class Pacer {
  readonly #timing: Timing;
  readonly #speed: number;
  readonly #gapMsMax: number;
  #last: { readonly atMs: number; readonly shownMs: number } | undefined;

  /** @throws RowcastError `bad_request` */
  constructor(timing: Timing, { speed = 1, gapMsMax = Number.POSITIVE_INFINITY }: PaceOptions) {
    // Written so that what is no number is refused too.
    if (!(speed > 0)) throw new RowcastError('bad_request', `speed is ${speed}: write a number above 0, or Infinity`);
    if (!(gapMsMax >= 0))
      throw new RowcastError('bad_request', `gapMsMax is ${gapMsMax}: write milliseconds from 0 on`);
    this.#timing = timing;
    this.#speed = speed;
    this.#gapMsMax = gapMsMax;
  }

  /** Returns when the change that was committed `at` is due; early when the signal is aborted. */
  async wait(at: string, signal: AbortSignal): Promise<void> {
    const atMs = Date.parse(at);
    const dueMs = this.#due(atMs);
    for (let leftMs = dueMs - this.#timing.now(); leftMs >= 1 && !signal.aborted; leftMs = dueMs - this.#timing.now()) {
      await pause(this.#timing, Math.min(leftMs, timerMsMax), signal);
    }
    this.#last = { atMs, shownMs: Math.max(dueMs, this.#timing.now() - lateMsMax) };
  }

  /** A change that comes as it is made: it has waited already. */
  skip(at: string): void {
    this.#last = { atMs: Date.parse(at), shownMs: this.#timing.now() };
  }

  #due(atMs: number): number {
    if (this.#last === undefined) return this.#timing.now();
    const gapMs = Math.max(0, atMs - this.#last.atMs) / this.#speed;
    return this.#last.shownMs + Math.min(gapMs, this.#gapMsMax);
  }
}
