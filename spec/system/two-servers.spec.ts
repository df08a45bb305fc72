import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nanoid } from 'nanoid';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connect, type Ledger, RowcastError } from '../../client/index.ts';
import { createLedger, type TestLedger } from '../support/ledger.ts';
import { RawFeed } from '../support/raw-feed.ts';
import { figure, scale, scaledTimeout } from '../support/scale.ts';
import { Scene } from '../support/scene.ts';
import { administrator, type ServerProcess } from '../support/server.ts';
import { spawnOn } from '../support/spawned.ts';

let ledger: TestLedger;
let servers: readonly ServerProcess[] = [];
let addresses: readonly string[] = [];
let keys = '';

beforeAll(async () => {
  ledger = await createLedger();
  // All servers of a ledger have one signing key, from which the secrets of sessions are derived too.
  keys = await mkdtemp(join(tmpdir(), 'rowcast-keys-'));
  servers = [await spawnOn(ledger, { keys }), await spawnOn(ledger, { keys })];
  addresses = servers.map(({ settings }) => settings.address);
});
afterAll(async () => {
  await Promise.all(servers.map((server) => server.stop()));
  await Promise.all(servers.map(({ settings }) => settings.remove()));
  await rm(keys, { recursive: true, force: true });
  await ledger.drop();
});

const writers = 16;
const commands = scale(2_500, 70_000);

test(`P3 P4 P5 ${writers} writers over two servers make one log, which every watcher of either has`, {
  timeout: scaledTimeout(60_000, 600_000),
}, async () => {
  const scene = await Scene.start({ ledger, addresses, writers, lanes: 8, watchers: 10 });
  const feeds = addresses.map(
    (address, index) => new RawFeed(address, scene.history, { name: `raw ${index}`, table: 'item' }),
  );
  await Promise.all(feeds.map((feed) => feed.began));
  await scene.writers.progress(commands);
  await scene.writers.stop();
  const last = await scene.marker.mark();
  // The mark's change in this table is the first of two.
  await Promise.all(feeds.map((feed) => feed.reached(last - 1)));
  for (const feed of feeds) {
    feed.record.upTo = last - 1;
    feed.close();
  }
  const { findings, truth, figures } = await scene.finish();
  figure(`two servers: ${figures}`);
  expect(findings.slice(0, 10)).toEqual([]);
  expect(truth.head).toBe(truth.changes.length);
  expect(truth.head).toBeGreaterThan(commands);
});

test('P2 one id sent 100 times in parallel to two servers takes effect once and is answered 100 times alike', async () => {
  await using crowd = await Crowd.open(100);
  const table = await crowd.makeTable();
  const id = nanoid();
  const before = await headOf(ledger);
  const answers = await crowd.all((admin) =>
    admin.request({ type: 'row.insert', table, row: { id: 'once', n: 1 } }, { id }),
  );
  const changes = await ledger.query(`SELECT seq FROM change WHERE entry::json ->> 'command' = $1`, [id]);
  figure(`one id, 100 times, 2 servers: ${changes.length} change, ${new Set(answers.map(text)).size} answer`);
  expect(new Set(answers.map(text)).size).toBe(1);
  expect(changes).toHaveLength(1);
  expect(await headOf(ledger)).toBe(before + 1);
});

test('P2 an id with another body is refused by either server, whoever wrote first', async () => {
  await using crowd = await Crowd.open(100);
  const table = await crowd.makeTable();
  const id = nanoid();
  const outcomes = await crowd.all((admin, index) =>
    outcomeOf(admin.request({ type: 'row.insert', table, row: { id: `body ${index}`, n: index } }, { id })),
  );
  expect(count(outcomes)).toEqual({ ok: 1, command_id_reused: 99 });
  const changes = await ledger.query(`SELECT seq FROM change WHERE entry::json ->> 'command' = $1`, [id]);
  expect(changes).toHaveLength(1);
});

test('P2 the same id at different times, in batches and alone, is answered as at first', async () => {
  await using crowd = await Crowd.open(2);
  const [first, second] = crowd.admins;
  const table = await crowd.makeTable();
  const id = nanoid();
  const batch = {
    type: 'batch' as const,
    commands: [1, 2, 3].map((n) => ({ type: 'row.upsert' as const, table, row: { id: 'again', n } })),
  };
  const answer = await first?.request(batch, { id });
  await first?.upsert(table, { id: 'again', n: 99 });
  expect(await second?.request(batch, { id })).toEqual(answer);
  expect(await second?.get(table, 'again')).toMatchObject({ row: { n: 99 }, version: 4 });
});

test('P3 of 50 administrators at two servers who expect the same version exactly one wins', async () => {
  await using crowd = await Crowd.open(50);
  const table = await crowd.makeTable();
  await crowd.admins[0]?.insert(table, { id: 'seat', n: 0 });
  const rounds = scale(5, 50);
  for (let version = 1; version <= rounds; version += 1) {
    const before = await headOf(ledger);
    const outcomes = await crowd.all((admin, index) =>
      outcomeOf(admin.update(table, 'seat', { n: version * 1_000 + index }, { expect: { version } })),
    );
    expect(count(outcomes)).toEqual({ ok: 1, version_conflict: 49 });
    expect(await headOf(ledger)).toBe(before + 1);
    const winner = outcomes.indexOf('ok');
    const row = await crowd.admins[0]?.get(table, 'seat');
    expect(row).toMatchObject({ version: version + 1, row: { n: version * 1_000 + winner } });
  }
  figure(`race of 50 at one version: 1 won, 49 refused, in each of ${rounds} rounds`);
});

/** Administrators, each with a connection of its own, at the two servers in turn. */
class Crowd implements AsyncDisposable {
  readonly admins: readonly Ledger[];

  private constructor(admins: readonly Ledger[]) {
    this.admins = admins;
  }

  static async open(size: number): Promise<Crowd> {
    const first = connect(addresses[0] ?? '');
    await first.login(administrator.name, administrator.password);
    const { token } = first;
    await first.close();
    const admins = Array.from({ length: size }, (_, index) =>
      connect(addresses[index % addresses.length] ?? '', { token, timeoutMs: 30_000 }),
    );
    // All are connected before they are let loose.
    await Promise.all(admins.map((admin) => admin.status()));
    return new Crowd(admins);
  }

  all<Result>(ask: (admin: Ledger, index: number) => Promise<Result>): Promise<Result[]> {
    return Promise.all(this.admins.map(ask));
  }

  async makeTable(): Promise<string> {
    const name = `t${nanoid(8)}`;
    const columns = [
      { name: 'id', type: 'text' as const },
      { name: 'n', type: 'integer' as const },
    ];
    await this.admins[0]?.createTable({ name, key: 'id', columns });
    return name;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.admins.map((admin) => admin.close()));
  }
}

async function outcomeOf(answer: Promise<unknown>): Promise<string> {
  try {
    await answer;
    return 'ok';
  } catch (error) {
    if (error instanceof RowcastError) return error.code;
    throw error;
  }
}

function count(outcomes: readonly string[]): Record<string, number> {
  const counted: Record<string, number> = {};
  for (const outcome of outcomes) counted[outcome] = (counted[outcome] ?? 0) + 1;
  return counted;
}

function text(value: unknown): string {
  return JSON.stringify(value);
}

async function headOf({ query }: TestLedger): Promise<number> {
  const [head] = await query<{ seq: string }>('SELECT seq FROM head');
  return Number(head?.seq);
}
