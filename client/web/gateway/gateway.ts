import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { secureHeaders } from 'hono/secure-headers';
import { guardOrigin, guardVisitor, namesOf, openDoor } from './doors.ts';
import type { Environment } from './environment.ts';
import type { GatewayOptions } from './options.ts';
import { refuse, refuseDoor } from './refusal.ts';
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
  close(): Promise<void>;
}

/**
 * Starts the gateway: the page, and the ledger for it over HTTP. It speaks to the server through the library only, as any
 * client does. @throws Error when the address is taken or the page is not built
 */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const everybody = new Upstream(options);
  const visitors = options.door === 'private' ? new Visitors(options, everybody) : undefined;
  const shell = new Hono<Environment>();
  const server = await listen(shell, options);
  const { port } = server.address() as AddressInfo;
  const addressNow = (): string => addressOf(options, port, visitors?.pass);
  const onAdmitted = (): void => options.onAddress?.(addressNow());
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await visitors?.close();
    await everybody.close();
  };
  try {
    shell.use(guardOrigin(namesOf(port, options.names)));
    shell.route('/api', api(options, { everybody, visitors, port }));
    shell.route('/', await page({ folder: options.page, port, visitors, onAdmitted }));
  } catch (error) {
    await close();
    throw error;
  }
  return {
    port,
    get address() {
      return addressNow();
    },
    close,
  };
}

interface Parts {
  readonly everybody: Upstream;
  readonly visitors: Visitors | undefined;
  readonly port: number;
}

function api(options: GatewayOptions, { everybody, visitors, port }: Parts): Hono<Environment> {
  return new Hono<Environment>()
    .use(secureHeaders({ crossOriginResourcePolicy: 'same-origin' }))
    .use(visitors === undefined ? openDoor(everybody) : guardVisitor(visitors, port))
    .route('/', feed(options))
    .route('/', play())
    .route('/', login)
    .route('/', reads)
    .route('/', exports)
    .route('/', imports)
    .route('/', samples)
    .route('/', requests)
    .all('*', (context) => refuseDoor(context, 'not_found', 'there is nothing here; docs/WEB.md tells what there is'))
    .onError((error, context) => refuse(context, error));
}

/** Milliseconds that the sending of one request may take. */
const importMsMax = 3_600_000;

async function listen(app: Hono<Environment>, { host, port }: GatewayOptions): Promise<Server> {
  return await new Promise((resolve, reject) => {
    const server = serve({ fetch: app.fetch, hostname: host, port }, () => resolve(server as Server));
    // A file that is imported comes as fast as it is read.
    (server as Server).requestTimeout = importMsMax;
    server.once('error', reject);
  });
}

function addressOf({ host, names }: GatewayOptions, port: number, pass: string | undefined): string {
  const [name = `${host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host}:${port}`] = names;
  return pass === undefined ? `http://${name}/` : `http://${name}/?pass=${pass}`;
}
