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
  const columns = [
    { name: 'currency', type: 'text' as const },
    { name: 'value', type: 'decimal' as const },
  ];
  await admin.createTable({ name: 'rate', key: 'currency', columns });
  await admin.insert('rate', { currency: 'EUR', value: '1.10' });
});
afterAll(async () => {
  await admin.close();
  await server.stop();
  await ledger.drop();
});

const launcher = fileURLToPath(new URL('../../bin/rowcast.js', import.meta.url));

/** Runs the program; what it prints, and its exit code. */
async function rowcast(...words: readonly string[]): Promise<{ out: string; err: string; code: number }> {
  const env = { ...process.env, NO_COLOR: '1', ROWCAST_TOKEN: admin.token };
  const run = promisify(execFile)(process.execPath, [launcher, '--server', server.address, ...words], { env });
  return await run.then(
    ({ stdout, stderr }) => ({ out: stdout, err: stderr, code: 0 }),
    ({ stdout, stderr, code }: { stdout: string; stderr: string; code: number }) => ({
      out: stdout,
      err: stderr,
      code,
    }),
  );
}

test('undelete: the library brings a row back, and who watches sees it come', async () => {
  const replica = admin.replica('rate');
  await replica.ready();
  const { seq } = await admin.delete('rate', 'EUR', { why: 'a mistake' });
  const shown = await admin.revert({ seq }, { dryRun: true });
  expect(shown.entries).toMatchObject([{ entry: { op: 'insert', key: 'EUR', row: { value: '1.10' } } }]);
  const { seq: again, changes } = await admin.revert({ seq }, { why: 'it is needed' });
  expect(changes).toBe(1);
  await replica.reached(again);
  expect(replica.rows.get('EUR')).toMatchObject({ version: 1, row: { currency: 'EUR', value: '1.10' } });
  await replica.close();
  const other = { id: 'id-of-revert', tables: ['rate'], rows: [{ table: 'rate', key: 'EUR' }] };
  expect(await admin.revert({ seq: again }, other)).toMatchObject({ changed: true });
  // The same again under its id takes effect once, and is answered as before.
  expect(await admin.revert({ seq: again }, other)).toMatchObject({ changed: true, seq: again + 1 });
  await admin.revert({ command: 'id-of-revert' });
});

test('undelete by the key: the row as it was, once for its id, and nothing where it is there', async () => {
  await admin.insert('rate', { currency: 'SEK', value: '11.10' });
  expect(await admin.undelete('rate', 'SEK')).toMatchObject({ changed: false });
  await admin.delete('rate', 'SEK');
  await admin.insert('rate', { currency: 'SEK', value: '11.20' });
  await admin.delete('rate', 'SEK');
  const shown = await admin.undelete('rate', 'SEK', { dryRun: true });
  expect(shown.entries).toMatchObject([{ entry: { op: 'insert', key: 'SEK', row: { value: '11.20' } } }]);
  const options = { id: 'id-of-undelete', why: 'it is needed' };
  const first = await admin.undelete('rate', 'SEK', options);
  expect(first).toMatchObject({ changed: true, changes: 1 });
  expect(await admin.undelete('rate', 'SEK', options)).toEqual(first);
  expect((await admin.get('rate', 'SEK')).row).toEqual({ currency: 'SEK', value: '11.20' });
  await expect(admin.undelete('rate', 'XXX')).rejects.toMatchObject({ code: 'row_not_found' });
  await admin.delete('rate', 'SEK');
  const { out, code } = await rowcast('undelete', 'rate', 'SEK', '--why', 'once more');
  expect([out, code]).toEqual([expect.stringMatching(/^brought SEK of rate back \(#\d+\)\n$/), 0]);
  expect(await rowcast('undelete', 'rate', 'SEK')).toMatchObject({
    out: 'it is so already; nothing was recorded\n',
    code: 0,
  });
  expect(await rowcast('undelete', 'rate', 'XXX')).toMatchObject({ code: 3 });
});

test('conflicts are told with both values, and nothing is done until it is said who wins', {
  timeout: 90_000,
}, async () => {
  const { seq } = await admin.update('rate', 'EUR', { value: '1.20' });
  const { seq: since } = await admin.update('rate', 'EUR', { value: '1.30' });
  await expect(admin.revert({ seq })).rejects.toMatchObject({
    code: 'revert_conflict',
    problems: [
      {
        ...{ table: 'rate', key: 'EUR', column: 'value', wouldBe: '1.10' },
        current: { row: { value: '1.30' } },
        touched: { seq: since, by: administrator.name },
      },
    ],
  });
  const [told, json] = await Promise.all([rowcast('revert', String(seq)), rowcast('revert', String(seq), '--json')]);
  expect(told.code).toBe(4);
  expect(told.err).toMatch(/rate +EUR +value +1\.30 +1\.10 +#\d+ by ada/);
  expect(told.err).toMatch(/1 conflict: .*nothing was taken back\n +→ say which side wins: --keep .*--overwrite/);
  expect(JSON.parse(json.err)).toMatchObject({
    error: { code: 'revert_conflict', exit: 4, problems: [{ wouldBe: '1.10' }] },
  });
  expect((await rowcast('revert', String(seq), '--keep')).err).toContain('left as it is: 1 place');
  expect((await admin.get('rate', 'EUR')).row.value).toBe('1.30');
  const done = await rowcast(
    'revert',
    `${seq}..${seq}`,
    '--table',
    'rate',
    '--key',
    'EUR',
    '--overwrite',
    '--why',
    'back',
  );
  expect(done).toMatchObject({ code: 0, out: `taken back with 1 change (#${since + 1})\n` });
  expect((await admin.get('rate', 'EUR')).row.value).toBe('1.10');
  expect((await rowcast('log', '--from', String(since + 1))).out).toContain(
    `value 1.30 → 1.10  reverts #${seq}  "back"`,
  );
});
