import { nanoid } from 'nanoid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connect, RowcastError } from '../../client/index.ts';
import { Dice } from '../client/random.ts';
import { createLedger, type TestLedger } from '../support/ledger.ts';
import { OwnPostgres } from '../support/own-postgres.ts';
import { PostgresProxy } from '../support/postgres-proxy.ts';
import { figure, quantile, scale, scaledTimeout } from '../support/scale.ts';
import { Scene } from '../support/scene.ts';
import { administrator, type ServerProcess } from '../support/server.ts';
import { spawnOn } from '../support/spawned.ts';

const seed = 20_260_202;
const writers = 12;
const lanes = 4;

describe('PostgreSQL is killed', () => {
  let postgres: OwnPostgres;
  let server: ServerProcess;
  beforeAll(async () => {
    postgres = await OwnPostgres.start();
    server = await spawnOn(postgres.ledger);
  });
  afterAll(async () => {
    await server?.kill();
    await server?.settings.remove();
    await postgres.remove();
  });

  const kills = scale(2, 10);

  test(`P1 P2 P5 ${kills} times kill -9 of the whole of PostgreSQL under load: 0/0/0, without a restart of the server`, {
    timeout: scaledTimeout(60_000, 600_000),
  }, async ({ onTestFinished }) => {
    const dice = new Dice(seed);
    const { ledger } = postgres;
    const scene = await Scene.start({
      ledger,
      addresses: [server.settings.address],
      writers,
      lanes,
      watchers: 10,
      seed,
    });
    onTestFinished(() => scene.close());
    const backMs: number[] = [];
    for (let kill = 0; kill < kills; kill += 1) {
      await scene.writers.progress(1 + dice.below(300));
      await postgres.kill();
      await postgres.startAgain();
      const start = performance.now();
      await scene.writers.progress(1);
      backMs.push(performance.now() - start);
    }
    await scene.writers.progress(100);
    const { findings, figures } = await scene.finish();
    const worst = Math.round(Math.max(...backMs));
    figure(`kill -9 of PostgreSQL, ${kills} times: ${figures}; writing again at most ${worst} ms after it was back`);
    expect(findings.slice(0, 10)).toEqual([]);
    expect(server.process.exitCode).toBeNull();
    // B14: back within 5 s without a restart of the server.
    expect(worst).toBeLessThan(5_000);
  });
});

describe('connections of the server are cut', () => {
  let ledger: TestLedger;
  let server: ServerProcess;
  beforeAll(async () => {
    ledger = await createLedger();
    server = await spawnOn(ledger);
  });
  afterAll(async () => {
    await server?.kill();
    await server?.settings.remove();
    await ledger.drop();
  });

  const cuts = scale(50, 1_000);

  test(`P1 P2 P5 P8 ${cuts} times pg_terminate_backend while writing: 0/0/0, and the server stays up`, {
    timeout: scaledTimeout(60_000, 600_000),
  }, async ({ onTestFinished }) => {
    const dice = new Dice(seed);
    const scene = await Scene.start({
      ledger,
      addresses: [server.settings.address],
      writers,
      lanes,
      watchers: 10,
      seed,
    });
    onTestFinished(() => scene.close());
    const healMs: number[] = [];
    for (let cut = 0; cut < cuts; cut += 1) {
      const start = performance.now();
      const connection = cut % 2 === 0 ? 'writing' : 'other';
      while (!(await terminateOne(ledger, connection))) await scene.writers.progress(1);
      await scene.writers.progress(1 + dice.below(40));
      healMs.push(performance.now() - start);
    }
    const { findings, figures } = await scene.finish();
    figure(
      `pg_terminate_backend ${cuts} times, half of them in the writing transaction: ${figures}; ` +
        `writing again p50 ${Math.round(quantile(healMs, 0.5))} ms, worst ${Math.round(Math.max(...healMs))} ms`,
    );
    expect(findings.slice(0, 10)).toEqual([]);
    expect(server.process.exitCode).toBeNull();
  });
});

describe('the answer to COMMIT is cut', () => {
  let ledger: TestLedger;
  let proxy: PostgresProxy;
  let server: ServerProcess;
  beforeAll(async () => {
    ledger = await createLedger();
    proxy = await PostgresProxy.start(ledger);
    server = await spawnOn(proxy.ledger);
  });
  afterAll(async () => {
    await server?.kill();
    await server?.settings.remove();
    await proxy.close();
    await ledger.drop();
  });

  const times = scale(10, 100);

  test(`P2 ${times} times the answer to COMMIT never comes: the client is answered with the seq of the first try`, {
    timeout: scaledTimeout(30_000, 120_000),
  }, async () => {
    await using admin = connect(server.settings.address, { timeoutMs: 30_000 });
    await admin.login(administrator.name, administrator.password);
    await admin.createTable({ name: 'cut', key: 'id', columns: [{ name: 'id', type: 'text' }] });
    for (let time = 0; time < times; time += 1) {
      const cut = proxy.cutNextCommit();
      const id = nanoid();
      const reply = await admin.insert('cut', { id: `row ${time}` }, { id });
      await cut;
      expect(await seqsOf(ledger, id)).toEqual([reply.seq]);
    }
    figure(`the answer to COMMIT was cut ${times} times: ${times} commands took effect once and were answered so`);
  });

  test('P2 when the database then stays away, the client is told that the outcome is unknown, and can settle it', {
    timeout: 40_000,
  }, async () => {
    await using admin = connect(server.settings.address, { timeoutMs: 30_000 });
    await admin.login(administrator.name, administrator.password);
    await admin.createTable({ name: 'away', key: 'id', columns: [{ name: 'id', type: 'text' }] });
    const cut = proxy.cutNextCommit({ thenRefuse: true });
    const id = nanoid();
    // The server tries for 5 s and then answers unavailable; there is no time left to ask again.
    const answer = admin.insert('away', { id: 'a' }, { id, timeoutMs: 5_900 }).catch((error: unknown) => error);
    await cut;
    const error = await answer;
    expect(error).toBeInstanceOf(RowcastError);
    expect(await seqsOf(ledger, id)).toHaveLength(1);
    proxy.allow();
    const settled = await admin.insert('away', { id: 'a' }, { id });
    expect(await seqsOf(ledger, id)).toEqual([settled.seq]);
    expect(error, String(error)).toMatchObject({ outcomeUnknown: true });
  });
});

type Connection = 'writing' | 'other';

/** Ends one connection of the server: the one that has begun to write, or any other; false when there was none. */
async function terminateOne({ query, server }: TestLedger, connection: Connection): Promise<boolean> {
  const rows = await query<{ ended: boolean }>(
    `SELECT pg_terminate_backend(pid) AS ended FROM (
       SELECT pid FROM pg_stat_activity
       WHERE datname = current_database() AND usename = $1 AND (backend_xid IS NOT NULL) = $2
       ORDER BY random() LIMIT 1
     ) AS chosen`,
    [server.user, connection === 'writing'],
  );
  return rows[0]?.ended === true;
}

async function seqsOf({ query }: TestLedger, command: string): Promise<number[]> {
  const rows = await query<{ seq: string }>(`SELECT seq FROM change WHERE entry::json ->> 'command' = $1`, [command]);
  return rows.map(({ seq }) => Number(seq));
}
