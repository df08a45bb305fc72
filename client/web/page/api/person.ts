import { useLedger } from '../ledger/ledger-state.ts';
import { post } from './request.ts';

/** Milliseconds from one telling of the person to the next: a part of those that end a login, and at most so many. */
const tellMsMax = 20_000;
const tellsPerLimit = 3;

/**
 * Tells the gateway now and then that somebody is here, so that a login does not end while its person only reads: at a
 * first sign at once, and of those that follow closely so that the last one counts too.
 */
export function showPerson(): void {
  let isThere = false;
  let isWaiting = false;
  const tell = (): void => {
    const { login } = useLedger.getState();
    isWaiting = isThere && login !== undefined;
    isThere = false;
    if (!isWaiting || login === undefined) return;
    // What is wrong with the gateway, the feed says.
    post('/api/session.use', {}).catch(() => undefined);
    setTimeout(tell, Math.min((login.idleMinutes * 60_000) / tellsPerLimit, tellMsMax));
  };
  const show = (): void => {
    isThere = true;
    if (!isWaiting) tell();
  };
  for (const type of ['pointerdown', 'keydown', 'wheel']) addEventListener(type, show, { passive: true });
}
