import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type Ledger } from '../../client/index.ts';
import { type Gateway, startGateway } from '../../client/web/gateway/gateway.ts';
import type { GatewayOptions } from '../../client/web/gateway/options.ts';
import { EventReader } from './event-reader.ts';
import { freePorts } from './free-ports.ts';
import { createLedger, type TestLedger } from './ledger.ts';
import { administrator, startTestServer, type TestServer } from './server.ts';

export interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/** A line of an answer of lines. */
export type Line = Readonly<Record<string, unknown>>;

export interface Answered {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
}

/** Somebody at a gateway: a browser, as far as HTTP goes, that keeps its cookie. */
export class GatewayReader {
  readonly port: number;
  cookie: string | undefined;

  constructor(port: number, cookie?: string) {
    this.port = port;
    this.cookie = cookie;
  }

  /** Opens an address of the gateway, and keeps the cookie that it is given. */
  async open(address: string): Promise<Answered> {
    const { pathname, search } = new URL(address);
    const answered = await this.ask(`${pathname}${search}`);
    this.cookie = answered.headers['set-cookie']?.[0]?.split(';')[0] ?? this.cookie;
    return answered;
  }

  async ask(path: string, { method = 'GET', headers = {}, body }: Asked = {}): Promise<Answered> {
    const response = await this.#send(path, { method, headers, ...(body !== undefined && { body }) });
    let text = '';
    for await (const part of response.setEncoding('utf8')) text += String(part);
    return { status: response.statusCode ?? 0, headers: response.headers, text };
  }

  /** `POST /api/TYPE`, as the page sends it. */
  async post(type: string, fields: object = {}): Promise<{ status: number; body: unknown }> {
    const headers = { 'content-type': 'application/json', 'x-rowcast': '1' };
    const { status, text } = await this.ask(`/api/${type}`, { method: 'POST', headers, body: JSON.stringify(fields) });
    return { status, body: JSON.parse(text) as unknown };
  }

  /** Sends a file, or the fields of a request, and reads the lines of the answer. */
  async lines(path: string, body: string | object): Promise<Line[]> {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    return linesOf((await this.ask(path, { method: 'POST', headers: { 'x-rowcast': '1' }, body: text })).text);
  }

  async login(): Promise<void> {
    const { status, body } = await this.post('session.login', {
      user: administrator.name,
      password: administrator.password,
    });
    if (status !== 200) throw new Error(`the login was refused: ${JSON.stringify(body)}`);
  }

  /** Reads events until it is cut. @throws Error when it is refused */
  async feed(query = '', headers: Readonly<Record<string, string>> = {}): Promise<EventReader> {
    return await this.#events(`/api/feed${query}`, headers);
  }

  /** The same of a play. */
  async play(query = ''): Promise<EventReader> {
    return await this.#events(`/api/play${query}`);
  }

  async #events(path: string, headers: Readonly<Record<string, string>> = {}): Promise<EventReader> {
    const response = await this.#send(path, { method: 'GET', headers });
    if (response.statusCode === 200) return new EventReader(response);
    let text = '';
    for await (const part of response.setEncoding('utf8')) text += String(part);
    throw new Error(text);
  }

  async #send(path: string, { method, headers, body }: Asked): Promise<IncomingMessage> {
    return await new Promise((resolve, reject) => {
      const sent = request(
        {
          host: '127.0.0.1',
          port: this.port,
          path,
          method,
          agent: false,
          headers: { ...(this.cookie !== undefined && { cookie: this.cookie }), ...headers },
        },
        resolve,
      );
      sent.on('error', reject);
      sent.end(body);
    });
  }
}

export interface GatewayStandOptions extends Partial<GatewayOptions> {
  /** [server] of the settings. */
  readonly server?: Readonly<Record<string, string>>;
}

/** A gateway in this process, before a real server on a ledger of its own, and an administrator of it. */
export class GatewayStand {
  readonly ledger: TestLedger;
  readonly server: TestServer;
  readonly folder: string;
  readonly admin: Ledger;
  /** What went wrong in the gateway. */
  readonly troubles: unknown[] = [];
  /** One-time addresses, in order. */
  readonly addresses: string[] = [];
  gateway: Gateway;
  readonly #options: GatewayOptions;

  private constructor(parts: Pick<GatewayStand, 'ledger' | 'server' | 'folder' | 'admin'>, options: GatewayOptions) {
    this.ledger = parts.ledger;
    this.server = parts.server;
    this.folder = parts.folder;
    this.admin = parts.admin;
    this.#options = {
      ...options,
      onTrouble: (error) => this.troubles.push(error),
      onAddress: (address) => this.addresses.push(address),
    };
    // Begun by `start`.
    this.gateway = undefined as never;
  }

  static async start({ server: serverSettings, ...options }: GatewayStandOptions = {}): Promise<GatewayStand> {
    const ledger = await createLedger();
    const server = await startTestServer(ledger, serverSettings);
    const folder = await mkdtemp(join(tmpdir(), 'rowcast-web-'));
    await writeFile(join(folder, 'index.html'), '<!doctype html><title>Rowcast</title><meta nonce="ROWCAST-NONCE">');
    const admin = connect(server.address);
    await admin.login(administrator.name, administrator.password);
    const [port = 0] = await freePorts(1);
    const stand = new GatewayStand(
      { ledger, server, folder, admin },
      {
        servers: [server.address],
        checkpoints: join(folder, 'checkpoints'),
        visitors: join(folder, 'visitors'),
        door: 'private',
        host: '127.0.0.1',
        port,
        names: [],
        viewersMax: 1_000,
        idleMinutes: 30,
        page: folder,
        ...options,
      },
    );
    stand.gateway = await startGateway(stand.#options);
    return stand;
  }

  /** Stops the gateway and starts it again at the same port. */
  async restartGateway(options: Pick<Partial<GatewayOptions>, 'page'> = {}): Promise<void> {
    const { port } = this.gateway;
    await this.gateway.close();
    this.gateway = await startGateway({ ...this.#options, ...options, port });
  }

  /** A browser that was not let in. */
  stranger(): GatewayReader {
    return new GatewayReader(this.gateway.port);
  }

  /** A browser that has opened the one-time address; at a public door anyone. */
  async visitor(): Promise<GatewayReader> {
    const reader = this.stranger();
    await reader.open(this.gateway.address);
    return reader;
  }

  async stop(): Promise<void> {
    await this.gateway.close();
    await this.admin.close();
    await this.server.stop();
    await this.ledger.drop();
    await rm(this.folder, { recursive: true, force: true });
  }
}

export function linesOf(text: string): Line[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);
}
