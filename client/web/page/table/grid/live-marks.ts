/** Milliseconds for which a row that came or went is marked: long enough to be found by someone who looked elsewhere. */
const enteredMs = 2_500;
/** And for which one that goes fades, before it may be taken away. */
const leavingMs = 900;

type LiveMark = { readonly kind: 'entered' | 'left'; readonly until: number };

/** Which rows have just come, and which are about to go. Times are milliseconds of one clock, which is passed in. */
export class LiveMarks {
  readonly #byKey = new Map<string, LiveMark>();

  enter(key: string, now: number): void {
    this.#byKey.set(key, { kind: 'entered', until: now + enteredMs });
  }

  leave(key: string, now: number): void {
    if (this.kindOf(key) !== 'left') this.#byKey.set(key, { kind: 'left', until: now + leavingMs });
  }

  /** It is there again. */
  clear(key: string): void {
    this.#byKey.delete(key);
  }

  clearAll(): void {
    this.#byKey.clear();
  }

  kindOf(key: string): LiveMark['kind'] | undefined {
    return this.#byKey.get(key)?.kind;
  }

  get leaving(): number {
    let count = 0;
    for (const { kind } of this.#byKey.values()) if (kind === 'left') count += 1;
    return count;
  }

  get size(): number {
    return this.#byKey.size;
  }

  /** Those that have faded; they stay marked until they are cleared. */
  faded(now: number): string[] {
    return [...this.#byKey].filter(([, { kind, until }]) => kind === 'left' && until <= now).map(([key]) => key);
  }

  /** Forgets the rows that are not new any more, and tells which. */
  settle(now: number): string[] {
    const settled = [...this.#byKey].filter(([, { kind, until }]) => kind === 'entered' && until <= now);
    for (const [key] of settled) this.#byKey.delete(key);
    return settled.map(([key]) => key);
  }
}
