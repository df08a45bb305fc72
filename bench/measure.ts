/** One mutation, however it is made; `n` counts up from 0. */
export type Mutate = (n: number) => Promise<unknown>;

export interface Rate {
  readonly perSecond: number;
  readonly medianMs: number;
  readonly p99Ms: number;
}

/** Keeps so many mutations in flight for so long, after a tenth of that for warming up. */
export async function rateOf(
  mutate: Mutate,
  { inFlight, seconds }: { inFlight: number; seconds: number },
): Promise<Rate> {
  let n = 0;
  const run = async (forMs: number): Promise<number[]> => {
    const until = performance.now() + forMs;
    const times: number[] = [];
    const worker = async (): Promise<void> => {
      while (performance.now() < until) {
        const start = performance.now();
        await mutate(n++);
        times.push(performance.now() - start);
      }
    };
    await Promise.all(Array.from({ length: inFlight }, worker));
    return times;
  };
  await run(seconds * 100);
  const start = performance.now();
  const times = await run(seconds * 1000);
  const tookMs = performance.now() - start;
  return { perSecond: (times.length / tookMs) * 1000, medianMs: quantile(times, 0.5), p99Ms: quantile(times, 0.99) };
}

export function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** All items of what is read bit by bit. */
export async function gatherAll<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}
