import type pg from 'pg';
import { withConnection } from './connect.ts';
import { asSuperuser, type Endpoint, SERVER_ROLE } from './endpoint.ts';

/**
 * Makes the role and the database of the Rowcast server where they are missing; returns the server's version. Runs
 * at every start, since the first one may have been killed halfway.
 */
export function makeRoleAndDatabase(endpoint: Endpoint): Promise<string> {
  return withConnection(asSuperuser(endpoint, 'postgres'), async (client) => {
    await makeRole(client, endpoint.passwords?.server);
    await makeDatabase(client);
    const { rows } = await client.query<{ version: string }>(`select current_setting('server_version') as version`);
    return rows[0]?.version ?? 'unknown';
  });
}

async function makeRole(client: pg.Client, password: string | undefined): Promise<void> {
  const name = client.escapeIdentifier(SERVER_ROLE);
  if (!(await exists(client, 'select 1 from pg_roles where rolname = $1'))) {
    await client.query(`create role ${name} login nosuperuser nocreatedb nocreaterole`);
  }
  if (password !== undefined) await client.query(`alter role ${name} password ${client.escapeLiteral(password)}`);
}

async function makeDatabase(client: pg.Client): Promise<void> {
  if (await exists(client, 'select 1 from pg_database where datname = $1')) return;
  await client.query(`create database ${client.escapeIdentifier(SERVER_ROLE)}`);
}

async function exists(client: pg.Client, sql: string): Promise<boolean> {
  const { rowCount } = await client.query(sql, [SERVER_ROLE]);
  return rowCount === 1;
}
