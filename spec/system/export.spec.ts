import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connect, type Ledger } from '../../client/index.ts';
import type { Cells } from '../../protocol/values.ts';
import { readCsv } from '../support/csv.ts';
import { createLedger, type TestLedger } from '../support/ledger.ts';
import { Person } from '../support/program.ts';
import { administrator, startTestServer, type TestServer } from '../support/server.ts';

let ledger: TestLedger;
let server: TestServer;
let admin: Ledger;
let viewer: Ledger;
let ada: Person;
let bob: Person;
let folder: string;
const secret = '1234-a-value-that-was-sealed';

beforeAll(async () => {
  ledger = await createLedger();
  server = await startTestServer(ledger, { page_rows_max: '10' });
  admin = connect(server.address);
  viewer = connect(server.address);
  await admin.login(administrator.name, administrator.password);
  ada = await Person.at(server.address);
  bob = await Person.at(server.address);
  await ada.done(['login', administrator.name, '--password-stdin'], [administrator.password]);
  folder = await mkdtemp(join(tmpdir(), 'rowcast-export-'));
  await admin.createTable({
    name: 'people',
    key: 'id',
    columns: [
      { name: 'id', type: 'integer' },
      { name: 'name', type: 'text' },
      { name: 'big', type: 'integer' },
      { name: 'pay', type: 'decimal' },
      { name: 'ssn', type: 'text', sealed: true },
    ],
  });
  await admin.batch(
    Array.from({ length: 25 }, (_, id) => ({
      type: 'row.insert' as const,
      table: 'people',
      row: { id, name: id === 3 ? '' : `=Person ${id}`, big: '9007199254740993', pay: '1.10', ssn: secret },
    })),
  );
  await admin.update('people', '4', { name: null, pay: null });
  await admin.tag('before');
});
afterAll(async () => {
  await Promise.all([admin.close(), viewer.close(), ada.remove(), bob.remove()]);
  await server.stop();
  await ledger.drop();
  await rm(folder, { recursive: true });
});

async function textOf(parts: AsyncIterable<string>): Promise<string> {
  let text = '';
  for await (const part of parts) text += part;
  return text;
}

/** Changes one row after another until it is told to stop. */
async function writeUntil(stop: AbortSignal): Promise<number> {
  let writes = 0;
  for (; !stop.aborted; writes += 1) await admin.update('people', String(writes % 25), { name: `written ${writes}` });
  return writes;
}

describe('an export of a table', () => {
  test('is of one state over all its pages, while others write', async () => {
    const stop = new AbortController();
    const writing = writeUntil(stop.signal);
    for (let times = 0; times < 5; times += 1) {
      const exported = viewer.exportTable('people', { format: 'ndjson' });
      const lines = (await textOf(exported)).trimEnd().split('\n');
      const { cursor } = exported.summary ?? {};
      const then = [];
      for await (const { row } of viewer.rows('people', { asOf: cursor, sort: [] })) then.push(row);
      expect(lines.map((line) => JSON.parse(line) as Cells)).toEqual(then);
    }
    stop.abort();
    expect(await writing).toBeGreaterThan(5);
  });

  test('as of a point is the same file for ever, exact in every format', async () => {
    const asOf = { tag: 'before' };
    const byId = { asOf, sort: [{ column: 'id' }] };
    const csv = readCsv(await textOf(viewer.exportTable('people', { format: 'csv', ...byId })));
    const json = JSON.parse(await textOf(viewer.exportTable('people', { format: 'json', ...byId }))) as Cells[];
    expect(csv[0]).toEqual(['id', 'name', 'big', 'pay', 'ssn']);
    expect(csv.length).toBe(26);
    expect(csv[4]?.slice(0, 4)).toEqual(['3', '', '9007199254740993', '1.10']);
    expect(csv[5]?.slice(0, 4)).toEqual(['4', null, '9007199254740993', null]);
    expect(json[3]).toMatchObject({ id: 3, name: '', big: '9007199254740993', pay: '1.10' });
    expect(Object.keys(json[4] ?? {})).toEqual(['id', 'big', 'ssn']);
    const chosen = {
      asOf,
      filter: [{ column: 'id', is: 'gt', value: 20 }],
      sort: [{ column: 'id', descending: true }],
    } as const;
    const some = viewer.exportTable('people', {
      ...chosen,
      filter: [...chosen.filter],
      sort: [...chosen.sort],
      format: 'csv',
      rowsMax: 3,
    });
    expect(readCsv(await textOf(some)).map(([id]) => id)).toEqual(['id', '24', '23', '22']);
  });

  test('of the log as CSV has a field for what a change takes back, and no stretch goes backward', async () => {
    const { seq } = await admin.update('people', '24', { name: 'wrong' });
    await admin.revert({ seq });
    const csv = readCsv(await textOf(viewer.exportLog({ format: 'csv', from: { seq } })));
    expect(csv[1]?.[csv[0]?.indexOf('reverts') ?? -1]).toBe(`[${seq},${seq}]`);
    const out = join(folder, 'backward.ndjson');
    expect(await bob.refusal(['export', '--log', '--from', '9', '--to', '5', '--out', out])).toMatchObject({
      code: 'bad_request',
      exit: 1,
    });
    expect(await readdir(folder)).not.toContain('backward.ndjson');
  });

  test('shows nobody a sealed value but an administrator who asks for it', async () => {
    for (const format of ['csv', 'json', 'ndjson'] as const) {
      for (const who of [admin, viewer])
        expect(await textOf(who.exportTable('people', { format }))).not.toContain(secret);
    }
    expect(await textOf(viewer.exportLog({ format: 'csv' }))).not.toContain(secret);
    expect(await textOf(admin.exportTable('people', { format: 'csv', open: true }))).toContain(secret);
    await expect(textOf(viewer.exportTable('people', { format: 'csv', open: true }))).rejects.toMatchObject({
      code: 'login_required',
    });
    expect(await bob.refusal(['export', 'people', '--open', '--out', join(folder, 'no.csv')])).toMatchObject({
      exit: 5,
    });
    expect(await readdir(folder)).toEqual([]);
  });
});

test('P11 an export that is given up leaves the file that was there, and nothing beside it', async () => {
  const file = join(folder, 'kept.csv');
  await viewer.exportTable('people', { format: 'csv', asOf: { tag: 'before' } }).save(file);
  const kept = await readFile(file);
  const stop = new AbortController();
  const exported = viewer.exportTable('people', { format: 'csv', signal: stop.signal });
  const saving = exported.save(file, { onProgress: () => stop.abort() });
  await expect(saving).rejects.toMatchObject({ code: 'aborted' });
  expect(await readFile(file)).toEqual(kept);
  await expect(viewer.exportTable('people', { format: 'csv' }).save(folder)).rejects.toMatchObject({ code: 'EISDIR' });
  expect(await readdir(folder)).toEqual(['kept.csv']);
  await rm(file);
});

describe('an export of the log', () => {
  test('has the recorded bytes, of any stretch and of one table', async () => {
    const all = await textOf(viewer.exportLog({ format: 'ndjson' }));
    const recorded = await ledger.query<{ entry: string }>('SELECT entry FROM change ORDER BY seq');
    expect(all).toBe(recorded.map(({ entry }) => `${entry}\n`).join(''));
    const few = viewer.exportLog({ format: 'json', table: 'people', from: { seq: 1 }, to: { seq: 4 } });
    expect((JSON.parse(await textOf(few)) as { seq: number }[]).map(({ seq }) => seq)).toEqual([2, 3, 4]);
    const csv = readCsv(await textOf(viewer.exportLog({ format: 'csv', to: { tag: 'before' } })));
    expect(csv.length).toBe(28);
    expect(await textOf(viewer.exportLog({ format: 'csv', from: { seq: 3 }, to: { seq: 3 } }))).toMatch(
      /^seq,at,.*\n$/,
    );
  });
});

describe('rowcast export', () => {
  test('prints, or writes a file whole', async () => {
    const asOf = ['--as-of', 'before'];
    const printed = await bob.done(['export', 'people', ...asOf, '--where', 'id<5', '--sort', 'id:desc']);
    expect(readCsv(printed).map(([id]) => id)).toEqual(['id', '4', '3', '2', '1', '0']);
    expect((await bob.lines<Cells>(['export', 'people', ...asOf])).length).toBe(25);
    const file = join(folder, 'people.json');
    expect(await bob.done(['export', 'people', ...asOf, '--out', file])).toMatch(
      /people\.json: 25 records, [\d,]+ bytes, as of #27\n$/,
    );
    expect((JSON.parse(await readFile(file, 'utf8')) as unknown[]).length).toBe(25);
    const [told] = await bob.lines<{ records: number }>([
      'export',
      'people',
      '--log',
      '--from',
      '2',
      '--to',
      '4',
      '--out',
      file,
    ]);
    expect(told).toMatchObject({ file, records: 3, cursor: expect.stringMatching(/^4@/) });
    const safe = await bob.done(['export', 'people', '--escape-formulas', ...asOf, '--limit', '1']);
    expect(safe).toContain("0,'=Person 0,");
    expect(await readdir(folder)).toEqual(['people.json']);
  });

  test.each([
    [['export'], { exit: 2 }],
    [['export', 'peopel'], { exit: 3, code: 'table_not_found' }],
    [['export', 'people', '--format', 'xlsx'], { exit: 2 }],
    [['export', 'people', '--format', 'json', '--escape-formulas'], { exit: 2 }],
    [['export', 'people', '--from', '3'], { exit: 2 }],
    [['export', '--log', '--where', 'id=1'], { exit: 2 }],
    [['export', '--log', '--to', '999999'], { exit: 1, code: 'ahead_of_server' }],
    [['export', 'people', '--as-of', 'no-such-tag'], { exit: 3, code: 'tag_not_found' }],
    [['export', 'people', '--out', '/no/such/folder/file.csv'], { exit: 1, code: 'file' }],
  ])('%j is refused and says what to do', async (words, told) => {
    expect(await bob.refusal(words)).toMatchObject(told);
  });
});
