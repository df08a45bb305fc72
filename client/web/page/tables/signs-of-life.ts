import { create } from 'zustand';
import type { Entry } from '../../../../protocol/entry.ts';
import { pathOf, readAll } from '../api/lines.ts';
import { ledger } from '../ledger/ledger.ts';
import { useLedger } from '../ledger/ledger-state.ts';
import { type Life, Pulse } from './pulse.ts';

/** Milliseconds between two glows of one table: a busy one glows steadily, and does not flicker. */
const glowMs = 400;
/** Tables of which is asked when they were changed last; of more than that only those that change are told of. */
const askedMax = 40;

/** How each table is, by its name; renewed every second while something changes. */
export const useLives = create<{ readonly lives: ReadonlyMap<string, Life> }>(() => ({ lives: new Map() }));

/** Follows the feed for the signs beside the names of the tables, beside React. */
class SignsOfLife {
  readonly #dots = new Map<string, Element>();
  readonly #glowedAt = new Map<string, number>();
  readonly #asked = new Set<string>();
  #pulse = new Pulse();

  /** The dot of a table is on the screen. Answers what ends that. */
  attach(table: string, dot: Element): () => void {
    this.#dots.set(table, dot);
    return () => this.#dots.delete(table);
  }

  start(): () => void {
    const { recent } = useLedger.getState();
    this.#pulse.take(recent);
    this.#pulse = withoutRates(this.#pulse);
    useLives.setState({ lives: this.#pulse.lives() });
    const forget = ledger.subscribe({
      groups: (groups) => this.#take(this.#pulse.take(groups)),
      restart: () => this.#asked.clear(),
    });
    const timer = setInterval(() => this.#tick(), 1_000);
    return () => {
      forget();
      clearInterval(timer);
    };
  }

  /** Asks when tables were changed last, of which nothing is known. */
  async ask(tables: readonly string[]): Promise<void> {
    const { lives } = useLives.getState();
    const unknown = tables.filter((table) => !lives.has(table) && !this.#asked.has(table)).slice(0, askedMax);
    for (const table of unknown) {
      this.#asked.add(table);
      const [last] = await readAll<Entry>(pathOf('/api/log', { table, newest_first: '', limit: 1 }));
      if (last !== undefined) this.#pulse.know(table, Date.parse(last.at));
    }
    if (unknown.length > 0) useLives.setState({ lives: this.#pulse.lives() });
  }

  #take(changed: ReadonlySet<string>): void {
    const now = performance.now();
    for (const table of changed) {
      const dot = this.#dots.get(table);
      if (dot === undefined || now - (this.#glowedAt.get(table) ?? -glowMs) < glowMs) continue;
      this.#glowedAt.set(table, now);
      glow(dot);
    }
  }

  #tick(): void {
    const { lives } = useLives.getState();
    const next = this.#pulse.tick();
    if (isSame(lives, next)) return;
    useLives.setState({ lives: next });
  }
}

export const signsOfLife = new SignsOfLife();

/** What was before the page was opened says when, and nothing of how often. */
function withoutRates(pulse: Pulse): Pulse {
  const fresh = new Pulse();
  for (const [table, { lastAt }] of pulse.lives()) fresh.know(table, lastAt);
  return fresh;
}

function isSame(before: ReadonlyMap<string, Life>, after: ReadonlyMap<string, Life>): boolean {
  if (before.size !== after.size) return false;
  return [...after].every(([table, { lastAt, perSecond }]) => {
    const was = before.get(table);
    return was?.lastAt === lastAt && was.perSecond === perSecond;
  });
}

function glow(dot: Element): void {
  if (matchMedia('(prefers-reduced-motion: reduce)').matches) return;
  const bright = { background: 'var(--changed)', boxShadow: '0 0 0 4px var(--changed-soft)' };
  const spread = { background: 'var(--changed)', boxShadow: '0 0 0 7px transparent', offset: 0.6 };
  dot.animate([bright, spread, {}], { duration: 900, easing: 'ease-out' });
}
