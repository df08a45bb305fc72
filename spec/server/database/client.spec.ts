import { sql } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CommitRefusedError, clientClass } from '../../../server/database/client.ts';
import { createLedger, type TestLedger } from '../../support/ledger.ts';
import { openWriter } from '../stack.ts';

let ledger: TestLedger;
beforeAll(async () => {
  ledger = await createLedger();
});
afterAll(() => ledger.drop());

const kill = (pid: number | undefined): Promise<unknown> => ledger.query('SELECT pg_terminate_backend($1)', [pid]);
const pidSql = sql<{ pid: number }>`SELECT pg_backend_pid() AS pid`;

describe('a pool', () => {
  test('P1 a COMMIT that PostgreSQL answered with ROLLBACK is an error, and nothing was written', async () => {
    const pool = ledger.open(1);
    const committed = pool.transaction().execute(async (transaction) => {
      await sql`INSERT INTO command (id, body, answer) VALUES ('swallowed', '', '')`.execute(transaction);
      await sql`SELECT 1 / 0`.execute(transaction).catch(() => undefined);
      return 'done';
    });
    await expect(committed).rejects.toBeInstanceOf(CommitRefusedError);
    expect(await ledger.query(`SELECT 1 FROM command WHERE id = 'swallowed'`)).toEqual([]);
    expect((await pidSql.execute(pool)).rows).toHaveLength(1);
  });

  test('P8 a query that is not answered in time ends its connection, and the next gets another', async () => {
    const pool = new pg.Pool({
      ...ledger.server,
      max: 1,
      Client: clientClass({ namedStatements: true }),
      query_timeout: 300,
    });
    pool.on('error', () => undefined);
    pool.on('connect', (client) => client.on('error', () => undefined));
    const pids = async (): Promise<number> =>
      (await pool.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')).rows[0]?.pid ?? 0;
    const stuck = await pids();
    await expect(pool.query('SELECT pg_sleep(20)')).rejects.toThrow('Query read timeout');
    expect(await pids()).not.toBe(stuck);
    await pool.end();
  });

  test('P8 a backend that is killed at rest is replaced, and the process goes on (D1)', async () => {
    const pool = ledger.open(1);
    const { rows } = await pidSql.execute(pool);
    await kill(rows[0]?.pid);
    // The pool learns of it when the socket closes; until then a query or two meet the dead connection.
    let pid: number | undefined;
    for (let tries = 0; tries < 3 && pid === undefined; tries += 1) {
      pid = await pidSql.execute(pool).then(
        (result) => result.rows[0]?.pid,
        () => undefined,
      );
    }
    expect(pid).toBeGreaterThan(0);
    expect(pid).not.toBe(rows[0]?.pid);
  });

  test('P8 a backend that is killed within a transaction fails it, and the process goes on (D2)', async () => {
    const pool = ledger.open(1);
    const failed = pool.transaction().execute(async (transaction) => {
      const { rows } = await pidSql.execute(transaction);
      await sql`INSERT INTO command (id, body, answer) VALUES ('half', '', '')`.execute(transaction);
      await kill(rows[0]?.pid);
      await pidSql.execute(transaction);
    });
    await expect(failed).rejects.toThrow();
    expect(await ledger.query(`SELECT 1 FROM command WHERE id = 'half'`)).toEqual([]);
    expect((await pidSql.execute(pool)).rows).toHaveLength(1);
  });

  test('D10 a bigint is a number, and one that a number cannot hold is an error and never a rounded one', async () => {
    const pool = ledger.open(1);
    expect((await sql`SELECT 9007199254740991::bigint AS n`.execute(pool)).rows).toEqual([
      { n: Number.MAX_SAFE_INTEGER },
    ]);
    await expect(sql`SELECT 9007199254740993::bigint AS n`.execute(pool)).rejects.toThrow(RangeError);
    expect((await sql`SELECT 1::bigint AS n`.execute(pool)).rows).toEqual([{ n: 1 }]);
  });

  test('P8 statements that are prepared by name are bounded in number', async () => {
    const pool = ledger.open(1);
    for (let n = 0; n < 700; n += 1) await sql`SELECT ${sql.lit(n)}::int AS n`.execute(pool);
    const { rows } = await sql<{ count: number }>`SELECT count(*) AS count FROM pg_prepared_statements`.execute(pool);
    expect(rows[0]?.count).toBeLessThanOrEqual(500);
  }, 30_000);
});

describe('the writing connection', () => {
  const writeCommand = (id: string) => sql`INSERT INTO command (id, body, answer) VALUES (${id}, '', '')`;

  test('P1 resolves only when COMMIT was answered, and what was written is there', async () => {
    const writer = openWriter(ledger);
    await writer.transaction(async (transaction) => {
      await Promise.all([writeCommand('written').execute(transaction), transaction.commit()]);
    });
    expect(await ledger.query(`SELECT 1 FROM command WHERE id = 'written'`)).toHaveLength(1);
    await writer.stop();
  });

  test('P1 a statement that fails undoes the whole, though COMMIT was sent with it, and the cause is told', async () => {
    const writer = openWriter(ledger);
    const failed = writer.transaction(async (transaction) => {
      await Promise.all([
        writeCommand('undone').execute(transaction),
        sql`SELECT 1 / 0`.execute(transaction),
        writeCommand('undone too').execute(transaction),
        transaction.commit(),
      ]);
    });
    await expect(failed).rejects.toMatchObject({ code: '22012' });
    expect(await ledger.query(`SELECT 1 FROM command WHERE id LIKE 'undone%'`)).toEqual([]);
    await writer.transaction(async (transaction) => {
      await Promise.all([writeCommand('after').execute(transaction), transaction.commit()]);
    });
    expect(await ledger.query(`SELECT 1 FROM command WHERE id = 'after'`)).toHaveLength(1);
    await writer.stop();
  });

  test('P1 work that throws leaves nothing, and no transaction open that holds a lock', async () => {
    const writer = openWriter(ledger);
    const failed = writer.transaction(async (transaction) => {
      await sql`SELECT 1 FROM head FOR UPDATE`.execute(transaction);
      await writeCommand('thrown').execute(transaction);
      throw new Error('ours');
    });
    await expect(failed).rejects.toThrow('ours');
    await ledger.query('SELECT 1 FROM head FOR UPDATE');
    expect(await ledger.query(`SELECT 1 FROM command WHERE id = 'thrown'`)).toEqual([]);
    await writer.stop();
  });

  test('P8 killed at rest, it connects anew', async () => {
    const writer = openWriter(ledger);
    const pidOf = async (): Promise<number | undefined> =>
      await writer.transaction(async (transaction) => {
        const [{ rows }] = await Promise.all([pidSql.execute(transaction), transaction.commit()]);
        return rows[0]?.pid;
      });
    const first = await pidOf();
    await kill(first);
    const second = await pidOf().catch(() => pidOf());
    expect(second).not.toBe(first);
    await writer.stop();
  });
});
