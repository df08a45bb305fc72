/** Milliseconds until what was not answered is asked again. */
export const retryMs = 1_000;

/** Waits, or until it is given up. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal?.addEventListener('abort', end);
  });
}

/** Milliseconds of the longest of the pauses that grow. */
const growingMsMax = 30_000;

/** Pauses before what fails again and again: each twice as long as the one before it, until it has gone well for a while. */
export class GrowingPause {
  #ms = retryMs;
  #endMs = Number.NEGATIVE_INFINITY;

  /** Milliseconds of the pause that begins now. */
  next(): number {
    const now = performance.now();
    this.#ms = now - this.#endMs > growingMsMax ? retryMs : Math.min(this.#ms * 2, growingMsMax);
    this.#endMs = now + this.#ms;
    return this.#ms;
  }
}
