/** Aborts when it is told to, or when the outer signal does; `release` ends both, and leaves nothing behind at the outer one. */
export interface InnerAbort {
  readonly signal: AbortSignal;
  release(): void;
}

/** For requests made ahead, which end with whoever wanted them. (AbortSignal.any would leave a trace at a signal that outlives thousands.) */
export function innerAbort(outer: AbortSignal | undefined): InnerAbort {
  const controller = new AbortController();
  const abort = (): void => controller.abort(outer?.reason);
  if (outer?.aborted === true) abort();
  outer?.addEventListener('abort', abort, { once: true });
  return {
    signal: controller.signal,
    release() {
      outer?.removeEventListener('abort', abort);
      controller.abort();
    },
  };
}
