import { useLedger } from './ledger-state.ts';

/** Waits until somebody is logged in, or it is given up. */
export function untilLogin(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (useLedger.getState().login === undefined && !signal.aborted) return;
      forget();
      resolve();
    };
    const forget = useLedger.subscribe(look);
    signal.addEventListener('abort', look, { once: true });
    look();
  });
}
