import { execFileSync } from 'node:child_process';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLedger, type TestLedger } from '../../support/ledger.ts';
import { openWriter } from '../stack.ts';

let ledger: TestLedger;

beforeAll(async () => {
  ledger = await createLedger();
});
afterAll(async () => {
  await ledger.drop();
});

/** Looks, in a process of its own, until a query has a row. This process does nothing at all until then. */
function waitBlocked(query: string): void {
  const look = `
    import pg from 'pg';
    const [, owner, query] = process.argv;
    const client = new pg.Client(JSON.parse(owner));
    await client.connect();
    while ((await client.query(query)).rows.length === 0);
    await client.end();`;
  const options = ['--input-type=module', '--eval', look];
  execFileSync(process.execPath, [...options, JSON.stringify(ledger.owner), query], { timeout: 20_000 });
}

test('what is sent has left this process: PostgreSQL works on a large statement while this one computes', async () => {
  const writer = openWriter(ledger);
  const text = 'x'.repeat(8_000_000);
  await writer.transaction(async (transaction) => {
    const locking = sql`SELECT pg_advisory_xact_lock(length(${text}::text))`.execute(transaction);
    await transaction.sent();
    waitBlocked(`
      SELECT 1 FROM pg_locks l JOIN pg_database d ON d.oid = l.database
      WHERE l.locktype = 'advisory' AND l.objid = ${text.length} AND d.datname = current_database()`);
    await locking;
    await transaction.commit();
  });
  await writer.stop();
});

test('P1 nobody waits for a connection that is lost: what is not sent is told by its statement', async () => {
  const writer = openWriter(ledger);
  const lost = writer.transaction(async (transaction) => {
    const { rows } = await sql<{ pid: number }>`SELECT pg_backend_pid() AS pid`.execute(transaction);
    const statement = sql`SELECT pg_sleep(20), ${'x'.repeat(8_000_000)}::text`.execute(transaction);
    const failing = expect(statement).rejects.toThrow();
    await ledger.query('SELECT pg_terminate_backend($1)', [rows[0]?.pid]);
    await transaction.sent();
    await failing;
    await transaction.sent();
    await statement;
  });
  await expect(lost).rejects.toThrow();
  await writer.stop();
});
