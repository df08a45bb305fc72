import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connect, type Ledger } from '../../client/index.ts';
import { createLedger, type TestLedger } from '../support/ledger.ts';
import { administrator, startTestServer, type TestServer } from '../support/server.ts';

let ledger: TestLedger;
let server: TestServer;
let admin: Ledger;

beforeAll(async () => {
  ledger = await createLedger();
  server = await startTestServer(ledger);
  admin = connect(server.address);
  await admin.login(administrator.name, administrator.password);
  await admin.createTable({
    name: 'rate',
    key: 'currency',
    columns: [
      { name: 'currency', type: 'text' },
      { name: 'value', type: 'decimal' },
    ],
  });
  await admin.insert('rate', { currency: 'EUR', value: '1.10' });
});
afterAll(async () => {
  await admin.close();
  await server.stop();
  await ledger.drop();
});

const launcher = fileURLToPath(new URL('../../bin/rowcast.js', import.meta.url));

async function rowcast(...words: readonly string[]): Promise<string> {
  const env = { ...process.env, NO_COLOR: '1', ROWCAST_TOKEN: admin.token };
  const run = await promisify(execFile)(process.execPath, [launcher, '--server', server.address, ...words], { env });
  return run.stdout;
}

const head = async (): Promise<number> => (await admin.status()).seq;

test('the library shows what would be recorded, and nothing is', async () => {
  const before = await head();
  const result = await admin.update('rate', 'EUR', { value: '1.20' }, { dryRun: true, why: 'to see' });
  expect(result).toMatchObject({ dryRun: true, seq: before + 1, version: 2, changed: true, count: 1, more: false });
  expect(result.entries).toMatchObject([
    { entry: { seq: before + 1, op: 'update', was: { value: '1.10' }, row: { value: '1.20' }, why: 'to see' } },
  ]);
  expect(await admin.get('rate', 'EUR')).toMatchObject({ version: 1, row: { value: '1.10' } });
  const nothing = await admin.update('rate', 'EUR', { value: '1.10' }, { dryRun: true });
  expect(nothing).toMatchObject({ dryRun: true, changed: false, entries: [] });
  expect(await head()).toBe(before);
});

test('a dry run is refused as the command would be', async () => {
  const wrong = { value: 'much' };
  const told = async (dryRun: boolean): Promise<unknown> =>
    await admin.update('rate', 'EUR', wrong, { dryRun }).catch((error) => [error.code, error.problems]);
  expect(await told(true)).toEqual(await told(false));
});

test('P9 a dry run needs the right of its command', async () => {
  await using viewer = connect(server.address);
  await expect(viewer.delete('rate', 'EUR', { dryRun: true })).rejects.toMatchObject({ code: 'login_required' });
});

test.each([
  { type: 'row.get', table: 'rate', key: 'EUR' },
  { type: 'session.status' },
  { type: 'account.list' },
  { type: 'batch.drop', stage: 'never-kept' },
] as const)('$type has no dry run', async (request) => {
  await expect(admin.request(request, { dryRun: true })).rejects.toMatchObject({ code: 'bad_request' });
});

test('a tag is tried too, by the library and at the terminal, and is refused as it would be', async () => {
  const [seq, tags] = [await head(), await admin.tags()];
  expect(await admin.tag('tried', { dryRun: true, why: 'to see' })).toMatchObject({
    ...{ name: 'tried', seq, by: administrator.name, why: 'to see', dryRun: true },
    at: expect.stringMatching(/^2.*Z$/),
  });
  const shown = await rowcast('tag', 'tried', '1', '--dry-run');
  expect(shown).toBe('tried would name #1\ndry run: nothing was written\n');
  expect(JSON.parse(await rowcast('tag', 'tried', '1', '--dry-run', '--json'))).toMatchObject({ seq: 1, dryRun: true });
  expect(await admin.tags()).toEqual(tags);
  const id = 'tried-and-then-set';
  expect((await admin.tag('set', { id, dryRun: true })).dryRun).toBe(true);
  expect((await admin.tag('set', { id })).dryRun).toBeUndefined();
  for (const dryRun of [true, false]) {
    await expect(admin.tag('set', { dryRun })).rejects.toMatchObject({ code: 'tag_exists' });
    const ahead = { point: { seq: seq + 1 } };
    await expect(admin.tag('ahead', { ...ahead, dryRun })).rejects.toMatchObject({ code: 'ahead_of_server' });
  }
}, 30_000);

test('the terminal shows the changes as the log would, and says that nothing was written', async () => {
  const before = await head();
  const shown = await rowcast('update', 'rate', 'EUR', 'value=1.30', '--dry-run', '--why', 'a thought');
  expect(shown).toContain(`#${before + 1}  rate EUR  update  value 1.10 → 1.30  "a thought"`);
  expect(shown).toContain('dry run: nothing was written');
  // What would ask for a yes has nothing to ask about.
  expect(await rowcast('drop', 'rate', '--dry-run')).toContain('drop');
  const json = JSON.parse(await rowcast('delete', 'rate', 'EUR', '--dry-run', '--json'));
  expect(json).toMatchObject({ dryRun: true, seq: before + 1, entries: [{ op: 'delete', key: 'EUR' }] });
  expect(await head()).toBe(before);
}, 30_000);
