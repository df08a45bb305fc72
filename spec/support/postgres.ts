import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import type { ConnectionSettings } from '../../server/database/connection-settings.ts';
import { startEmbedded } from '../../server/database/embedded/start.ts';
import { applySchema } from '../../server/database/schema.ts';

/** How tests reach the one PostgreSQL of a run. Each takes a database of its own, copied from the template. */
export interface TestPostgres {
  readonly owner: ConnectionSettings;
  readonly server: ConnectionSettings;
}

declare module 'vitest' {
  export interface ProvidedContext {
    postgres: TestPostgres;
  }
}

export const templateDatabase = 'rowcast_template';
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** Starts one real PostgreSQL for the whole run, and stops it at the end. */
export async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'rowcast-test-'));
  const postgres = await startEmbedded({ folder: join(folder, 'data'), log: silent });
  const { owner, server } = postgres;
  await makeTemplate(owner, server.user);
  provide('postgres', { owner, server });
  return async () => {
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  };
}

async function makeTemplate(owner: ConnectionSettings, serverRole: string): Promise<void> {
  const client = new pg.Client({ ...owner, database: 'postgres' });
  await client.connect();
  await client.query(`CREATE DATABASE ${templateDatabase}`);
  await client.end();
  await applySchema({ ...owner, database: templateDatabase }, { schema: 'rowcast', serverRole });
}
