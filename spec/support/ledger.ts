import { randomBytes } from 'node:crypto';
import { nanoid } from 'nanoid';
import pg from 'pg';
import pino from 'pino';
import { inject } from 'vitest';
import type { ConnectionSettings } from '../../server/database/connection-settings.ts';
import { type Database, openDatabase } from '../../server/database/database.ts';
import { templateDatabase } from './postgres.ts';

export const silentLog = pino({ level: 'silent' });

/** A ledger of a test's own: an empty database with the schema applied. */
export interface TestLedger {
  /** May do anything: what a test looks at the truth with. */
  readonly owner: ConnectionSettings;
  /** What servers work as. */
  readonly server: ConnectionSettings;
  /** Rows of one statement, as the owner. */
  query<Row>(text: string, values?: readonly unknown[]): Promise<Row[]>;
  /** A pool as a server has one. */
  open(connections?: number): Database;
  /** Closes all pools and drops the database. */
  drop(): Promise<void>;
}

export async function createLedger(): Promise<TestLedger> {
  const postgres = inject('postgres');
  const database = `test_${randomBytes(6).toString('hex')}`;
  await administer(`CREATE DATABASE ${database} TEMPLATE ${templateDatabase}`);
  const owner = { ...postgres.owner, database };
  const server = { ...postgres.server, database };
  const truth = new pg.Pool({ ...owner, max: 4, options: '-c search_path=rowcast' });
  truth.on('error', () => undefined);
  // A life of its own, and not that of the template: clients who meet two logs under one name call it a fork.
  await truth.query('UPDATE head SET epoch = $1', [nanoid()]);
  const pools: Database[] = [];
  return {
    owner,
    server,
    async query<Row>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
      return (await truth.query(text, [...values])).rows as Row[];
    },
    open(poolConnections = 4): Database {
      const pool = openDatabase({
        connection: server,
        schema: 'rowcast',
        poolConnections,
        statementTimeoutMs: 30_000,
        namedStatements: true,
        log: silentLog,
      });
      pools.push(pool);
      return pool;
    },
    async drop(): Promise<void> {
      await Promise.all(pools.map((pool) => pool.destroy()));
      await truth.end();
      await administer(`DROP DATABASE ${database} WITH (FORCE)`);
    },
  };
}

async function administer(statement: string): Promise<void> {
  const client = new pg.Client({ ...inject('postgres').owner, database: 'postgres' });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
