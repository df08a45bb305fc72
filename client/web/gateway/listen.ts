import { createServer, type Server } from 'node:http';
import { getRequestListener, type HttpBindings } from '@hono/node-server';
import { GatewayError } from './gateway-error.ts';
import { answerFault, badRequest, headerBytesMax } from './no-request.ts';
import type { GatewayOptions } from './options.ts';
import { peerAt, Quota } from './quota.ts';

/** Milliseconds in which those lines have to be there. */
const headersMsMax = 10_000;
/** Milliseconds in which a whole request has to be there: a file that is imported comes as fast as it is read. */
const requestMsMax = 3_600_000;
/** Milliseconds between two looks at how long requests take. */
const lookMs = 2_000;
/** Milliseconds that a connection stays open with nothing asked. */
const keptOpenMs = 10_000;
/** Milliseconds in which a connection neither brings nor takes a byte before it is closed: its reader may come back. */
const stalledMsMax = 120_000;
/** Connections beside those of the feeds. */
const connectionsMore = 1_000;
/** Those of one address, beside a quarter of the feeds: enough for a house behind one, and nobody has them all. */
const connectionsOfPeerMore = 128;

/** Answers a request. */
export type Answer = (request: Request, bindings: HttpBindings) => Response | Promise<Response>;

type Listening = Pick<GatewayOptions, 'host' | 'port' | 'portsMore' | 'viewersMax'>;

/** Opens the door of HTTP, at the port or the first free one behind it. @throws GatewayError */
export async function listen(answer: Answer, options: Listening): Promise<Server> {
  const { host, port, portsMore = 0 } = options;
  for (let more = 0; ; more += 1) {
    try {
      return await listenAt(answer, { ...options, port: port + more });
    } catch (error) {
      const isTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
      if (!isTaken) throw new GatewayError('address_refused', `cannot listen on ${host}: ${String(error)}`, error);
      if (more === portsMore) throw new GatewayError('address_taken', taken(options), error);
    }
  }
}

function taken({ host, port, portsMore = 0 }: Listening): string {
  const which = portsMore === 0 ? `port ${port} is` : `the ports from ${port} to ${port + portsMore} are`;
  return `${which} in use on ${host} by another program, perhaps another gateway: stop that, or name another address`;
}

async function listenAt(answer: Answer, { host, port, viewersMax }: Listening): Promise<Server> {
  const serverOptions = {
    maxHeaderSize: headerBytesMax,
    headersTimeout: headersMsMax,
    requestTimeout: requestMsMax,
    connectionsCheckingInterval: lookMs,
    keepAliveTimeout: keptOpenMs,
    // Who asks without a name is refused by the door, with a word.
    requireHostHeader: false,
  };
  const fetch = (request: Request, bindings: unknown) => answer(request, bindings as HttpBindings);
  const listener = getRequestListener(fetch, { hostname: host, errorHandler: badRequest });
  const server = createServer(serverOptions, listener);
  server.on('clientError', answerFault);
  return await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve(server);
    });
    limitConnections(server, viewersMax);
    server.setTimeout(stalledMsMax);
  });
}

/** One too many is closed at once: a request that is never finished holds its connection for as long as it likes. */
function limitConnections(server: Server, viewersMax: number): void {
  const perPeerMax = Math.floor(viewersMax / 4) + connectionsOfPeerMore;
  const quota = new Quota({ max: viewersMax + connectionsMore, perPeerMax });
  server.on('connection', (socket) => {
    const giveBack = quota.take(peerAt(socket.remoteAddress ?? ''));
    if (giveBack === undefined) socket.destroy();
    else socket.once('close', giveBack);
  });
}
