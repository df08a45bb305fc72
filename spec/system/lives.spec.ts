import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connect, type LifeEvent, type ReplicaEvent, type Watch } from '../../client/index.ts';
import { type RunningServer, startServer } from '../../server/main.ts';
import { loadSettings } from '../../settings/load.ts';
import { createLedger, silentLog, type TestLedger } from '../support/ledger.ts';
import { Person } from '../support/program.ts';
import { administrator, type TestSettings, writeSettings } from '../support/server.ts';
import { TerminalWatch } from '../support/terminal-watch.ts';

/* P10: the ledger begins a new life. Nothing binds it to the one before, so everybody who was there is told. */

let ledger: TestLedger;
let settings: TestSettings;
let server: RunningServer;
let checkpoints: string;
beforeAll(async () => {
  ledger = await createLedger();
  settings = await writeSettings(ledger);
  checkpoints = await mkdtemp(join(tmpdir(), 'rowcast-lives-'));
  await start();
  await using admin = connect(settings.address, { checkpoints });
  await admin.login(administrator.name, administrator.password);
  await admin.createTable({ name: 'item', key: 'id', columns: [{ name: 'id', type: 'integer' }] });
  for (let id = 1; id <= 9; id += 1) await admin.insert('item', { id });
});
afterAll(async () => {
  await server.stop();
  await settings.remove();
  await ledger.drop();
  await rm(checkpoints, { recursive: true, force: true });
});

async function start(beginEpoch = false): Promise<void> {
  server = await startServer({ settings: await loadSettings({ path: settings.file }), beginEpoch, log: silentLog });
}

/** The next life begins, as after a restore. */
async function beginLife(): Promise<void> {
  await server.stop();
  await start(true);
}

async function epochNow(): Promise<string> {
  await using looking = connect(settings.address, { checkpoints: false });
  return (await looking.status()).epoch;
}

async function nextLife(watch: Watch): Promise<LifeEvent> {
  for await (const event of { [Symbol.asyncIterator]: () => ({ next: () => watch.next() }) }) {
    if (event.type === 'life') return event;
  }
  return expect.fail('the watch has ended');
}

test('P10 a new life is said by watch, replica and terminal, once, and every verify lists the former ones', {
  timeout: 90_000,
}, async () => {
  const first = await epochNow();
  const person = await Person.at(settings.address);
  expect(await person.done(['status'])).toContain('up to #10, met here for the first time');
  expect(await person.done(['status'])).toContain('it continues what was verified before, up to #10');
  expect(await person.done(['verify'])).not.toContain('former life');
  const terminal = TerminalWatch.start(person, 'item', []);
  await terminal.printed('"state":"live"');
  await using reader = connect(settings.address, { checkpoints });
  const watch = reader.watch({ table: 'item' });
  const replica = reader.replica('item');
  const told: ReplicaEvent[] = [];
  replica.subscribe((event) => told.push(event));
  await replica.ready();
  await expect.poll(() => Math.min(watch.verified, replica.verified)).toBe(10);

  await beginLife();
  const second = await epochNow();
  const former = [{ epoch: first, seq: 10, root: expect.any(String), at: expect.any(String) }];
  expect(await nextLife(watch)).toMatchObject({ epoch: second, former });
  await expect.poll(() => told.filter(({ type }) => type === 'life')).toMatchObject([{ epoch: second, former }]);
  await terminal.printed(`{"type":"life","epoch":"${second}","former":[{"epoch":"${first}","seq":10`);
  await terminal.end();
  await expect.poll(() => Math.min(watch.verified, replica.verified)).toBe(10);
  expect(told.filter(({ type }) => type === 'life')).toHaveLength(1);
  await Promise.all([watch.close(), replica.close()]);

  // Whoever came first: who comes later is told by verify and status, however often.
  for (const verb of ['verify', 'verify', 'status']) {
    expect(await person.done([verb])).toContain(`${first}, verified here up to #10`);
    expect(await person.lines([verb])).toMatchObject([{ former }]);
  }
  await using later = connect(settings.address, { checkpoints });
  expect((await later.verify()).former).toMatchObject(former);
  expect(later.formerLives).toMatchObject(former);

  await beginLife();
  const third = await person.lines<{ former: { epoch: string }[] }>(['verify']);
  expect(third[0]?.former.map(({ epoch }) => epoch)).toEqual([second, first]);
  await person.remove();
});

test('P10 a checkpoint is kept unless told otherwise, and by whatever name the server is met', async () => {
  const { address } = settings;
  const elsewhere = address.replace('127.0.0.1', 'localhost');
  const kept = async (at: string, options?: { readonly checkpoints: string }): Promise<number | undefined> => {
    await using one = connect(at, options);
    return (await one.verify()).kept;
  };
  expect(await kept(address, { checkpoints: 'memory' })).toBeUndefined();
  expect(await kept(address)).toBeUndefined();
  expect(await kept(elsewhere)).toBe(10);
  expect(await kept(address, { checkpoints: 'memory' })).toBeUndefined();
});
