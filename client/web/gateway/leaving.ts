import type { Context } from 'hono';
import type { Environment } from './environment.ts';

/** Aborted when the reader of an answer that is written past the framework leaves, or has it whole. */
export function leaving(context: Context<Environment>): AbortSignal {
  const left = new AbortController();
  context.env.outgoing.once('close', () => left.abort());
  return left.signal;
}
