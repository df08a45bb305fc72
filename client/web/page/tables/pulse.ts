import type { Group } from '../api/messages.ts';

/** Seconds over which changes are counted for their rate. */
const windowSeconds = 3;
/** From so many changes a second on it is told as a rate. */
const rateMin = 1;

/** When a table was changed last, and how often it is at present. */
export interface Life {
  readonly lastAt: number;
  /** Changes a second; 0 when there are few. */
  readonly perSecond: number;
}

interface Counts {
  lastAt: number;
  /** Changes of each of the last seconds, this one first. */
  seconds: number[];
}

/** Counts the changes of each table. Pure: the seconds are told to it by {@link Pulse.tick}. */
export class Pulse {
  readonly #tables = new Map<string, Counts>();

  /** Answers which tables were changed. */
  take(groups: readonly Group[]): ReadonlySet<string> {
    const changed = new Set<string>();
    for (const { at, entries } of groups) {
      for (const { table } of entries) {
        const counts = this.#counts(table);
        counts.lastAt = Math.max(counts.lastAt, Date.parse(at));
        counts.seconds[0] = (counts.seconds[0] ?? 0) + 1;
        changed.add(table);
      }
    }
    return changed;
  }

  /** What is known from elsewhere, of a table that was not changed since. */
  know(table: string, lastAt: number): void {
    const counts = this.#counts(table);
    counts.lastAt = Math.max(counts.lastAt, lastAt);
  }

  /** A second has passed. Answers how each table is now. */
  tick(): ReadonlyMap<string, Life> {
    const lives = this.lives();
    for (const counts of this.#tables.values()) counts.seconds = [0, ...counts.seconds.slice(0, windowSeconds - 1)];
    return lives;
  }

  lives(): ReadonlyMap<string, Life> {
    return new Map(
      [...this.#tables].map(([table, { lastAt, seconds }]) => [table, { lastAt, perSecond: rate(seconds) }]),
    );
  }

  #counts(table: string): Counts {
    const known = this.#tables.get(table);
    if (known !== undefined) return known;
    const counts = { lastAt: 0, seconds: [0] };
    this.#tables.set(table, counts);
    return counts;
  }
}

function rate(seconds: readonly number[]): number {
  const perSecond = seconds.reduce((sum, count) => sum + count, 0) / windowSeconds;
  return perSecond >= rateMin ? Math.round(perSecond) : 0;
}
