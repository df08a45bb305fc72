import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestLedger } from './ledger.ts';

/** The answer to COMMIT as it stands in PostgreSQL's protocol: CommandComplete, its length, its tag. */
const committed = Buffer.from('C\0\0\0\u000bCOMMIT\0', 'latin1');

/**
 * Stands between a server and PostgreSQL, on a unix socket of its own, and can cut the answer to COMMIT: the worst
 * moment, as the transaction is durable and the server is not told (RELIABILITY §0.1, B11).
 */
export class PostgresProxy {
  /** The same ledger, through the proxy for servers. */
  readonly ledger: TestLedger;
  readonly #folder: string;
  readonly #server: Server;
  readonly #open = new Set<Socket>();
  #cutNext: (() => void) | undefined;
  #refusing = false;

  private constructor(ledger: TestLedger, folder: string) {
    this.#folder = folder;
    const through = { host: folder, port: ledger.server.port };
    this.ledger = { ...ledger, server: { ...ledger.server, ...through } };
    const path = join(ledger.server.host, `.s.PGSQL.${ledger.server.port}`);
    this.#server = createServer((client) => this.#accept(client, path));
  }

  static async start(ledger: TestLedger): Promise<PostgresProxy> {
    const folder = await mkdtemp(join(tmpdir(), 'rc-proxy-'));
    await mkdir(folder, { recursive: true });
    const proxy = new PostgresProxy(ledger, folder);
    await new Promise<void>((resolve) => {
      proxy.#server.listen(join(folder, `.s.PGSQL.${ledger.server.port}`), resolve);
    });
    return proxy;
  }

  /** Lets the next COMMIT through and cuts the connection instead of its answer; resolves when that was done. */
  cutNextCommit({ thenRefuse = false }: { readonly thenRefuse?: boolean } = {}): Promise<void> {
    return new Promise((resolve) => {
      this.#cutNext = () => {
        this.#refusing = thenRefuse;
        if (thenRefuse) for (const socket of this.#open) socket.destroy();
        resolve();
      };
    });
  }

  /** Lets connections through again. */
  allow(): void {
    this.#refusing = false;
  }

  async close(): Promise<void> {
    for (const socket of this.#open) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
    await rm(this.#folder, { recursive: true, force: true });
  }

  #accept(client: Socket, path: string): void {
    if (this.#refusing) {
      client.destroy();
      return;
    }
    const upstream = connect(path);
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      this.#open.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        this.#open.delete(socket);
        other.destroy();
      });
    }
    client.on('data', (data) => upstream.write(data));
    let tail = Buffer.alloc(0);
    upstream.on('data', (data) => {
      const seen = Buffer.concat([tail, data]);
      tail = Buffer.from(seen.subarray(-committed.length));
      const cut = this.#cutNext;
      if (cut === undefined || !seen.includes(committed)) {
        client.write(data);
        return;
      }
      // PostgreSQL has answered, so the transaction is durable; nobody is told.
      this.#cutNext = undefined;
      client.destroy();
      upstream.destroy();
      cut();
    });
  }
}
