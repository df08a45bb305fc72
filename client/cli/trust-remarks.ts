import type { LifeEvent, TrustEvent, UnprovenEvent } from '../events.ts';
import type { FormerLife } from '../trust/lives.ts';
import type { VerifiedCheckpoint } from '../trust/log-trust.ts';
import type { Context } from './context.ts';
import { show } from './print/paint.ts';
import { showTime } from './print/time.ts';

/** What a watch has to say of trust: beside the result, for programs too. */
export async function showTrust(context: Context, event: TrustEvent): Promise<void> {
  const { err } = context;
  if (context.json) return await err.write(`${JSON.stringify(event)}\n`);
  const text = show(trustText(event, new Date()), err.paint);
  if (event.type === 'proven') await context.note(`· ${text}`);
  else await err.write(`${err.paint.problem('!')} ${text}\n`);
}

/** The same for a person, in a line. */
export function trustText(event: TrustEvent, now: Date): string {
  switch (event.type) {
    case 'life':
      return lifeText(event, now);
    case 'unproven':
      return unprovenText(event, now);
    case 'proven':
      return `proven, and verified up to #${event.verified}`;
  }
}

function lifeText({ epoch, former: [last] }: LifeEvent, now: Date): string {
  const before = last === undefined ? '' : `; before, it was ${formerLifeText(last, now)}`;
  return `this ledger is in another life, ${epoch}${before}. ${askWhy}`;
}

function unprovenText({ verified, seq, since, reason }: UnprovenEvent, now: Date): string {
  const why = reason === undefined ? '' : `: ${reason}`;
  const [far, more] = verified === 0 ? ['nothing is verified yet', ''] : [`verified up to #${verified}`, ' more'];
  return `${far} of #${seq}; since ${showTime(since, now)} the server has proven nothing${more}${why}`;
}

/** What of a log is signed, and what that was held against; undefined of a server that signs nothing. */
export function signedText(verified: VerifiedCheckpoint | undefined): string {
  if (verified === undefined) return 'nothing: the server is too old';
  const { size, kept } = verified;
  const heldAgainst =
    kept === undefined
      ? 'met here for the first time: its key is believed from now on, and there was nothing to compare it with'
      : `and it continues what was verified before, up to #${kept}`;
  return `up to #${size}, ${heldAgainst} (every byte: npx rowcast verify)`;
}

/** A former life as it is told. */
export function formerLifeText({ epoch, seq, at }: FormerLife, now: Date): string {
  const last = at === undefined ? '' : ` (${showTime(at, now)})`;
  return `${epoch}, verified here up to #${seq}${last}`;
}

/** What is to be done about a new life. */
export const askWhy = 'No proof leads from one life to the next: ask its operator why';
