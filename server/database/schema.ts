import { readFile } from 'node:fs/promises';
import { nanoid } from 'nanoid';
import pg from 'pg';
import { packageRoot } from '../../settings/package-root.ts';
import type { ConnectionSettings } from './connection-settings.ts';

const ddlFile = new URL('schema.sql', packageRoot);
/** Any number, the same for every Rowcast: servers that start together apply the DDL one after another. */
const advisoryLock = 0x726f7763;

export interface Ledger {
  /** PostgreSQL schema of the log and its projections. */
  readonly schema: string;
  /** The role that the server works as. */
  readonly serverRole: string;
}

/** The schema that holds a ledger's typed views. */
function viewsSchema(schema: string): string {
  return `${schema}_tables`;
}

/**
 * Applies schema.sql as the owner, in one transaction, and gives a new ledger its epoch. Idempotent.
 * @throws Error of pg when the owner may not create schemas, tables or functions.
 */
export async function applySchema(owner: ConnectionSettings, { schema, serverRole }: Ledger): Promise<void> {
  const client = new pg.Client({ ssl: false, ...owner, application_name: 'rowcast schema' });
  await client.connect();
  try {
    await client.query('BEGIN');
    await client.query('SELECT pg_advisory_xact_lock($1)', [advisoryLock]);
    await client.query(
      `SELECT set_config('rowcast.ledger', $1, true), set_config('rowcast.views', $2, true),
              set_config('rowcast.server', $3, true), set_config('client_min_messages', 'warning', true)`,
      [schema, viewsSchema(schema), serverRole],
    );
    await client.query(await readFile(ddlFile, 'utf8'));
    await client.query(
      `INSERT INTO head (epoch, seq, at, schema_seq, peaks) VALUES ($1, 0, clock_timestamp(), 0, '') ON CONFLICT DO NOTHING`,
      [nanoid()],
    );
    await client.query('COMMIT');
  } finally {
    await client.end();
  }
}
