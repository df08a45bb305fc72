import { spawn } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { afterAll, beforeAll, expect, inject, onTestFinished, test } from 'vitest';
import { connect, type Ledger, type ResetEvent, RowcastError, type Watch } from '../../client/index.ts';
import { auditLock } from '../../server/auth/audit.ts';
import { restoreBackup } from '../../server/cli/restore.ts';
import { checkDatabase } from '../../server/cli/verify-database.ts';
import { Doorbell } from '../../server/log/doorbell.ts';
import { type RunningServer, startServer } from '../../server/main.ts';
import { loadSettings } from '../../settings/load.ts';
import { createLedger, silentLog, type TestLedger } from '../support/ledger.ts';
import { administrator, type TestSettings, writeSettings } from '../support/server.ts';

const launcher = fileURLToPath(new URL('../../bin/rowcast.js', import.meta.url));
const quiet = { signal: new AbortController().signal, onProgress: () => undefined };

/** The ledger that is backed up, and the one that is restored in its place: same address, same keys, another database. */
let first: Place;
let second: Place;
let file: string;
let admin: Ledger;

class Place {
  readonly ledger: TestLedger;
  readonly settings: TestSettings;
  #server: RunningServer | undefined;

  constructor(ledger: TestLedger, settings: TestSettings) {
    this.ledger = ledger;
    this.settings = settings;
  }

  get checkpoint(): string {
    return join(first.settings.folder, 'data', 'keys', 'checkpoint');
  }

  async start(beginEpoch = false): Promise<void> {
    const settings = await loadSettings({ path: this.settings.file });
    this.#server = await startServer({ settings, beginEpoch, log: silentLog });
  }

  async stop(): Promise<void> {
    await this.#server?.stop();
    this.#server = undefined;
  }

  /** The terminal program on this machine: its JSON on either output, and what it ended with. */
  async rowcast(...words: readonly string[]): Promise<{ exit: number | null; said: unknown }> {
    const { folder, file: settings } = this.settings;
    const env = { ...process.env, XDG_STATE_HOME: folder, ROWCAST_SERVER: '' };
    const child = spawn(process.execPath, [launcher, ...words, '--json', '--settings', settings], { cwd: folder, env });
    let text = '';
    for (const output of [child.stdout, child.stderr]) output.on('data', (data: Buffer) => (text += data.toString()));
    const exit = await new Promise<number | null>((resolve) => child.once('close', resolve));
    const said = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
    return { exit, said: said.at(-1) };
  }
}

beforeAll(async () => {
  const ledger = await createLedger();
  const settings = await writeSettings(ledger);
  first = new Place(ledger, settings);
  const { commandsPort, feedPort, folder } = settings;
  const other = await createLedger();
  const same = {
    commands: `tcp://127.0.0.1:${commandsPort}`,
    feed: `tcp://127.0.0.1:${feedPort}`,
    keys: join(folder, 'data', 'keys'),
  };
  second = new Place(other, await writeSettings(other, same));
  file = join(folder, 'backup.rowcast');
  await first.start();
  admin = connect(settings.address);
  await admin.login(administrator.name, administrator.password);
  const columns = [{ name: 'id', type: 'integer' }] as const;
  await admin.createTable({ name: 'item', key: 'id', columns: [...columns] });
  await insert(1, 10);
  await admin.tag('eighth', { point: { seq: 8 } });
});
afterAll(async () => {
  await admin.close();
  for (const place of [first, second]) await place.stop();
  for (const place of [first, second]) {
    await place.settings.remove();
    await place.ledger.drop();
  }
});

async function insert(from: number, to: number): Promise<void> {
  for (let id = from; id <= to; id += 1) await admin.insert('item', { id });
}

/** The watch's next table as a whole. */
async function nextReset(watch: Watch): Promise<ResetEvent> {
  for await (const event of { [Symbol.asyncIterator]: () => ({ next: () => watch.next() }) }) {
    if (event.type === 'reset') return event;
  }
  return expect.fail('the watch has ended');
}

/** By which code a watch from a place is refused. */
async function refusedFrom(ledger: Ledger, cursor: { seq: number; epoch: string }): Promise<string> {
  const watch = ledger.watch({ table: 'item', from: cursor });
  try {
    for await (const event of watch) {
      if (event.type === 'group' || event.type === 'reset') expect.fail(`it went on: ${JSON.stringify(event)}`);
    }
    return 'nothing';
  } catch (error) {
    if (error instanceof RowcastError) return error.code;
    throw error;
  } finally {
    await watch.close();
  }
}

test('P7 P10 a backup of a running server, restored: clients that were ahead are told and start over', {
  timeout: 90_000,
}, async () => {
  const reader = connect(first.settings.address);
  const watch = reader.watch({ table: 'item' });
  expect((await nextReset(watch)).rows).toHaveLength(10);
  expect(await first.rowcast('backup', file)).toMatchObject({ exit: 0, said: { seq: 11, entries: 11, account: 1 } });
  const good = await first.rowcast('verify', file);
  expect(good).toMatchObject({ exit: 0, said: { verified: true, kind: 'backup', seq: 11 } });
  const others = await first.rowcast('verify', file, '--key', 'rowcast/x+00000000+AAAA');
  expect(others).toMatchObject({ exit: 7, said: { error: { message: expect.stringContaining('not of that key') } } });
  expect((await checkDatabase({ ...quiet, settings: first.settings.file })).verified).toBe(true);
  const onTop = restoreBackup({ ...quiet, settings: first.settings.file, path: file, to: undefined });
  await expect(onTop).rejects.toThrow('a server is running on this database: stop it, then restore');
  // The ledger of another schema is none of its business, and a tag of the backup is a place to restore to.
  const beside = await writeSettings(first.ledger, {}, { schema: 'beside' });
  const there = { ...quiet, settings: beside.file, path: file };
  await expect(restoreBackup({ ...there, to: 'eigth' })).rejects.toThrow(
    'the backup has no tag eigth (did you mean "eighth"?); it has eighth',
  );
  expect(await restoreBackup({ ...there, to: 'eighth' })).toMatchObject({ seq: 8, rows: 7 });
  expect(await first.ledger.query('SELECT seq FROM beside.head')).toMatchObject([{ seq: expect.anything() }]);
  await beside.remove();
  await insert(11, 20);
  const { epoch } = await admin.status();
  await first.stop();

  expect(await second.rowcast('restore', file)).toMatchObject({ exit: 0, said: { seq: 11, tables: 1, rows: 10 } });
  expect(await checkDatabase({ ...quiet, settings: second.settings.file })).toMatchObject({ verified: true, head: 11 });
  await second.start();
  const anew = await nextReset(watch);
  expect(anew.rows.map(({ key }) => key)).toHaveLength(10);
  expect(anew.cursor.seq).toBe(11);
  expect(anew.cursor.epoch).not.toBe(epoch);
  // A place within what was restored is told as well: another life may have other changes behind it.
  expect(await refusedFrom(reader, { seq: 5, epoch })).toBe('wrong_epoch');
  expect(await refusedFrom(reader, { seq: 21, epoch })).toBe('wrong_epoch');
  await watch.close();
  await reader.close();
  await admin.close();
  admin = connect(first.settings.address);
  await admin.login(administrator.name, administrator.password);
  await insert(11, 12);
  expect(await admin.accounts.audit({ after: 0 })).toMatchObject({
    entries: expect.arrayContaining([expect.objectContaining({ what: 'restored', to: 11, backup: `11@${epoch}` })]),
  });
});

test('P6 a server that comes while a backup is restored is noticed, and nothing is restored', {
  timeout: 60_000,
}, async () => {
  const ledger = await createLedger();
  const settings = await writeSettings(ledger);
  onTestFinished(async () => {
    await settings.remove();
    await ledger.drop();
  });
  // The last thing that a restore waits for.
  const holder = new pg.Client(ledger.owner);
  await holder.connect();
  await holder.query('SELECT pg_advisory_lock($1)', [auditLock]);
  const restoring = restoreBackup({ ...quiet, settings: settings.file, path: file, to: undefined });
  const refused = expect(restoring).rejects.toThrow('a server is running on this database: stop it, then restore');
  const waits = `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'rowcast'
    AND wait_event_type = 'Lock'`;
  await expect.poll(() => ledger.query(waits)).toHaveLength(1);
  // The part of a server that listens to the others.
  const doorbell = new Doorbell({ schema: 'rowcast', connection: ledger.server, log: silentLog });
  await doorbell.run(() => undefined);
  await holder.end();
  await refused;
  await doorbell.stop();
  expect(await ledger.query('SELECT FROM change')).toEqual([]);
  expect(await restoreBackup({ ...quiet, settings: settings.file, path: file, to: undefined })).toMatchObject({
    seq: 11,
  });
});

test('P10 P11 a copy of the database that lost changes is noticed', { timeout: 90_000 }, async () => {
  const reader = connect(first.settings.address);
  const watch = reader.watch({ table: 'item' });
  expect((await nextReset(watch)).rows).toHaveLength(12);
  await second.stop();
  const { database } = second.ledger.server;
  // PostgreSQL ends the connections of a server that has stopped a little later.
  await expect.poll(() => connectionsTo(database)).toBe(0);
  await administer(`CREATE DATABASE ${database}_copy TEMPLATE ${database}`);
  await second.start();
  await insert(13, 15);
  const { seq, epoch } = await admin.status();
  await second.stop();
  await administer(`DROP DATABASE ${database} WITH (FORCE)`, `ALTER DATABASE ${database}_copy RENAME TO ${database}`);

  await expect(second.start()).rejects.toThrow('it has 13 entries, and this server has signed 16');
  // The epoch is in the database as well: another one does not make what was signed go away.
  const headAs = async (life: string): Promise<unknown> =>
    await second.ledger.query('UPDATE head SET epoch = $1', [life]);
  await headAs('another');
  await expect(second.start()).rejects.toThrow('it is of the life rowcast/another, and what was signed last');
  expect(await second.rowcast('verify', '--database')).toMatchObject({
    exit: 7,
    said: { error: { code: 'tampered' } },
  });
  expect(await second.rowcast('backup', `${file}.other`)).toMatchObject({ exit: 7 });
  await headAs(epoch);
  const report = await second.rowcast('verify', '--database');
  expect(report).toMatchObject({ exit: 7, said: { error: { code: 'tampered' } } });
  // A machine that knows nothing of what was signed cannot know; clients do.
  await rm(second.checkpoint);
  await second.start();
  const newcomer = connect(first.settings.address, { checkpoints: 'memory' });
  expect(await refusedFrom(newcomer, { seq, epoch })).toBe('ahead_of_server');
  await newcomer.close();
  await second.stop();
  await second.start(true);
  const anew = await nextReset(watch);
  expect(anew).toMatchObject({ cursor: { seq: 13 } });
  expect(anew.cursor.epoch).not.toBe(epoch);
  await watch.close();
  await reader.close();
});

async function connectionsTo(database: string): Promise<number> {
  const rows = await first.ledger.query('SELECT FROM pg_stat_activity WHERE datname = $1', [database]);
  return rows.length;
}

async function administer(...statements: readonly string[]): Promise<void> {
  const client = new pg.Client({ ...inject('postgres').owner, database: 'postgres' });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}
