import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDatabase } from '../../../server/database/database.ts';
import { type EmbeddedPostgres, startEmbedded } from '../../../server/database/embedded/start.ts';
import { applySchema } from '../../../server/database/schema.ts';
import { Writer } from '../../../server/database/writer.ts';
import { silentLog } from '../../support/ledger.ts';

let folder: string;
let postgres: EmbeddedPostgres;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rowcast-password-'));
  postgres = await startEmbedded({ folder: join(folder, 'data'), log: silentLog, transport: 'tcp' });
  await applySchema(postgres.owner, { schema: 'rowcast', serverRole: postgres.server.user });
});
afterAll(async () => {
  await postgres.stop();
  await rm(folder, { recursive: true, force: true });
});

test('P11 a PostgreSQL that demands passwords is given them, by the pool and by the writing connection', async () => {
  const { server } = postgres;
  expect(server.password).toBeDefined();
  const options = {
    connection: server,
    schema: 'rowcast',
    poolConnections: 2,
    statementTimeoutMs: 10_000,
    namedStatements: true,
    log: silentLog,
  };
  const pool = openDatabase(options);
  const writer = new Writer(options);
  const whoami = sql<{ user: string }>`SELECT current_user AS user`;
  expect((await whoami.execute(pool)).rows).toEqual([{ user: server.user }]);
  const written = await writer.transaction(async (transaction) => {
    const { rows } = await whoami.execute(transaction);
    await transaction.commit();
    return rows;
  });
  expect(written).toEqual([{ user: server.user }]);
  const wrong = openDatabase({ ...options, connection: { ...server, password: 'another' } });
  await expect(whoami.execute(wrong)).rejects.toMatchObject({ code: '28P01' });
  await writer.stop();
  await pool.destroy();
  await wrong.destroy();
});
