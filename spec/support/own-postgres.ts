import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { openDatabase } from '../../server/database/database.ts';
import { backendsOf, isPostmasterOf } from '../../server/database/embedded/orphan.ts';
import { knownProcess, waitForEnd } from '../../server/database/embedded/process.ts';
import { type EmbeddedPostgres, startEmbedded } from '../../server/database/embedded/start.ts';
import { silentLog, type TestLedger } from './ledger.ts';

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** A PostgreSQL of a test's own, which it may kill: with a ledger on it that is reached at the same place every time. */
export class OwnPostgres {
  readonly ledger: TestLedger;
  readonly #parent: string;
  readonly #folder: string;
  readonly #truth: pg.Pool;
  #running: EmbeddedPostgres;

  private constructor(parent: string, folder: string, running: EmbeddedPostgres) {
    this.#parent = parent;
    this.#folder = folder;
    this.#running = running;
    const { owner, server } = running;
    this.#truth = new pg.Pool({ ...owner, max: 2, options: '-c search_path=rowcast' });
    this.#truth.on('error', () => undefined);
    this.ledger = {
      owner,
      server,
      query: async <Row>(text: string, values: readonly unknown[] = []): Promise<Row[]> =>
        (await this.#truth.query(text, [...values])).rows as Row[],
      open: (poolConnections = 4) =>
        openDatabase({
          connection: server,
          schema: 'rowcast',
          poolConnections,
          statementTimeoutMs: 30_000,
          namedStatements: true,
          log: silentLog,
        }),
      drop: () => this.remove(),
    };
  }

  static async start(): Promise<OwnPostgres> {
    const parent = await realpath(await mkdtemp(join(tmpdir(), 'rowcast-own-')));
    const folder = join(parent, 'data');
    return new OwnPostgres(parent, folder, await startEmbedded({ folder, log: silent }));
  }

  /** kill -9 of the postmaster and of every one of its processes; returns when none is left. */
  async kill(): Promise<void> {
    const cluster = join(this.#folder, 'postgres');
    const known = await Promise.all((await backendsOf(cluster)).map((pid) => knownProcess(pid)));
    for (const pid of [this.#running.pid, ...known.map((one) => one.pid)]) killHard(pid);
    const left = await Promise.all(known.map((one) => waitForEnd(one, 10_000)));
    if (left.includes(false)) throw new Error('a process of PostgreSQL outlived kill -9');
    // It is gone: this only gives the folder's lock back, as the end of a server would.
    await this.#running.stop();
  }

  /** Starts it again on the same folder. */
  async startAgain(): Promise<void> {
    this.#running = await startEmbedded({ folder: this.#folder, log: silent });
  }

  async remove(): Promise<void> {
    await this.#truth.end();
    await this.#running.stop();
    const cluster = join(this.#folder, 'postgres');
    for (const pid of await backendsOf(cluster)) if (await isPostmasterOf(pid, cluster)) killHard(pid);
    await rm(this.#parent, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  }
}

function killHard(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    // It has just ended by itself: its master is gone.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
