import { expect, test } from 'vitest';
import { openDatabase } from '../../../server/database/database.ts';
import { checkSafety } from '../../../server/database/safety.ts';
import { applySchema } from '../../../server/database/schema.ts';
import { silentLog } from '../../support/ledger.ts';
import { administer, ask, asOwner, uniqueName } from './empty-database.ts';

/** Everything that schema.sql makes, as the catalogues tell it. */
async function catalogue(database: string): Promise<unknown[]> {
  return await ask(
    asOwner(database),
    `SELECT 'column' AS kind, table_name || '.' || column_name AS name, data_type AS detail
       FROM information_schema.columns WHERE table_schema LIKE 'rowcast%'
     UNION ALL SELECT 'right', grantee || ' ' || table_name, privilege_type
       FROM information_schema.role_table_grants WHERE table_schema LIKE 'rowcast%'
     UNION ALL SELECT 'trigger', event_object_table || '.' || trigger_name, event_manipulation
       FROM information_schema.triggers WHERE trigger_schema LIKE 'rowcast%'
     UNION ALL SELECT 'index', indexname, indexdef FROM pg_indexes WHERE schemaname LIKE 'rowcast%'
     UNION ALL SELECT 'constraint', conrelid::regclass || '.' || conname, pg_get_constraintdef(oid)
       FROM pg_constraint WHERE connamespace = 'rowcast'::regnamespace
     UNION ALL SELECT 'function', proname, coalesce(proacl::text, '') || prosecdef || coalesce(proconfig::text, '')
       FROM pg_proc WHERE pronamespace = 'rowcast'::regnamespace
     UNION ALL SELECT 'head', epoch, seq::text FROM head
     ORDER BY 1, 2, 3`,
  );
}

test('applied twice, and ten times at once by servers that start together, it is the same and keeps its epoch', async () => {
  const database = uniqueName('schema');
  await administer(`CREATE DATABASE ${database}`);
  const apply = (): Promise<void> => applySchema(asOwner(database), { schema: 'rowcast', serverRole: 'rowcast' });
  try {
    await Promise.all(Array.from({ length: 10 }, apply));
    const first = await catalogue(database);
    expect(first.length).toBeGreaterThan(50);
    await apply();
    await Promise.all(Array.from({ length: 10 }, apply));
    expect(await catalogue(database)).toEqual(first);
    expect(await ask(asOwner(database), 'SELECT 1 FROM head')).toHaveLength(1);
  } finally {
    await administer(`DROP DATABASE ${database} WITH (FORCE)`);
  }
});

test('a ledger of 0.3.0 gets what tiles have kept since, keeps its own, and loses the foreign keys of its rows', async () => {
  const database = uniqueName('older');
  await administer(`CREATE DATABASE ${database}`);
  const apply = (): Promise<void> => applySchema(asOwner(database), { schema: 'rowcast', serverRole: 'rowcast' });
  try {
    await apply();
    const now = await catalogue(database);
    await ask(asOwner(database), 'ALTER TABLE tile DROP COLUMN nodes');
    await ask(
      asOwner(database),
      `INSERT INTO tile VALUES (0, 0, sha256('tile'), convert_to(repeat('x', 8192), 'UTF8'))`,
    );
    for (const projection of ['row_projection', 'unique_projection']) {
      await ask(asOwner(database), `ALTER TABLE ${projection} ADD FOREIGN KEY (table_id) REFERENCES table_projection`);
    }
    await ask(asOwner(database), 'DROP TRIGGER append_only ON table_projection');
    expect(await catalogue(database)).not.toEqual(now);
    await apply();
    expect(await catalogue(database)).toEqual(now);
    expect(await ask(asOwner(database), 'SELECT nodes FROM tile')).toEqual([{ nodes: null }]);
  } finally {
    await administer(`DROP DATABASE ${database} WITH (FORCE)`);
  }
});

test('P10 nobody takes a life of a table away by mistake, or gives it another id, though no foreign key holds its rows to it', async () => {
  const database = uniqueName('lives');
  await administer(`CREATE DATABASE ${database}`);
  const owner = asOwner(database);
  try {
    await applySchema(owner, { schema: 'rowcast', serverRole: 'rowcast' });
    await ask(owner, `INSERT INTO table_projection VALUES (1, 't', '{"columns":[]}', 1, NULL)`);
    await ask(owner, 'UPDATE table_projection SET changed = 2');
    for (const statement of [
      'DELETE FROM table_projection',
      'TRUNCATE table_projection',
      'UPDATE table_projection SET id = 2',
    ]) {
      await expect(ask(owner, statement), statement).rejects.toMatchObject({ code: '42501' });
    }
    expect(await ask(owner, 'SELECT id::int, changed::int FROM table_projection')).toEqual([{ id: 1, changed: 2 }]);
  } finally {
    await administer(`DROP DATABASE ${database} WITH (FORCE)`);
  }
});

test('two ledgers live in one database, each with an epoch of its own', async () => {
  const database = uniqueName('two');
  await administer(`CREATE DATABASE ${database}`);
  try {
    for (const schema of ['rowcast', 'Other "ledger"']) {
      await applySchema(asOwner(database), { schema, serverRole: 'rowcast' });
    }
    const heads = await ask<{ epoch: string }>(
      asOwner(database),
      'SELECT epoch FROM rowcast.head UNION ALL SELECT epoch FROM "Other ""ledger""".head',
    );
    expect(new Set(heads.map(({ epoch }) => epoch)).size).toBe(2);
  } finally {
    await administer(`DROP DATABASE ${database} WITH (FORCE)`);
  }
});

test('an owner that is no superuser, and another role as user: what an operator makes on a PostgreSQL of his own', async () => {
  const role = uniqueName('owner');
  const database = uniqueName('ordinary');
  await administer(`CREATE ROLE ${role} LOGIN`, `CREATE DATABASE ${database} OWNER ${role}`);
  const owner = { ...asOwner(database), user: role };
  try {
    await applySchema(owner, { schema: 'rowcast', serverRole: 'rowcast' });
    await applySchema(owner, { schema: 'rowcast', serverRole: 'rowcast' });
    const server = { ...asOwner(database), user: 'rowcast' };
    await ask(server, `INSERT INTO table_projection VALUES (1, 't', '{"columns":[]}', 1, NULL)`);
    await ask(server, 'SELECT refresh_view(1)');
    expect(await ask(server, 'SELECT * FROM rowcast_tables.t')).toEqual([]);
    await expect(ask(server, 'DELETE FROM change')).rejects.toMatchObject({ code: '42501' });
  } finally {
    await administer(`DROP DATABASE ${database} WITH (FORCE)`, `DROP ROLE ${role}`);
  }
});

test('P10 P11 an ordinary role that owns its database may be owner and user in one: it works, and the log stays append-only', async () => {
  const role = uniqueName('both');
  const database = uniqueName('owned');
  await administer(`CREATE ROLE ${role} LOGIN`, `CREATE DATABASE ${database} OWNER ${role}`);
  const settings = { ...asOwner(database), user: role };
  const apply = (): Promise<void> => applySchema(settings, { schema: 'rowcast', serverRole: role });
  try {
    await apply();
    await apply();
    await ask(settings, `INSERT INTO change (seq, table_id, group_last, entry) VALUES (1, 1, 1, '{}')`);
    for (const statement of [
      `UPDATE change SET entry = ''`,
      'DELETE FROM change',
      'TRUNCATE change',
      'DELETE FROM command',
    ]) {
      await expect(ask(settings, statement)).rejects.toMatchObject({ code: '42501' });
    }
    expect(await ask(settings, 'SELECT 1 FROM change')).toHaveLength(1);
    const pool = openDatabase({
      connection: settings,
      schema: 'rowcast',
      poolConnections: 1,
      statementTimeoutMs: 5_000,
      namedStatements: true,
      log: silentLog,
    });
    await checkSafety(pool).finally(() => pool.destroy());
  } finally {
    await administer(`DROP DATABASE ${database} WITH (FORCE)`, `DROP ROLE ${role}`);
  }
});

test('P9 the server’s role may make nothing and see nothing beyond its ledger', async () => {
  const database = uniqueName('rights');
  await administer(`CREATE DATABASE ${database}`);
  try {
    await applySchema(asOwner(database), { schema: 'rowcast', serverRole: 'rowcast' });
    const server = { ...asOwner(database), user: 'rowcast' };
    for (const statement of [
      'CREATE TABLE rowcast.mine (x int)',
      'CREATE VIEW rowcast_tables.mine AS SELECT 1',
      'DROP TABLE change',
      'ALTER TABLE change DISABLE TRIGGER append_only',
      'DROP TRIGGER append_only ON change',
      `INSERT INTO head VALUES (false, 'x', 0, now(), 0)`,
      'DELETE FROM head',
      'DELETE FROM table_projection',
    ]) {
      await expect(ask(server, statement), statement).rejects.toMatchObject({ code: '42501' });
    }
  } finally {
    await administer(`DROP DATABASE ${database} WITH (FORCE)`);
  }
});
