/** Names, or peers, whose failures are remembered; beyond, the oldest is forgotten. */
const rememberedMax = 10_000;
const pauseMs = { first: 250, most: 2_000 } as const;

interface Failed {
  readonly count: number;
  /** Clock of performance.now(), in milliseconds. */
  readonly allowedAt: number;
}

/** Who failed, and how long they wait before the next try: 250 ms, doubling up to 2 s, after those that are free. */
export class Failures {
  readonly #free: number;
  readonly #failed = new Map<string, Failed>();

  constructor({ free }: { readonly free: number }) {
    this.#free = free;
  }

  /** Milliseconds; 0 or less when a try is allowed. */
  waitMs(name: string): number {
    return (this.#failed.get(name)?.allowedAt ?? 0) - performance.now();
  }

  has(name: string): boolean {
    return this.#failed.has(name);
  }

  add(name: string): void {
    const count = (this.#failed.get(name)?.count ?? 0) + 1;
    const paused = count - this.#free;
    const pause = paused > 0 ? Math.min(pauseMs.first * 2 ** (paused - 1), pauseMs.most) : 0;
    this.#failed.delete(name);
    this.#failed.set(name, { count, allowedAt: performance.now() + pause });
    const [oldest] = this.#failed.keys();
    if (this.#failed.size > rememberedMax && oldest !== undefined) this.#failed.delete(oldest);
  }

  clear(name: string): void {
    this.#failed.delete(name);
  }
}
