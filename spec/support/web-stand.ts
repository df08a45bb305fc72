import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { vi } from 'vitest';
import { connect, type Ledger, loadSample, type SampleName } from '../../client/index.ts';
import { startGateway } from '../../client/web/gateway/gateway.ts';
import type { GatewayOptions } from '../../client/web/gateway/options.ts';
import { GatewayProcess, type GatewayProcessOptions } from './gateway-process.ts';
import { createLedger, type TestLedger } from './ledger.ts';
import { administrator, type ServerProcess, spawnServer, startTestServer, type TestSettings } from './server.ts';
import { spawnOn } from './spawned.ts';

export interface ApartOptions extends Pick<GatewayProcessOptions, 'port' | 'words'> {
  /** Settings of the server. */
  readonly server?: Readonly<Record<string, string>>;
  /** Answers the address at which the gateway finds the server, where that is another than its own. */
  readonly reach?: (settings: TestSettings) => Promise<string>;
}

interface Served {
  readonly address: string;
  stop(): Promise<unknown>;
}

interface Door {
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
  #given = '';

  private constructor(parts: Parts) {
    this.ledger = parts.ledger;
    this.admin = parts.admin;
    this.#folder = parts.folder;
    this.#server = parts.server;
    this.#door = parts.door;
    this.#process = parts.process;
  }

  /** In this process, as it starts in no time. */
  static async start(
    server: Readonly<Record<string, string>> = {},
    gateway: Pick<Partial<GatewayOptions>, 'idleMinutes' | 'viewersMax'> = {},
  ): Promise<WebStand> {
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
      ...gateway,
    });
    return new WebStand({ ledger, server: running, folder, door, admin: await loggedIn(running.address) });
  }

  /** In processes of their own, which can be killed, and whose work does not delay the test's. */
  static async startApart({ server = {}, reach, ...gateway }: ApartOptions = {}): Promise<WebStand> {
    const ledger = await createLedger();
    const process = await spawnOn(ledger, server);
    const { address } = process.settings;
    const folder = await mkdtemp(join(tmpdir(), 'rowcast-web-'));
    const reached = (await reach?.(process.settings)) ?? address;
    const door = await GatewayProcess.start({ ...gateway, server: reached, folder });
    const parts = { ledger, process, folder, door, admin: await loggedIn(address) };
    return new WebStand({ ...parts, server: { address, stop: () => process.stop() } });
  }

  /** Of the server, for other clients. */
  get address(): string {
    return this.#server.address;
  }

  get origin(): string {
    return new URL(this.#door.address).origin;
  }

  /** An address that nobody else was given: it lets one browser in, and only then there is another. */
  async pass(): Promise<string> {
    await vi.waitUntil(() => this.#door.address !== this.#given, { interval: 10, timeout: 30_000 });
    this.#given = this.#door.address;
    return this.#given;
  }

  /** The process of the gateway, of a stand that has one. */
  get gateway(): GatewayProcess {
    if (this.#door instanceof GatewayProcess) return this.#door;
    throw new Error('the gateway runs in this process');
  }

  /** Makes the table of a sample. */
  async loadSample(name: SampleName): Promise<void> {
    for await (const _ of loadSample(this.admin, name));
  }

  /** kill -9 of the server; what it returns starts it again, with more words of the command line. */
  async killServer(): Promise<(...words: string[]) => Promise<void>> {
    const killed = this.#process;
    if (killed === undefined) throw new Error('the server runs in this process');
    await killed.kill();
    return async (...words) => {
      const next = await spawnServer(killed.settings, words);
      this.#process = next;
      this.#server = { address: this.address, stop: () => next.stop() };
    };
  }

  /** kill -9 of the gateway; what it returns starts it again, at the same port. */
  async killGateway(): Promise<() => Promise<void>> {
    const { gateway } = this;
    await gateway.kill();
    return async () => {
      this.#door = await gateway.startAgain();
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
