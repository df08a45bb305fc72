import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Hono } from 'hono';
import { guardContent } from './content.ts';
import { guardOrigin, guardVisitor, openDoor } from './doors.ts';
import type { Environment } from './environment.ts';
import { OpenStreams } from './feed/open-streams.ts';
import { safeHeaders, streamHeaders } from './headers.ts';
import { limitRequests } from './in-flight.ts';
import { type Answer, listen } from './listen.ts';
import { guardMethods } from './methods.ts';
import { Names } from './names.ts';
import type { GatewayOptions } from './options.ts';
import { pageMissing, readPage } from './page-file.ts';
import { refuse, refuseDoor, refuseFault } from './refusal.ts';
import { diff } from './routes/diff.ts';
import { exports } from './routes/export.ts';
import { feed } from './routes/feed.ts';
import { imports } from './routes/import.ts';
import { login } from './routes/login.ts';
import { page } from './routes/page.ts';
import { play } from './routes/play.ts';
import { reads } from './routes/reads.ts';
import { requests } from './routes/requests.ts';
import { samples } from './routes/samples.ts';
import { Upstream } from './upstream.ts';
import { Visitors } from './visitors.ts';

export interface Gateway {
  /** Where it listens. */
  readonly port: number;
  /** What lets a browser in: good once at a private door. */
  readonly address: string;
  /** That the page is not built, and what to do; the rest is served without it. */
  readonly problem: string | undefined;
  /** Ends the feeds, and the logins; what was asked is answered first. */
  close(): Promise<void>;
}

/** Milliseconds that requests may take to be answered when the gateway is stopped. */
const drainMsMax = 3_000;

/**
 * Starts the gateway: the page, and the ledger for it over HTTP. It speaks to the server through the library only, as any
 * client does. @throws GatewayError when the address is taken, or is none
 */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  // First, as it refuses an address that is none; it opens nothing yet.
  const everybody = new Upstream(options);
  const html = await readPage(options.page);
  let answer: Answer = notYet;
  const server = await listen((request, bindings) => answer(request, bindings), options);
  const { port } = server.address() as AddressInfo;
  const visitors = options.door === 'private' ? await Visitors.open(options, everybody, port) : undefined;
  const parts = { everybody, visitors, streams: new OpenStreams(options.viewersMax), port, html };
  const app = shell(options, parts);
  answer = (request, bindings) => app.fetch(request, bindings);
  return {
    port,
    get address() {
      return addressOf(options, port, visitors?.pass);
    },
    problem: html === undefined ? pageMissing : undefined,
    close: () => closeAll(server, parts),
  };
}

/** To those who ask before everything stands, as pages do that were open when the gateway was started again. */
function notYet(): Response {
  const error = { code: 'unavailable', message: 'the gateway is being started; ask again in a second' };
  return Response.json({ error }, { status: 503, headers: { ...streamHeaders, 'retry-after': '1' } });
}

interface Parts {
  readonly everybody: Upstream;
  readonly visitors: Visitors | undefined;
  readonly streams: OpenStreams;
  readonly port: number;
  /** Of the page; undefined where it is not built. */
  readonly html: string | undefined;
}

function shell(options: GatewayOptions, parts: Parts): Hono<Environment> {
  const { visitors, port, html } = parts;
  const onAdmitted = (): void => options.onAddress?.(addressOf(options, port, visitors?.pass));
  return new Hono<Environment>()
    .use(guardOrigin(new Names(options.names)), safeHeaders())
    .route('/api', api(options, parts))
    .route('/', page({ html, folder: options.page, port, visitors, onAdmitted }))
    .onError((error, context) => {
      options.onTrouble?.(error);
      return refuseFault(context);
    });
}

function api(options: GatewayOptions, { everybody, visitors, streams, port }: Parts): Hono<Environment> {
  const app = new Hono<Environment>();
  return app
    .use(limitRequests())
    .use(visitors === undefined ? openDoor(everybody) : guardVisitor(visitors, port))
    .use(
      guardMethods(() => app.routes),
      guardContent(),
    )
    .route('/', feed(streams, options))
    .route('/', play(streams, options))
    .route('/', login)
    .route('/', reads)
    .route('/', diff)
    .route('/', exports())
    .route('/', imports)
    .route('/', samples)
    .route('/', requests)
    .all('*', (context) => refuseDoor(context, 'not_found', 'there is nothing here; docs/WEB.md tells what there is'))
    .onError((error, context) => refuse(context, error));
}

async function closeAll(server: Server, { everybody, visitors, streams }: Parts): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  streams.close();
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), drainMsMax);
  await closed;
  clearTimeout(timer);
  await visitors?.close();
  await everybody.close();
}

function addressOf({ host, names }: GatewayOptions, port: number, pass: string | undefined): string {
  const here = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  const [origin = new URL(`http://${here.includes(':') ? `[${here}]` : here}:${port}`).origin] = names;
  return pass === undefined ? `${origin}/` : `${origin}/?pass=${pass}`;
}
