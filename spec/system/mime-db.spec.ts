import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connect, type Ledger, type Point } from '../../client/index.ts';
import { batchBetween, type State } from '../../client/samples/batch-between.ts';
import { mimeDbState, mimeDbVersions, mimeTypesTable } from '../../client/samples/mime-db.ts';
import type { Entry } from '../../protocol/entry.ts';
import type { Cells } from '../../protocol/values.ts';
import { takeBackup } from '../../server/cli/backup.ts';
import { restoreBackup } from '../../server/cli/restore.ts';
import { startServer } from '../../server/main.ts';
import { loadSettings } from '../../settings/load.ts';
import { gather } from '../support/gather.ts';
import { createLedger, silentLog, type TestLedger } from '../support/ledger.ts';
import { administrator, startTestServer, type TestServer, writeSettings } from '../support/server.ts';

type MimeDb = Record<string, { source?: string; charset?: string; compressible?: boolean; extensions?: string[] }>;

const table = mimeTypesTable.name;
let ledger: TestLedger;
let server: TestServer;
let admin: Ledger;
let viewer: Ledger;

beforeAll(async () => {
  ledger = await createLedger();
  server = await startTestServer(ledger);
  admin = connect(server.address);
  viewer = connect(server.address);
  await admin.login(administrator.name, administrator.password);
});
afterAll(async () => {
  await admin.close();
  await viewer.close();
  await server.stop();
  await ledger.drop();
});

/** The file as it was published, read by nothing of ours. */
function published(packageName: string): MimeDb {
  return createRequire(import.meta.url)(`${packageName}/db.json`) as MimeDb;
}

/** What a table says, in the published form: every cell that is not empty, but for the key. */
function asPublished(rows: Iterable<readonly [key: string, row: Cells]>): MimeDb {
  return Object.fromEntries([...rows].map(([key, { type: _type, ...rest }]) => [key, rest])) as MimeDb;
}

test('P5, P6: every published version of mime-db, in the table, the replica, the SQL view and the log', async () => {
  const versions = await mimeDbVersions();
  expect(versions.length).toBeGreaterThanOrEqual(8);
  await admin.createTable(mimeTypesTable);
  const replica = viewer.replica(table);
  const ends = new Map<number, string>();
  let before: State = new Map();
  for (const version of versions) {
    const after = await mimeDbState(version);
    const reply = await admin.batch(batchBetween(table, before, after), { why: `mime-db ${version.version}` });
    before = after;
    await admin.tag(version.version, { why: version.packageName });
    ends.set(reply.seq, version.packageName);
    const file = published(version.packageName);
    expect(asPublished(await tableRows())).toEqual(file);
    await replica.reached(reply.seq);
    expect(asPublished([...replica.rows].map(([key, { row }]) => [key, row]))).toEqual(file);
    expect(asPublished(await viewRows())).toEqual(file);
  }
  const replayed = await replay(ends);
  console.log(
    `mime-db: ${versions.length} versions, ${replayed} changes, all equal in table, replica, view and replay`,
  );
});

test('as of each tag it is what was published, and the diff of any two tags, forth or back, is that of the two files', async () => {
  const versions = await mimeDbVersions();
  for (const { version, packageName } of versions) {
    expect(asPublished(await tableRows({ tag: version }))).toEqual(published(packageName));
  }
  let compared = 0;
  for (const from of versions) {
    for (const to of versions) {
      const diff = await viewer.diff({ tag: from.version }, { to: { tag: to.version }, table });
      const told: Record<string, unknown> = {};
      for await (const { key, op, row = {}, was = {} } of diff.rows) told[key] = { op, row, was };
      expect(diff.tables).toEqual([]);
      expect(told).toEqual(fileDiff(published(from.packageName), published(to.packageName)));
      compared += Object.keys(told).length;
    }
  }
  expect(compared).toBeGreaterThan(10_000);
});

test('an export as of each tag equals the file, and a backup restored elsewhere answers the same', {
  timeout: 90_000,
}, async () => {
  const versions = await mimeDbVersions();
  const own = await writeSettings(ledger);
  const file = join(own.folder, 'mime.rowcast');
  await takeBackup({ ...quiet, settings: own.file, path: file, replace: false });
  const other = await createLedger();
  const settings = await writeSettings(other);
  await restoreBackup({ ...quiet, settings: settings.file, path: file, to: undefined });
  const restored = await startServer({ settings: await loadSettings({ path: settings.file }), log: silentLog });
  const there = connect(settings.address);
  for (const { version, packageName } of versions) {
    const path = join(own.folder, `${version}.json`);
    await viewer.exportTable(table, { format: 'json', asOf: { tag: version } }).save(path);
    const rows = JSON.parse(await readFile(path, 'utf8')) as (Cells & { type: string })[];
    expect(asPublished(rows.map((row) => [row.type, row]))).toEqual(published(packageName));
    expect(asPublished(await tableRows({ tag: version }, there))).toEqual(published(packageName));
  }
  expect(await gather(there.rows(table))).toEqual(await gather(viewer.rows(table)));
  expect((await gather(there.readLog())).map(({ line }) => line)).toEqual(
    (await gather(viewer.readLog())).map(({ line }) => line),
  );
  await there.close();
  await restored.stop();
  await settings.remove();
  await own.remove();
  await other.drop();
});

test('reverting back step by step makes each published version again, and reverting the reverts the last', {
  timeout: 90_000,
}, async () => {
  const versions = await mimeDbVersions();
  const commands = new Map<string, string>();
  for await (const { entry } of viewer.readLog({ table })) {
    const [, version] = /^mime-db (.*)/.exec(entry.why ?? '') ?? [];
    if (version !== undefined) commands.set(version, entry.command);
  }
  const last = versions.at(-1);
  const { seq: before } = await viewer.status();
  for (const [index, { version }] of [...versions.entries()].reverse()) {
    const undone = await admin.revert({ command: commands.get(version) ?? '' }, { why: `not ${version}` });
    expect(undone.changed).toBe(true);
    const file = versions[index - 1];
    const expected = file === undefined ? {} : published(file.packageName);
    expect(asPublished(await tableRows())).toEqual(expected);
  }
  const { seq } = await viewer.status();
  await admin.revert({ after: before, last: seq }, { why: 'all of them after all' });
  expect(asPublished(await tableRows())).toEqual(published(last?.packageName ?? ''));
});

const quiet = { signal: new AbortController().signal, onProgress: () => undefined };

/** The difference of two files, told plainly. */
function fileDiff(from: MimeDb, to: MimeDb): Record<string, unknown> {
  const rowOf = (file: MimeDb, key: string): Cells | undefined => file[key] && { type: key, ...file[key] };
  const diff: Record<string, unknown> = {};
  for (const key of new Set([...Object.keys(from), ...Object.keys(to)])) {
    const [was, row] = [rowOf(from, key), rowOf(to, key)];
    if (was === undefined) diff[key] = { op: 'insert', row, was: {} };
    else if (row === undefined) diff[key] = { op: 'delete', row: {}, was };
    else {
      const names = [...new Set([...Object.keys(was), ...Object.keys(row)])];
      const changed = names.filter((name) => JSON.stringify(was[name]) !== JSON.stringify(row[name]));
      const cells = Object.fromEntries(changed.map((name) => [name, was[name] ?? null]));
      if (changed.length > 0) diff[key] = { op: 'update', row, was: cells };
    }
  }
  return diff;
}

async function tableRows(asOf?: Point, reader = viewer): Promise<[string, Cells][]> {
  const rows: [string, Cells][] = [];
  for await (const { key, row } of reader.rows(table, { asOf })) rows.push([key, row]);
  return rows;
}

async function viewRows(): Promise<[string, Cells][]> {
  const rows = await ledger.query<{ type: string } & Record<string, unknown>>(
    `SELECT type, source, charset, compressible, extensions FROM rowcast_tables.${table}`,
  );
  return rows.map((row) => [
    row.type,
    Object.fromEntries(Object.entries(row).filter(([, cell]) => cell !== null)) as Cells,
  ]);
}

/** Folds the log from its beginning; at the end of each batch it must give the published file. Returns the changes. */
async function replay(ends: ReadonlyMap<number, string>): Promise<number> {
  const rows = new Map<string, Cells>();
  let seen = 0;
  let changes = 0;
  for await (const { entry } of viewer.readLog({ table })) {
    fold(rows, entry);
    changes += 1;
    const packageName = ends.get(entry.seq);
    if (packageName === undefined) continue;
    expect(asPublished(rows)).toEqual(published(packageName));
    seen += 1;
  }
  expect(seen).toBe(ends.size);
  return changes;
}

function fold(rows: Map<string, Cells>, entry: Entry): void {
  if (!('key' in entry)) return;
  if (entry.row === undefined) rows.delete(entry.key);
  else rows.set(entry.key, entry.row);
}
