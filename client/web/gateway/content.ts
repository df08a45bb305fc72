import type { MiddlewareHandler } from 'hono';
import type { Environment } from './environment.ts';
import { refuseDoor } from './refusal.ts';

/**
 * Bodies are taken as they stand, whatever type they are said to be of, as curl says of everything that it is a form. What
 * is wrapped or packed would be read wrongly.
 */
export function guardContent(): MiddlewareHandler<Environment> {
  return async (context, next) => {
    const type = context.req.header('content-type') ?? '';
    const encoding = context.req.header('content-encoding') ?? 'identity';
    if (!type.startsWith('multipart/') && encoding === 'identity') return await next();
    // So that whoever sends to the end before they read is answered.
    context.env.incoming.resume();
    const what = encoding === 'identity' ? type.split(';')[0] : encoding;
    return refuseDoor(
      context,
      'wrong_content',
      `${what} is not unwrapped here: send the bytes as they are (curl --data-binary @FILE)`,
    );
  };
}
