import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { Hono } from 'hono';
import { RowcastError } from '../../../index.ts';
import type { Environment } from '../environment.ts';
import { EventStream } from '../feed/event-stream.ts';
import { Follower } from '../feed/follower.ts';
import { cursorIn } from './parameters.ts';

/**
 * `GET /api/feed?table=&from=`: every change behind the cursor `from`, or behind `Last-Event-ID`, which a browser sends
 * when it comes back; without either, what is made from now on.
 */
export function feed({ viewersMax }: { readonly viewersMax: number }): Hono<Environment> {
  let open = 0;
  return new Hono<Environment>().get('/feed', (context) => {
    const from = cursorIn(context.req.header('last-event-id') ?? context.req.query('from'), 'from');
    if (open >= viewersMax) throw new RowcastError('busy', `${viewersMax} feeds are open; try again later`);
    const stream = new EventStream(context.env.outgoing);
    const { hub } = context.var.upstream;
    open += 1;
    void new Follower({ hub, stream, table: context.req.query('table'), from }).run().finally(() => {
      open -= 1;
    });
    return RESPONSE_ALREADY_SENT;
  });
}
