import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { type Context, Hono } from 'hono';
import { RowcastError } from '../../../index.ts';
import type { Environment } from '../environment.ts';
import { Follower } from '../feed/follower.ts';
import { endFrame } from '../feed/frames.ts';
import type { OpenStreams } from '../feed/open-streams.ts';
import type { GatewayOptions } from '../options.ts';
import { cursorIn, takes } from './parameters.ts';

/**
 * `GET /api/feed?table=&from=&as=`: every change behind the cursor `from`, or behind `Last-Event-ID`, which a browser
 * sends when it comes back; without either, what is made from now on. `as` is who the reader believes to be logged in,
 * empty for nobody: when it is another, the feed ends at once and says so.
 */
export function feed(streams: OpenStreams, { onTrouble }: Pick<GatewayOptions, 'onTrouble'>): Hono<Environment> {
  return new Hono<Environment>().get('/feed', takes('table', 'from', 'as'), async (context) => {
    const from = cursorIn(context.req.header('last-event-id') ?? context.req.query('from'), 'from');
    const table = context.req.query('table');
    const { upstream, visitor } = context.var;
    // Of this moment: the login may be another one when the table was looked for.
    const era = visitor?.era;
    if (table !== undefined && from === undefined) await demandTable(context, table);
    const { hub } = upstream;
    const stream = streams.open(context);
    const as = context.req.query('as');
    if (as !== undefined && as !== (visitor?.user ?? '')) {
      stream.end(endFrame(as === '' ? 'logged_in' : 'logged_out', 'somebody else, or nobody, is logged in now'));
      return RESPONSE_ALREADY_SENT;
    }
    void new Follower({ hub, stream, table, from, era, onTrouble }).run();
    return RESPONSE_ALREADY_SENT;
  });
}

/** A feed of a table that is not there would be silent for ever, which is no answer to a name that was mistyped. */
async function demandTable({ var: { upstream } }: Context<Environment>, table: string): Promise<void> {
  const { tables } = await upstream.ledger.tables({ counts: false });
  if (tables.some(({ definition }) => definition.name === table)) return;
  throw new RowcastError('table_not_found', `there is no table ${JSON.stringify(table)}`);
}
