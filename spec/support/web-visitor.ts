import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Gateway, startGateway } from '../../client/web/gateway/gateway.ts';
import { createLedger } from './ledger.ts';
import { administrator, startTestServer } from './server.ts';

/** A line of an answer of lines. */
export type Line = Readonly<Record<string, unknown>>;

/** A private gateway before a server of its own, and a browser that it has let in, without the browser. */
export class WebVisitor {
  readonly origin: string;
  readonly #cookie: string;
  readonly #stop: () => Promise<void>;

  private constructor(parts: { readonly origin: string; readonly cookie: string; readonly stop: () => Promise<void> }) {
    this.origin = parts.origin;
    this.#cookie = parts.cookie;
    this.#stop = parts.stop;
  }

  static async start(): Promise<WebVisitor> {
    const ledger = await createLedger();
    const server = await startTestServer(ledger);
    const folder = await mkdtemp(join(tmpdir(), 'rowcast-visitor-'));
    await writeFile(join(folder, 'index.html'), '<!doctype html>');
    const gateway = await startGateway({
      servers: [server.address],
      checkpoints: join(folder, 'checkpoints'),
      timeoutMs: undefined,
      door: 'private',
      host: '127.0.0.1',
      port: 0,
      names: [],
      viewersMax: 10,
      idleMinutes: 30,
      page: folder,
    });
    const stop = async (): Promise<void> => {
      await gateway.close();
      await server.stop();
      await ledger.drop();
      await rm(folder, { recursive: true, force: true });
    };
    return new WebVisitor({ origin: `http://127.0.0.1:${gateway.port}`, cookie: await cookieOf(gateway), stop });
  }

  async ask(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = { cookie: this.#cookie, 'x-rowcast': '1' };
    return await fetch(`${this.origin}${path}`, { ...init, headers });
  }

  async post(path: string, body: object = {}): Promise<Response> {
    return await this.ask(path, { method: 'POST', body: JSON.stringify(body) });
  }

  /** Sends a file, or a body of its own, and reads the lines of the answer. */
  async lines(path: string, body: string | object): Promise<Line[]> {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    return linesOf(await this.ask(path, { method: 'POST', body: text }));
  }

  async login({ name, password }: { readonly name: string; readonly password: string } = administrator): Promise<void> {
    const answer = await this.post('/api/session.login', { user: name, password });
    if (!answer.ok) throw new Error(await answer.text());
  }

  stop(): Promise<void> {
    return this.#stop();
  }
}

export async function linesOf(answer: Response): Promise<Line[]> {
  const text = await answer.text();
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);
}

async function cookieOf({ address }: Gateway): Promise<string> {
  const answer = await fetch(address, { redirect: 'manual' });
  return answer.headers.get('set-cookie')?.split(';')[0] ?? '';
}
