import { setMaxListeners } from 'node:events';

/** Calls once when the signal is aborted, at once when it was before; the answer ends that. */
export function onAbort(signal: AbortSignal | undefined, callback: () => void): () => void {
  if (signal === undefined) return () => undefined;
  if (signal.aborted) callback();
  // One signal for a thousand requests is no leak; Node warns from the eleventh on.
  setMaxListeners(0, signal);
  signal.addEventListener('abort', callback, { once: true });
  return () => {
    signal.removeEventListener('abort', callback);
  };
}

/** Aborted when it is released, or when the outer signal is. */
export interface InnerAbort {
  readonly signal: AbortSignal;
  /** Ends it, and leaves nothing behind at the outer signal. */
  release(): void;
}

/**
 * For requests made ahead, which end with whoever wanted them. AbortSignal.any would leave a trace of each at an outer
 * signal that outlives thousands of them.
 */
export function innerAbort(outer: AbortSignal | undefined): InnerAbort {
  const controller = new AbortController();
  const forget = onAbort(outer, () => controller.abort(outer?.reason));
  return {
    signal: controller.signal,
    release() {
      forget();
      controller.abort();
    },
  };
}

/** Aborted some time behind the outer signal: what is on its way then may still come to its end. */
export function lateAbort(outer: AbortSignal | undefined, delayMs: number): InnerAbort {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const forget = onAbort(outer, () => {
    timer = setTimeout(() => controller.abort(outer?.reason), delayMs);
  });
  return {
    signal: controller.signal,
    release() {
      forget();
      clearTimeout(timer);
      controller.abort();
    },
  };
}
