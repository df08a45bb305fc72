import type { Timing } from '../../client/timing.ts';
import type { Dice } from './random.ts';

interface Timer {
  readonly at: number;
  readonly callback: () => void;
}

/** A clock that moves when it is told to. */
export class FakeTiming implements Timing {
  readonly #dice: Dice;
  readonly #timers = new Set<Timer>();
  #now = Date.parse('2026-01-01T00:00:00Z');

  constructor(dice: Dice) {
    this.#dice = dice;
  }

  now(): number {
    return this.#now;
  }

  turn(): Promise<void> {
    return settled();
  }

  random(): number {
    return this.#dice.next();
  }

  after(delayMs: number, callback: () => void): () => void {
    const timer = { at: this.#now + delayMs, callback };
    this.#timers.add(timer);
    return () => {
      this.#timers.delete(timer);
    };
  }

  get pending(): number {
    return this.#timers.size;
  }

  /** Runs what falls due within the time, in order. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (let next = this.#due(end); next !== undefined; next = this.#due(end)) {
      this.#timers.delete(next);
      this.#now = Math.max(this.#now, next.at);
      next.callback();
    }
    this.#now = end;
  }

  #due(end: number): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.#timers)
      if (timer.at <= end && (first === undefined || timer.at < first.at)) first = timer;
    return first;
  }
}

/** Lets every promise that can settle do so. */
export async function settled(): Promise<void> {
  await new Promise((resolve) => {
    setImmediate(resolve);
  });
}
