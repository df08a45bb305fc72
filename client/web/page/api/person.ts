import { useLedger } from '../ledger/ledger-state.ts';
import { post } from './request.ts';

/** Milliseconds between two signs of the person that the gateway is told of. */
const toldMs = 60_000;

/** Tells the gateway now and then that somebody is here, so that a login does not end while its person only reads. */
export function showPerson(): void {
  let told = Number.NEGATIVE_INFINITY;
  const show = (): void => {
    if (useLedger.getState().login === undefined || performance.now() - told < toldMs) return;
    told = performance.now();
    // What is wrong with the gateway, the feed says.
    post('/api/session.use', {}).catch(() => undefined);
  };
  for (const type of ['pointerdown', 'keydown', 'wheel']) addEventListener(type, show, { passive: true });
}
