import {
  type ConnectionProvider,
  type DatabaseConnection,
  DefaultQueryExecutor,
  PostgresAdapter,
  PostgresQueryCompiler,
  type QueryExecutorProvider,
  sql,
} from 'kysely';
import type pg from 'pg';
import { clientClass } from './client.ts';
import { clientConfig, type DatabaseOptions } from './database.ts';
import { hadItsTime, StatementTimeoutError } from './statement-timeout.ts';

/** Runs statements: a pool, or a transaction that writes. */
export type Executor = QueryExecutorProvider;

/**
 * A transaction whose statements go out at once, each in the order in which it was executed, without waiting for the
 * one before: several statements cost one round trip. The first failure makes all later statements fail, COMMIT too.
 */
export interface WriteTransaction extends Executor {
  /**
   * Resolves when all that was executed has left this process, or the connection is lost. A large statement does not go
   * out in one piece, and none is begun before its end has come: who computes for long has PostgreSQL wait for the rest.
   */
  sent(): Promise<void>;
  /** Ends the transaction. Resolves only when PostgreSQL has answered COMMIT with COMMIT. */
  commit(): Promise<void>;
}

/**
 * Every statement of a write finds its rows by key. A plan that was kept while a table was small would read all of it
 * for ever after, so those plans are not offered, and planning is done once.
 */
const planning =
  '-c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off';

/**
 * The connection that writes: one, as the head's lock lets one transaction write at a time. A group of commands takes
 * two round trips, begin and read, write and commit, instead of one a statement (docs/ARCHITECTURE.md).
 *
 * kysely's own transactions wait for each statement. This hands kysely a connection that does not.
 */
export class Writer {
  readonly #options: DatabaseOptions;
  #client: pg.Client | undefined;

  constructor(options: DatabaseOptions) {
    this.#options = options;
  }

  /**
   * Begins a transaction. When the work throws, the connection is thrown away and with it whatever the transaction did,
   * unless COMMIT was under way: then nothing is known.
   *
   * @throws StatementTimeoutError when a statement ahead of COMMIT took longer than it may
   */
  async transaction<Result>(work: (transaction: WriteTransaction) => Promise<Result>): Promise<Result> {
    const client = this.#client ?? (await this.#connect());
    const failures: unknown[] = [];
    const { statementTimeoutMs } = this.#options;
    const executor = pipelined(client, (failed) => {
      const isSlow = hadItsTime(failed, statementTimeoutMs);
      failures.push(isSlow ? new StatementTimeoutError(statementTimeoutMs, failed.error) : failed.error);
    });
    const begun = sql`begin`.execute(executor);
    try {
      const [result] = await Promise.all([
        work({
          ...executor,
          sent: () => new Promise((resolve) => client.connection.stream.write('', () => resolve())),
          commit: async () => void (await sql`commit`.execute(executor)),
        }),
        begun,
      ]);
      return result;
    } catch (error) {
      this.#discard(client);
      // The first statement that failed is the cause; those behind it, COMMIT too, fail only because of it.
      throw failures[0] ?? error;
    }
  }

  async stop(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    await client?.end();
  }

  async #connect(): Promise<pg.Client> {
    const RowcastClient = clientClass(this.#options);
    const config = clientConfig(this.#options);
    const client = new RowcastClient({ ...config, options: `${config.options} ${planning}`, pipeline: true });
    client.on('error', (error) => {
      if (this.#client === client) this.#options.log.warn({ reason: error.message }, 'the writing connection was lost');
      this.#discard(client);
    });
    await client.connect();
    this.#client = client;
    return client;
  }

  #discard(client: pg.Client): void {
    if (this.#client === client) this.#client = undefined;
    client.end().catch((error: unknown) => this.#options.log.debug({ err: error }, 'a lost connection did not close'));
  }
}

/** kysely's way to a client, but without the line in which its transactions wait. */
function pipelined(client: pg.Client, onFailure: (failed: Parameters<typeof hadItsTime>[0]) => void): Executor {
  const connection: DatabaseConnection = {
    executeQuery: async ({ sql: text, parameters }) => {
      const startedMs = performance.now();
      try {
        const { rows } = await client.query(text, [...parameters]);
        return { rows };
      } catch (error) {
        onFailure({ text, tookMs: performance.now() - startedMs, error });
        throw error;
      }
    },
    streamQuery: () => {
      throw new Error('a pipelined connection has no cursors');
    },
  };
  const provider: ConnectionProvider = { provideConnection: (consumer) => consumer(connection) };
  const executor = new DefaultQueryExecutor(new PostgresQueryCompiler(), new PostgresAdapter(), provider);
  return { getExecutor: () => executor };
}
