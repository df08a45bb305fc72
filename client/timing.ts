import { onAbort } from './abort.ts';

/** The clock, the timers and the dice of the client, handed in so that a spec can hold them still. */
export interface Timing {
  /** Milliseconds since 1970. */
  now(): number;
  /** Runs `callback` once after `delayMs`; the answer calls it off. */
  after(delayMs: number, callback: () => void): () => void;
  /** Lets everything else that waits have its turn. */
  turn(): Promise<void>;
  /** From 0 up to, but not including, 1. */
  random(): number;
}

export const systemTiming: Timing = {
  now: Date.now,
  random: Math.random,
  turn: () => new Promise((resolve) => setImmediate(resolve)),
  after(delayMs, callback) {
    const timer = setTimeout(callback, delayMs);
    return () => {
      clearTimeout(timer);
    };
  },
};

/** Waits; returns early, and quietly, when the signal is aborted. */
export async function pause(timing: Timing, delayMs: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    const finish = (): void => {
      cancel();
      forget();
      resolve();
    };
    const cancel = timing.after(delayMs, finish);
    const forget = onAbort(signal, finish);
  });
}
