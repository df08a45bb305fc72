import { nanoid } from 'nanoid';
import pg from 'pg';
import type { Logger } from 'pino';
import type { ConnectionSettings } from '../database/connection-settings.ts';

/** How long to wait before listening again after the connection was lost, in milliseconds. */
const listenAgainMs = 500;

/**
 * Tells the other servers on the same ledger that the log has grown. It is only a doorbell (D15): one NOTIFY a
 * transaction, without the change itself; who misses it finds the change at the next look. Commits with NOTIFY queue
 * up for one lock of PostgreSQL's, but ours stand in line for the head's lock already.
 */
export class Doorbell {
  readonly channel: string;
  readonly #server = nanoid(10);
  readonly #connection: ConnectionSettings;
  readonly #log: Logger;
  #client: pg.Client | undefined;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor({ schema, connection, log }: { schema: string; connection: ConnectionSettings; log: Logger }) {
    this.channel = `rowcast_${schema}`;
    this.#connection = connection;
    this.#log = log;
  }

  /** What its connection has said last as long as it listens: which ledger a server is on is seen by it from outside. */
  get listening(): string {
    return `LISTEN ${pg.escapeIdentifier(this.channel)}`;
  }

  /** What this server's own NOTIFY says, so that it need not wake itself. */
  message(seq: number): string {
    return `${this.#server} ${seq}`;
  }

  /** Calls `onRing` whenever another server has written, and after every reconnection. Returns when it listens. */
  async run(onRing: () => void): Promise<void> {
    try {
      await this.#listen(onRing);
    } catch (error) {
      this.#listenAgain(onRing, error);
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#client?.end();
  }

  async #listen(onRing: () => void): Promise<void> {
    const client = new pg.Client({
      ssl: false,
      ...this.#connection,
      application_name: 'rowcast doorbell',
      keepAlive: true,
    });
    this.#client = client;
    client.once('error', (error) => this.#listenAgain(onRing, error));
    client.on('notification', ({ payload }) => {
      if (payload?.startsWith(`${this.#server} `) !== true) onRing();
    });
    await client.connect();
    await client.query(this.listening);
    onRing();
  }

  #listenAgain(onRing: () => void, error: unknown): void {
    const lost = this.#client;
    this.#client = undefined;
    if (this.#stopped || this.#timer !== undefined) return;
    this.#log.warn({ err: error }, 'the doorbell connection was lost; changes of other servers are found by polling');
    lost
      ?.end()
      .catch((cause: unknown) => this.#log.debug({ err: cause }, 'the lost doorbell connection did not close'));
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.run(onRing);
    }, listenAgainMs);
  }
}
