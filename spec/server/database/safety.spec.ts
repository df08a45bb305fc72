import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ConnectionSettings } from '../../../server/database/connection-settings.ts';
import { openDatabase } from '../../../server/database/database.ts';
import { checkSafety, UnsafeDatabaseError } from '../../../server/database/safety.ts';
import { applySchema } from '../../../server/database/schema.ts';
import { createLedger, silentLog, type TestLedger } from '../../support/ledger.ts';
import { ask as askOwn, dataFolder, start } from './embedded/support.ts';
import { administer, asOwner, uniqueName } from './empty-database.ts';

let ledger: TestLedger;
beforeAll(async () => {
  ledger = await createLedger();
});
afterAll(() => ledger.drop());

/** What checkSafety says of a role on a database; empty when it may be used. */
async function reasons(connection: ConnectionSettings): Promise<string> {
  const pool = openDatabase({
    connection,
    schema: 'rowcast',
    poolConnections: 1,
    statementTimeoutMs: 5_000,
    namedStatements: true,
    log: silentLog,
  });
  try {
    await checkSafety(pool);
    return '';
  } catch (error) {
    if (error instanceof UnsafeDatabaseError) return error.message;
    throw error;
  } finally {
    await pool.destroy();
  }
}

describe('P11 a database that would break a promise is refused, with what to do', () => {
  test('one that would not is taken', async () => {
    expect(await reasons(ledger.server)).toBe('');
  });

  test('a superuser', async () => {
    expect(await reasons(ledger.owner)).toContain('is a superuser');
  });

  test.each(['UPDATE', 'DELETE', 'TRUNCATE'])('a role that may %s the log (P10)', async (right) => {
    await ledger.query(`GRANT ${right} ON change TO rowcast`);
    try {
      expect(await reasons(ledger.server)).toMatch(new RegExp(`may ${right}\\b.*log`));
    } finally {
      await ledger.query(`REVOKE ${right} ON change FROM rowcast`);
    }
    expect(await reasons(ledger.server)).toBe('');
  });

  test('a role that may rewrite the answers that commands were given (P2)', async () => {
    await ledger.query('GRANT UPDATE, DELETE ON command TO rowcast');
    try {
      expect(await reasons(ledger.server)).toContain('command');
    } finally {
      await ledger.query('REVOKE UPDATE, DELETE ON command FROM rowcast');
    }
  });

  test('synchronous_commit off, wherever it was set (P1)', async () => {
    const setting = `ALTER ROLE rowcast IN DATABASE ${ledger.server.database}`;
    await administer(`${setting} SET synchronous_commit = off`);
    expect(await reasons(ledger.server)).toContain('synchronous_commit is off');
    await administer(`${setting} SET synchronous_commit = local`);
    expect(await reasons(ledger.server)).toBe('');
    await administer(`${setting} RESET ALL`);
  });

  test('another encoding than UTF-8: it would not keep text as it was sent', async () => {
    const database = uniqueName('ascii');
    await administer(
      `CREATE DATABASE ${database} TEMPLATE template0 ENCODING 'SQL_ASCII' LOCALE_PROVIDER libc LOCALE 'C'`,
    );
    try {
      await applySchema(asOwner(database), { schema: 'rowcast', serverRole: 'rowcast' });
      expect(await reasons({ ...asOwner(database), user: 'rowcast' })).toContain('server_encoding is SQL_ASCII');
    } finally {
      await administer(`DROP DATABASE ${database} WITH (FORCE)`);
    }
  });

  test('P1 fsync or full_page_writes off, and all reasons together', async () => {
    // These are the cluster's: one of its own, so that no other test runs on it.
    const postgres = await start({ folder: await dataFolder() });
    await applySchema(postgres.owner, { schema: 'rowcast', serverRole: postgres.server.user });
    const set = async (name: string, value: string): Promise<void> => {
      await askOwn(postgres.owner, `ALTER SYSTEM SET ${name} = ${value}`);
      await askOwn(postgres.owner, 'SELECT pg_reload_conf()');
      while ((await askOwn(postgres.owner, `SHOW ${name}`))[0] !== value);
    };
    expect(await reasons(postgres.server)).toBe('');
    await set('fsync', 'off');
    expect(await reasons(postgres.server)).toContain('fsync is off; set fsync = on');
    await set('full_page_writes', 'off');
    const both = await reasons(postgres.server);
    expect(both).toContain('fsync is off');
    expect(both).toContain('full_page_writes is off');
    await set('fsync', 'on');
    await set('full_page_writes', 'on');
    expect(await reasons(postgres.server)).toBe('');
  }, 60_000);
});
