import { sql } from 'kysely';
import pino from 'pino';
import { loadSettings, type Settings } from '../../settings/load.ts';
import { joinConnections } from '../database/connections.ts';
import { type Database, openDatabase } from '../database/database.ts';
import { NoLedgerError } from './no-ledger.ts';

/** Statements of a program beside the server may take long: it reads whole tables. */
const statementTimeoutMs = 600_000;

/**
 * Works on the database of the settings, beside the server that may be running on it.
 * @throws SettingsError, EmbeddedPostgresError or pg's errors
 */
export async function besideServer<Result>(
  settingsPath: string | undefined,
  work: (parts: { readonly database: Database; readonly settings: Settings }) => Promise<Result>,
): Promise<Result> {
  const settings = await loadSettings(settingsPath === undefined ? {} : { path: settingsPath });
  const log = pino({ level: 'warn' }, pino.destination({ dest: 2, sync: true }));
  const connections = await joinConnections(settings, log);
  try {
    const database = openDatabase({
      ...connections,
      connection: connections.server,
      poolConnections: 1,
      statementTimeoutMs,
      log,
    });
    try {
      await demandLedger(database, connections.schema);
      return await work({ database, settings });
    } finally {
      await database.destroy();
    }
  } finally {
    await connections.stop();
  }
}

async function demandLedger(database: Database, schema: string): Promise<void> {
  const { rows } = await sql<{ head: string | null }>`SELECT to_regclass('head')::text AS head`.execute(database);
  if (rows[0]?.head != null) return;
  throw new NoLedgerError(`there is no ledger in the schema ${schema} of this database: see [database] in setting.ini`);
}
