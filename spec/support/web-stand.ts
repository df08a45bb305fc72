import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { connect, type Ledger } from '../../client/index.ts';
import { startGateway } from '../../client/web/gateway/gateway.ts';
import { GatewayProcess } from './gateway-process.ts';
import { createLedger, type TestLedger } from './ledger.ts';
import { administrator, type ServerProcess, spawnServer, startTestServer } from './server.ts';
import { spawnOn } from './spawned.ts';

interface Served {
  readonly address: string;
  stop(): Promise<unknown>;
}

interface Door {
  readonly port: number;
  /** Lets one browser in. */
  readonly address: string;
  close(): Promise<void>;
}

/** A server, a gateway before it, and an administrator beside it. */
export class WebStand {
  readonly ledger: TestLedger;
  readonly admin: Ledger;
  readonly #folder: string;
  #server: Served;
  #door: Door;
  #process: ServerProcess | undefined;

  private constructor(parts: Parts) {
    this.ledger = parts.ledger;
    this.admin = parts.admin;
    this.#folder = parts.folder;
    this.#server = parts.server;
    this.#door = parts.door;
    this.#process = parts.process;
  }

  /** In this process, as it starts in no time. */
  static async start(server: Readonly<Record<string, string>> = {}): Promise<WebStand> {
    const ledger = await createLedger();
    const running = await startTestServer(ledger, server);
    const folder = await mkdtemp(join(tmpdir(), 'rowcast-web-'));
    const door = await startGateway({
      servers: [running.address],
      checkpoints: join(folder, 'checkpoints'),
      timeoutMs: undefined,
      door: 'private',
      host: '127.0.0.1',
      port: 0,
      names: [],
      viewersMax: 1_000,
      idleMinutes: 30,
      page: fileURLToPath(new URL('../../client/web/page/dist', import.meta.url)),
    });
    return new WebStand({ ledger, server: running, folder, door, admin: await loggedIn(running.address) });
  }

  /** In processes of their own, which can be killed, and whose work does not delay the test's. */
  static async startApart(server: Readonly<Record<string, string>> = {}): Promise<WebStand> {
    const ledger = await createLedger();
    const process = await spawnOn(ledger, server);
    const { address } = process.settings;
    const folder = await mkdtemp(join(tmpdir(), 'rowcast-web-'));
    const door = await GatewayProcess.start({ server: address, folder });
    const parts = { ledger, process, folder, door, admin: await loggedIn(address) };
    return new WebStand({ ...parts, server: { address, stop: () => process.stop() } });
  }

  /** Of the server, for other clients. */
  get address(): string {
    return this.#server.address;
  }

  get port(): number {
    return this.#door.port;
  }

  get origin(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** What lets the next browser in, once. */
  get pass(): string {
    return this.#door.address;
  }

  /** The process of the gateway, of a stand that has one. */
  get gateway(): GatewayProcess {
    if (this.#door instanceof GatewayProcess) return this.#door;
    throw new Error('the gateway runs in this process');
  }

  /** kill -9 of the server; what it returns starts it again. */
  async killServer(): Promise<() => Promise<void>> {
    const killed = this.#process;
    if (killed === undefined) throw new Error('the server runs in this process');
    await killed.kill();
    return async () => {
      const next = await spawnServer(killed.settings);
      this.#process = next;
      this.#server = { address: this.address, stop: () => next.stop() };
    };
  }

  /** kill -9 of the gateway; what it returns starts it again, at the same port. */
  async killGateway(): Promise<() => Promise<void>> {
    const { gateway, port } = this;
    await gateway.kill();
    return async () => {
      this.#door = await GatewayProcess.start({ server: this.address, folder: this.#folder, port });
    };
  }

  async stop(): Promise<void> {
    await this.admin.close();
    await this.#door.close();
    await this.#server.stop();
    await this.#process?.settings.remove();
    await this.ledger.drop();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

interface Parts {
  readonly ledger: TestLedger;
  readonly admin: Ledger;
  readonly folder: string;
  readonly server: Served;
  readonly door: Door;
  readonly process?: ServerProcess;
}

async function loggedIn(address: string): Promise<Ledger> {
  const admin = connect(address);
  await admin.login(administrator.name, administrator.password);
  return admin;
}
