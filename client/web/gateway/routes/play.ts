import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { type Context, Hono } from 'hono';
import { RowcastError } from '../../../index.ts';
import type { Environment } from '../environment.ts';
import type { EventStream } from '../feed/event-stream.ts';
import type { OpenStreams } from '../feed/open-streams.ts';
import { Player } from '../feed/player.ts';
import type { GatewayOptions } from '../options.ts';
import { peerOf, Quota } from '../quota.ts';
import { cursorIn, numberIn, pointIn, takes } from './parameters.ts';

/** Plays at the same time, and those of one address: unlike feeds, each reads the log for itself. */
const playsMax = 64;
const playsPerPeerMax = 16;

/**
 * `GET /api/play?table=&from=&to=&speed=&gap_ms_max=`: the changes behind the point `from` (or `Last-Event-ID`; the
 * beginning of the log without either) with the time between them that passed then, divided by `speed` (1 when left out,
 * `max`: no waiting); longer waits than `gap_ms_max` are cut. The frames are those of the feed. Up to `to`; without it, it
 * arrives in the present, says `live`, and goes on with each change as it is made.
 */
export function play(streams: OpenStreams, { onTrouble }: Pick<GatewayOptions, 'onTrouble'>): Hono<Environment> {
  const quota = new Quota({ max: playsMax, perPeerMax: playsPerPeerMax });
  const openStream = (context: Context<Environment>): EventStream => {
    const giveBack = quota.take(peerOf(context));
    if (giveBack === undefined) throw new RowcastError('busy', 'too many plays are running; try again later');
    context.env.outgoing.once('close', giveBack);
    return streams.open(context);
  };
  return new Hono<Environment>().get('/play', takes('table', 'from', 'to', 'speed', 'gap_ms_max'), (context) => {
    const { upstream, visitor } = context.var;
    const { ledger, opens } = upstream;
    const options = {
      table: context.req.query('table'),
      from: cursorIn(context.req.header('last-event-id'), 'last-event-id') ?? pointIn(context, 'from'),
      to: pointIn(context, 'to'),
      speed: speedIn(context),
      gapMsMax: numberIn(context, 'gap_ms_max'),
      open: opens,
    };
    const stream = openStream(context);
    void new Player({ ledger, stream, play: options, era: visitor?.era, onTrouble }).run();
    return RESPONSE_ALREADY_SENT;
  });
}

/** @throws RowcastError `bad_request` */
function speedIn(context: Context): number | undefined {
  const text = context.req.query('speed');
  if (text === undefined) return undefined;
  if (text === 'max') return Number.POSITIVE_INFINITY;
  if (/^\d{1,6}(\.\d{1,6})?$/.test(text) && Number(text) > 0) return Number(text);
  throw new RowcastError('bad_request', `speed=${text} is no speed: write a number above 0, or max`);
}
