/**
 * Work that goes on while nobody waits for it yet. How it fails is told to whoever waits at last; until then, or when the
 * whole has failed and nobody waits any more, it is not taken for a failure that was overlooked, which ends the process.
 */
export function underWay<Result>(work: Promise<Result>): Promise<Result> {
  work.catch(() => undefined);
  return work;
}
