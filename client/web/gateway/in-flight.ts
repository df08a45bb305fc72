import type { MiddlewareHandler } from 'hono';
import { RowcastError } from '../../index.ts';
import type { Environment } from './environment.ts';
import { peerOf, Quota } from './quota.ts';
import { refuse } from './refusal.ts';

/** Requests that are being answered at the same time, and those of one address. */
const requestsMax = 512;
const requestsPerPeerMax = 64;

/** Refuses what would be too many requests at once. Feeds, which have their own limit, are none of them. */
export function limitRequests(): MiddlewareHandler<Environment> {
  const quota = new Quota({ max: requestsMax, perPeerMax: requestsPerPeerMax });
  return async (context, next) => {
    const giveBack = quota.take(peerOf(context));
    if (giveBack === undefined) {
      return refuse(context, new RowcastError('busy', 'too many requests are being answered; try again'));
    }
    context.env.outgoing.once('close', giveBack);
    await next();
    if (context.var.isFeed) giveBack();
    return undefined;
  };
}
