import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import type { Logger } from 'pino';
import { clientClass, columnTypes } from './client.ts';
import type { ConnectionSettings } from './connection-settings.ts';
import type { LedgerTables } from './tables.ts';

export type Database = Kysely<LedgerTables>;

export interface DatabaseOptions {
  readonly connection: ConnectionSettings;
  /** The ledger: a PostgreSQL schema. */
  readonly schema: string;
  readonly poolConnections: number;
  readonly statementTimeoutMs: number;
  readonly namedStatements: boolean;
  readonly log: Logger;
}

/** How long a query may stay unanswered beyond its statement timeout before its connection is given up. */
const answerGraceMs = 2_000;
/** How long a write waits for a lock that a stranger holds before it is refused. */
const lockTimeoutMsMax = 5_000;

/** Well below the statement timeout, so that a stranger's lock is never taken for work that is too much. */
function lockTimeoutMs(statementTimeoutMs: number): number {
  return Math.min(lockTimeoutMsMax, Math.ceil(statementTimeoutMs / 2));
}

/** How every connection of a server is opened. */
export function clientConfig({ connection, schema, statementTimeoutMs }: DatabaseOptions): pg.ClientConfig {
  return {
    // Said outright: without it `pg` obeys PGSSLMODE of whoever started the server.
    ssl: false,
    ...connection,
    types: columnTypes,
    application_name: 'rowcast',
    options: `-c search_path=${schema} -c statement_timeout=${statementTimeoutMs} -c lock_timeout=${lockTimeoutMs(statementTimeoutMs)}`,
    query_timeout: statementTimeoutMs + answerGraceMs,
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
  };
}

/**
 * Pages are read along an index and stop at their limit. Without statistics, as in a ledger that is minutes old,
 * PostgreSQL would rather gather and sort the whole rest of the log for each: 69 ms instead of 11 for 10,000 entries.
 */
const planning = '-c enable_bitmapscan=off -c work_mem=16MB';

/** Opens a pool on a ledger. The two error handlers keep a killed backend from ending the process (D1, D2). */
export function openDatabase(options: DatabaseOptions): Database {
  const config = clientConfig(options);
  const pool = new pg.Pool({
    ...config,
    options: `${config.options} ${planning}`,
    max: options.poolConnections,
    Client: clientClass(options),
    idleTimeoutMillis: 60_000,
  });
  const warn = (error: Error): void => {
    // Without the error's own fields: `pg` hangs the whole client on it. At the end they are lost because we close them.
    if (!pool.ending) options.log.warn({ reason: error.message }, 'a database connection was lost');
  };
  pool.on('error', warn);
  pool.on('connect', (client) => client.on('error', warn));
  return new Kysely<LedgerTables>({ dialect: new PostgresDialect({ pool }) });
}
