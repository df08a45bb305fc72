import type { GroupEvent, StateEvent, TrustEvent, WatchEvent } from '../events.ts';
import type { Timing } from '../timing.ts';
import type { Pacer } from './pacer.ts';

/**
 * What a play shows: the changes of one command, what has to be said of trust, and where it stands. It is `live` when everything was shown and what
 * follows comes as it is made.
 */
export type PlayEvent = GroupEvent | TrustEvent | StateEvent;

export interface PlayParts {
  readonly pacer: Pacer;
  readonly timing: Timing;
  readonly signal: AbortSignal;
}

/**
 * Shows what a watch brings at the pace of then, and once nothing is left of the past, as it comes. The seam between the
 * two is the watch's, which has none: log and feed are one stream there, each seq once. What a play knows besides is
 * whether it has caught up: when the watch says `live`, and has nothing more to give.
 */
export async function* paced(
  events: AsyncIterator<WatchEvent, undefined>,
  { pacer, timing, signal }: PlayParts,
): AsyncGenerator<PlayEvent, void, undefined> {
  let state: StateEvent | undefined;
  let isTold = false;
  try {
    while (!signal.aborted) {
      const next = events.next();
      // It may fail while nobody waits for it: then the consumer has left.
      next.catch(() => undefined);
      const hasCaughtUp = state?.state === 'live' && !(await isReady(next, timing));
      if (hasCaughtUp && state !== undefined && !isTold) {
        isTold = true;
        yield state;
      }
      const { value: event } = await next;
      if (event === undefined) return;
      if (event.type === 'state') {
        state = event;
        isTold = event.state !== 'live';
        if (isTold) yield event;
      } else if (event.type === 'group') {
        if (hasCaughtUp) pacer.skip(event.at);
        else await pacer.wait(event.at, signal);
        if (!signal.aborted) yield event;
      } else if (event.type !== 'reset') {
        yield event;
      }
    }
  } finally {
    await events.return?.();
  }
}

/** Whether it is there already: what waits in a queue comes before anything else has its turn. */
async function isReady(promise: Promise<unknown>, timing: Timing): Promise<boolean> {
  const ready = promise.then(() => true);
  return await Promise.race([ready, timing.turn().then(() => false)]);
}
