import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import type { Logger } from 'pino';
import { clientClass } from './client.ts';
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
const lockTimeoutMs = 5_000;

/** Opens a pool on a ledger. The two error handlers keep a killed backend from ending the process (D1, D2). */
export function openDatabase(options: DatabaseOptions): Database {
  const { connection, schema, poolConnections, statementTimeoutMs, namedStatements, log } = options;
  const pool = new pg.Pool({
    ...connection,
    max: poolConnections,
    Client: clientClass({ namedStatements }),
    application_name: 'rowcast',
    options: `-c search_path=${schema} -c statement_timeout=${statementTimeoutMs} -c lock_timeout=${lockTimeoutMs}`,
    query_timeout: statementTimeoutMs + answerGraceMs,
    connectionTimeoutMillis: 5_000,
    idleTimeoutMillis: 60_000,
    keepAlive: true,
  });
  const warn = (error: Error): void => log.warn({ err: error }, 'a database connection was lost');
  pool.on('error', warn);
  pool.on('connect', (client) => client.on('error', warn));
  return new Kysely<LedgerTables>({ dialect: new PostgresDialect({ pool }) });
}
