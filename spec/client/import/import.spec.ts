import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connect, type ImportOptions, type ImportPreview, type Ledger } from '../../../client/index.ts';
import { createLedger, type TestLedger } from '../../support/ledger.ts';
import { administrator, startTestServer, type TestServer } from '../../support/server.ts';

let ledger: TestLedger;
let server: TestServer;
let admin: Ledger;

beforeAll(async () => {
  ledger = await createLedger();
  server = await startTestServer(ledger);
  admin = connect(server.address);
  await admin.login(administrator.name, administrator.password);
});
afterAll(async () => {
  await admin.close();
  await server.stop();
  await ledger.drop();
});

const bytesOf = (text: string): AsyncIterable<Uint8Array> => Readable.from([Buffer.from(text)]);

/** Prepares an import, does it unless there are problems, and tells what both came to. */
async function imported(text: string, options: ImportOptions) {
  await using plan = await admin.import(bytesOf(text), options);
  const { preview } = plan;
  const result = preview.problemCount > 0 ? undefined : await plan.commit({ why: 'a spec' });
  return { preview, result, counts: Object.values(preview.counts) };
}

const previewed = async (text: string, options: ImportOptions): Promise<ImportPreview> =>
  (await imported(text, options)).preview;

async function rowsOf(table: string): Promise<Record<string, unknown>> {
  const rows: Record<string, unknown> = {};
  for await (const { key, row } of admin.rows(table)) rows[key] = row;
  return rows;
}

const head = async (): Promise<number> => (await admin.status()).seq;

const rates = 'currency,value,since\nEUR,1.10,2026-01-01\nCHF,0.95,\nDKK,7.46,2026-02-01\n';

test('a new table: types are guessed, shown and overridden; again, nothing is changed', async () => {
  const first = await imported(rates, { table: 'rate', types: { value: 'number' }, key: 'currency', name: 'rate.csv' });
  expect(first.preview).toMatchObject({
    isNew: true,
    key: 'currency',
    isJudged: false,
    file: {
      rows: 3,
      format: 'csv',
      columns: [{ filled: 3 }, { type: 'decimal', samples: ['1.10', '0.95', '7.46'] }, { filled: 2 }],
    },
    definition: { columns: [{ type: 'text' }, { type: 'number' }, { type: 'date' }] },
  });
  // 1.10 is not how a number is written, so that it could not come back as it was.
  expect(first.preview.problems).toEqual([
    { line: 2, column: 'value', reason: expect.stringContaining('"1.10" is not the shortest form of a number') },
  ]);
  const { result, counts } = await imported(rates, { table: 'rate' });
  expect([counts, result?.changes]).toEqual([[3, 0, 0, 0], 4]);
  expect(await rowsOf('rate')).toEqual({
    CHF: { currency: 'CHF', value: '0.95' },
    DKK: { currency: 'DKK', value: '7.46', since: '2026-02-01' },
    EUR: { currency: 'EUR', value: '1.10', since: '2026-01-01' },
  });
  const before = await head();
  for (const mode of ['insert', 'upsert', 'mirror'] as const) {
    const again = await imported(rates, { table: 'rate', mode, types: { value: 'decimal' }, key: 'currency' });
    expect([again.counts, again.result]).toEqual([[0, 0, 0, 3], { changed: false, changes: 0 }]);
  }
  expect(await head()).toBe(before);
});

test('rows that a spreadsheet has left empty cost no table its key, and are no rows', async () => {
  const first = await imported('id,name\n1,ada\n,\n2,bob\n,\n', { table: 'gaps' });
  expect(first.preview).toMatchObject({ key: 'id', file: { rows: 2, notes: ['2 rows without any value: skipped'] } });
  expect(first.result?.changes).toBe(3);
  const again = await imported(' \nid,name\n1,ada\n,\n2,eve\n', { table: 'gaps', mode: 'mirror' });
  expect([again.preview.problems, again.counts]).toEqual([[], [0, 1, 0, 1]]);
  expect(await rowsOf('gaps')).toEqual({ 1: { id: 1, name: 'ada' }, 2: { id: 2, name: 'eve' } });
});

test('a row whose key is a blank comes back from an export all the same', async () => {
  await admin.createTable({ name: 'blanks', columns: [{ name: 'a', type: 'text' }] });
  await admin.insert('blanks', { a: ' ' }, { key: ' ' });
  await admin.insert('blanks', {}, { key: '\t' });
  let text = '';
  for await (const part of admin.exportTable('blanks', { format: 'csv' })) text += part;
  expect(text).toBe('_key,a\n"\t",\n" "," "\n');
  expect((await imported(text, { table: 'blanks', mode: 'mirror' })).counts).toEqual([0, 0, 0, 2]);
});

describe('into a table that is there', () => {
  const other = 'value,currency\n1.20,EUR\n0.95,CHF\n11.1,SEK\n';

  beforeAll(async () => {
    await imported(rates, { table: 'there' });
  });

  test('insert adds what is new, and refuses what is there with other values', async () => {
    const { preview } = await imported(other, { table: 'there' });
    expect(preview.problems).toEqual([
      { line: 2, column: 'currency', reason: 'there is a row "EUR" already, with another value' },
    ]);
    const { counts } = await imported('currency,value\nCHF,0.95\nNOK,11.3\n', { table: 'there' });
    expect(counts).toEqual([1, 0, 0, 1]);
  });

  test('upsert changes what the file has, and leaves the other columns and rows', async () => {
    const { preview, result, counts } = await imported(other, { table: 'there', mode: 'upsert' });
    expect(counts).toEqual([1, 1, 0, 1]);
    expect(preview.samples.updates).toEqual([{ line: 2, key: 'EUR', row: { value: '1.20' }, was: { value: '1.10' } }]);
    expect(result).toMatchObject({ changed: true, changes: 2 });
    expect(await rowsOf('there')).toMatchObject({
      EUR: { value: '1.20', since: '2026-01-01' },
      NOK: { value: '11.3' },
      SEK: { value: '11.1' },
    });
  });

  test('mirror makes the table what the file is, as one command with its reason', async () => {
    const { counts, result } = await imported(rates, { table: 'there', mode: 'mirror' });
    expect(counts).toEqual([0, 1, 2, 2]);
    expect(Object.keys(await rowsOf('there'))).toEqual(['CHF', 'DKK', 'EUR']);
    const entries = [];
    for await (const { entry } of admin.readLog({ after: (result?.seq ?? 0) - 3 })) entries.push(entry);
    expect(entries).toMatchObject([{ op: 'delete', why: 'a spec' }, { op: 'delete' }, { op: 'update', key: 'EUR' }]);
    expect(new Set(entries.map(({ command }) => command)).size).toBe(1);
  });

  test('an empty cell empties it', async () => {
    await imported('currency,since\nEUR,\n', { table: 'there', mode: 'upsert' });
    expect(await rowsOf('there')).toMatchObject({ EUR: { currency: 'EUR', value: '1.10' } });
    expect(await rowsOf('there')).not.toHaveProperty('EUR.since');
  });

  test('of a large table, a small file reads its own rows only', async () => {
    const rows = Array.from({ length: 100 }, (_, id) => `${id},n${id}`).join('\n');
    await imported(`id,name\n${rows}\n`, { table: 'many', types: {} });
    const { counts } = await imported('id,name\n7,n7\n8,other\n200,new\n', { table: 'many', mode: 'upsert' });
    expect(counts).toEqual([1, 1, 0, 1]);
  });

  test.each<[string, Partial<ImportOptions>, string]>([
    ['value\n1\n', {}, 'has no column currency, which is the key'],
    ['currency,vlaue\nEUR,1\n', {}, 'table there has no column "vlaue"'],
    [rates, { types: { value: 'number' } }, 'value of table there is decimal'],
    [rates, { key: 'value' }, 'the key of table there is currency'],
    [rates, { skip: ['none'] }, 'the file has no column "none"'],
  ])('%j with %j is refused as a whole', async (text, options, message) => {
    await expect(imported(text, { table: 'there', ...options })).rejects.toThrow(message);
  });
});

test('every row that is wrong is told with line, column and reason, by the rules of the table and of the server', async () => {
  await admin.createTable({
    name: 'strict',
    key: 'id',
    columns: [
      { name: 'id', type: 'integer' },
      { name: 'name', type: 'text', required: true },
      { name: 'age', type: 'integer', min: 0 },
      { name: 'mail', type: 'text', unique: true },
    ],
  });
  const text = 'id,name,age,mail\n1,ada,x,a\n2,,-1,b\n1,eve,3,c\n,bob,4,d\n5,eve\n6,ok,1,e\n7,ok,1,e\n6,six,1,f\n';
  const broken = await previewed(text, { table: 'strict' });
  expect(broken.problems).toEqual([
    { line: 2, column: 'age', reason: expect.stringContaining('"x" is not an integer') },
    { line: 3, column: 'name', reason: 'is required' },
    { line: 3, column: 'age', reason: 'is below the least allowed, 0' },
    { line: 4, column: 'id', reason: 'the key "1" stands on line 2 already' },
    { line: 5, column: 'id', reason: 'is the key and is empty' },
    { line: 6, reason: 'has 2 fields where there are 4 columns' },
    { line: 8, column: 'mail', reason: 'is unique, and line 7 has this value already' },
    { line: 9, column: 'id', reason: 'the key "6" stands on line 7 already' },
  ]);
  expect(await rowsOf('strict')).toEqual({});
});

describe('all that is wrong is told at once', () => {
  const definition = {
    key: 'id',
    columns: [
      { name: 'id', type: 'integer' as const },
      { name: 'name', type: 'text' as const, required: true },
      { name: 'age', type: 'integer' as const, min: 0 },
      { name: 'pay', type: 'decimal' as const, unique: true },
    ],
  };

  test('of a row: what cannot be read, what the rules say of the rest, its key and what is unique', async () => {
    await admin.createTable({ name: 'once', ...definition });
    const text = 'id,name,age,pay\n1,,x,1.0\n1,ada,-1,no\n2,bob,1,1.00\n,,-2,y\n3,eve,3,2.50\n3,,4,?\n4,kim,5,2.5\n';
    const { problems } = await previewed(text, { table: 'once' });
    expect(problems.map(({ line, column, reason }) => [line, column, reason.split(';')[0]])).toEqual([
      [2, 'age', '"x" is not an integer'],
      [2, 'name', 'is required'],
      [3, 'pay', '"no" is not a decimal'],
      [3, 'age', 'is below the least allowed, 0'],
      [3, 'id', 'the key "1" stands on line 2 already'],
      [4, 'pay', 'is unique, and line 2 has this value already'],
      [5, 'pay', '"y" is not a decimal'],
      [5, 'name', 'is required'],
      [5, 'age', 'is below the least allowed, 0'],
      [5, 'id', 'is the key and is empty'],
      [7, 'pay', '"?" is not a decimal'],
      [7, 'name', 'is required'],
      [7, 'id', 'the key "3" stands on line 6 already'],
      [8, 'pay', 'is unique, and line 6 has this value already'],
    ]);
  });

  test('of a large file: what is unique in it and in the table, before it is sent', async () => {
    await admin.createTable({ name: 'large', ...definition });
    await imported('id,name,pay\n1,ada,1.50\n2,bob,2.50\n', { table: 'large' });
    const rows = Array.from({ length: 6_000 }, (_, id) => `${id + 10},n,${id + 10}`);
    const text = `id,name,pay\n${rows.join('\n')}\n7000,twin,12.0\n7001,taken,1.5\n2,bob,1.50\n`;
    const { problems, isJudged } = await previewed(text, { table: 'large', mode: 'upsert' });
    expect(isJudged).toBe(false);
    expect(problems).toEqual([
      { line: 6002, column: 'pay', reason: 'is unique, and line 4 has this value already' },
      { line: 6003, column: 'pay', reason: 'is unique, and row "1" has this value already' },
      { line: 6004, column: 'pay', reason: 'is unique, and line 6003 has this value already' },
    ]);
    // What the file takes away or leaves out is free.
    const mirrored = await imported('id,name,pay\n3,kim,1.5\n2,bob,2.5\n', { table: 'large', mode: 'mirror' });
    expect([mirrored.preview.problems, mirrored.counts]).toEqual([[], [1, 1, 1, 0]]);
    // An object that does not name its value keeps it.
    const kept = '{"id":2,"name":"bob"}\n{"id":3,"name":"kim"}\n{"id":4,"name":"eve","pay":"2.5"}\n';
    expect((await previewed(kept, { table: 'large', mode: 'upsert', name: 'x.ndjson' })).problems).toEqual([
      { line: 3, column: 'pay', reason: 'is unique, and row "2" has this value already' },
    ]);
  });

  test('of values that rows of the table swap nothing is wrong', async () => {
    const moved = await imported('id,name,pay\n2,bob,1.5\n3,kim,2.5\n', { table: 'large', mode: 'upsert' });
    expect([moved.preview.problems, moved.preview.isJudged, moved.counts]).toEqual([[], true, [0, 2, 0, 0]]);
    expect(await rowsOf('large')).toMatchObject({ 2: { pay: '1.5' }, 3: { pay: '2.5' } });
  });
});

test.each([
  ['on', (rank: number) => rank + 1],
  ['back', (rank: number) => rank - 1],
  ['to the other end', (rank: number) => 401 - rank],
])(
  'mirror makes a table whose ranks have all moved %s equal to the file; the preview says so, and a revert takes it back',
  async (how, moved) => {
    const table = `ranked-${how.replaceAll(' ', '-')}`;
    const columns = [
      { name: 'id', type: 'text' as const },
      { name: 'rank', type: 'integer' as const, unique: true },
    ];
    await admin.createTable({ name: table, key: 'id', columns });
    const file = (rankOf: (rank: number) => number): string =>
      ['id,rank', ...Array.from({ length: 400 }, (_, n) => `${(n * 7) % 400},${rankOf(n + 1)}`)].join('\n');
    await imported(
      file((rank) => rank),
      { table, mode: 'mirror' },
    );
    const before = await rowsOf(table);
    const { preview, result, counts } = await imported(file(moved), { table, mode: 'mirror' });
    expect([preview.problems, preview.isJudged, counts]).toEqual([[], true, [0, 400, 0, 0]]);
    expect(result).toMatchObject({ changed: true, changes: 400 });
    expect((await imported(file(moved), { table, mode: 'mirror' })).counts).toEqual([0, 0, 0, 400]);
    await admin.revert({ command: result?.command ?? '' });
    expect(await rowsOf(table)).toEqual(before);
  },
);

test('a row that somebody changes between preview and commit is refused, by its line', async () => {
  await imported('id,n\na,1\nb,2\n', { table: 'raced', key: 'id' });
  await using plan = await admin.import(bytesOf('id,n\na,1\nb,3\n'), { table: 'raced', mode: 'mirror' });
  await admin.update('raced', 'b', { n: 9 });
  await expect(plan.commit()).rejects.toMatchObject({ code: 'conflict', problems: [{ line: 3 }] });
  expect(await rowsOf('raced')).toMatchObject({ b: { n: 9 } });
});

describe('rows without a key of their own', () => {
  const text = 'day,n\n2026-01-01,1\n2026-01-01,1\n2026-01-02,1\n';

  test('have one made of what they hold, so that the same file again changes nothing', async () => {
    expect((await imported(text, { table: 'keyless', key: false })).counts).toEqual([3, 0, 0, 0]);
    expect((await imported(text, { table: 'keyless' })).counts).toEqual([0, 0, 0, 3]);
    const turned = `${text.split('\n').toReversed().slice(1, 4).join('\n')}\n`.replace('day,n\n', '');
    const reordered = await imported(`day,n\n${turned}2026-01-03,4\n`, { table: 'keyless', mode: 'mirror' });
    expect(reordered.counts.slice(0, 3)).toEqual([1, 0, 0]);
  });

  test('which is the same when a column has got another type since', async () => {
    const numbers = 'a,b\n5,1.5\n5,1.5\n7,2\n';
    expect((await imported(numbers, { table: 'retyped', key: false, types: { a: 'text' } })).counts[0]).toBe(3);
    await admin.alterTable('retyped', [
      { do: 'retype', column: 'a', to: 'integer' },
      { do: 'retype', column: 'b', to: 'decimal' },
    ]);
    for (const mode of ['insert', 'mirror'] as const) {
      expect((await imported(numbers, { table: 'retyped', mode })).counts).toEqual([0, 0, 0, 3]);
    }
  });

  test('or the one that 0.3.0 made, of the cells by their types', async () => {
    await admin.createTable({
      name: 'former',
      columns: [
        { name: 'day', type: 'date' },
        { name: 'n', type: 'integer' },
      ],
    });
    const row = { day: '2026-01-01', n: 1 };
    // 0.3.0 made these of the rows of this file, the second of two that are the same.
    await admin.insert('former', row, { key: 'JtOfIRm2qu0HMpR617BW' });
    await admin.insert('former', row, { key: 'JtOfIRm2qu0HMpR617BW.2' });
    expect((await imported(text, { table: 'former' })).counts).toEqual([1, 0, 0, 2]);
    expect((await imported(text, { table: 'former', mode: 'mirror' })).counts).toEqual([0, 0, 0, 3]);
    // Under both keys it is there twice, and once in the file.
    await admin.insert('former', { day: '2026-01-02', n: 1 }, { key: 'WhL3gc3qqUMjFadFLcEc' });
    expect((await imported(text, { table: 'former', mode: 'mirror' })).counts).toEqual([0, 0, 1, 3]);
    expect(Object.keys(await rowsOf('former'))).toHaveLength(3);
  });

  test('or are named by a column of the file', async () => {
    await admin.createTable({ name: 'named', columns: [{ name: 'n', type: 'integer' }] });
    expect((await imported('_key,n\nx,1\ny,2\n', { table: 'named' })).counts).toEqual([2, 0, 0, 0]);
    expect((await imported('code,n\nx,3\n', { table: 'named', key: 'code', mode: 'upsert' })).counts).toEqual([
      0, 1, 0, 0,
    ]);
    expect(await rowsOf('named')).toEqual({ x: { n: 3 }, y: { n: 2 } });
    await expect(imported('n\n3\n', { table: 'named', mode: 'upsert' })).rejects.toThrow('no key column');
  });
});

test('a JSON number keeps its value, and in a decimal column how it is written', async () => {
  const rows = '{"id":1,"a":1.10,"b":1.10}\n';
  await imported(rows, { table: 'written', name: 'written.ndjson', types: { b: 'decimal' } });
  expect(await rowsOf('written')).toEqual({ 1: { id: 1, a: 1.1, b: '1.10' } });
});

test('JSON keeps every value as it is written', async () => {
  const text =
    '{"id":1,"big":12345678901234567890,"f":0.0,"tags":["b",{"a":null}],"t":"00501"}\n{"id":2,"big":5,"f":1e-7}\n';
  await imported(text, { table: 'exact', name: 'exact.ndjson' });
  expect(await rowsOf('exact')).toEqual({
    1: { id: 1, big: '12345678901234567890', f: 0, tags: ['b', { a: null }], t: '00501' },
    2: { id: 2, big: '5', f: 1e-7 },
  });
});

describe('JSON that does not name every cell', () => {
  const text = '{"id":1,"a":2,"c":1}\n{"id":2,"b":3,"c":null}\n';
  const words = { table: 'partial', name: 'x.ndjson' } as const;

  beforeAll(async () => {
    const columns = [...'abc'].map((name) => ({ name, type: 'integer' as const }));
    columns.push({ name: 'd', type: 'integer', default: 7 } as (typeof columns)[number]);
    await admin.createTable({ name: 'partial', key: 'id', columns: [{ name: 'id', type: 'integer' }, ...columns] });
    await admin.insert('partial', { id: 1, a: 1, b: 1, c: 1 });
    await admin.insert('partial', { id: 2, a: 1, b: 1, c: 1 });
  });

  test('leaves it as it is, or by its default in a new row', async () => {
    expect((await imported(`${text}{"id":3}\n`, { ...words, mode: 'upsert' })).counts).toEqual([1, 2, 0, 0]);
    expect(await rowsOf('partial')).toEqual({
      1: { id: 1, a: 2, b: 1, c: 1, d: 7 },
      2: { id: 2, a: 1, b: 3, d: 7 },
      3: { id: 3, d: 7 },
    });
  });

  test('mirrored, it is the whole row but for what is skipped; an empty file is an empty table', async () => {
    expect((await imported(text, { ...words, mode: 'mirror', skip: ['d'] })).counts).toEqual([0, 2, 1, 0]);
    expect(await rowsOf('partial')).toEqual({ 1: { id: 1, a: 2, c: 1, d: 7 }, 2: { id: 2, b: 3, d: 7 } });
    expect((await imported(text, { ...words, mode: 'mirror' })).counts).toEqual([0, 2, 0, 0]);
    expect(await rowsOf('partial')).toEqual({ 1: { id: 1, a: 2, c: 1 }, 2: { id: 2, b: 3 } });
    expect((await imported('[]', { ...words, mode: 'mirror', name: 'x.json', key: 'id' })).counts).toEqual([
      0, 0, 2, 0,
    ]);
    expect((await imported('', { ...words, mode: 'mirror' })).result).toMatchObject({ changed: false });
  });
});

test('sealed columns are compared by what they hold', async () => {
  await admin.createTable({
    name: 'sealed',
    key: 'id',
    columns: [
      { name: 'id', type: 'text' },
      { name: 'pay', type: 'decimal', sealed: true },
    ],
  });
  const text = 'id,pay\na,10.00\nb,20.00\n';
  expect((await imported(text, { table: 'sealed' })).counts).toEqual([2, 0, 0, 0]);
  expect((await imported(text.replace('20', '30'), { table: 'sealed', mode: 'mirror' })).counts).toEqual([0, 1, 0, 1]);
});

test('P9 a viewer imports nothing, and is told before the file is read', async () => {
  await using viewer = connect(server.address);
  async function* unread(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('a\n1\n');
    expect.fail('the file was read');
  }
  await expect(viewer.import(unread(), { table: 'x' })).rejects.toMatchObject({ code: 'login_required' });
});

test.each(['csv', 'ndjson', 'json'] as const)('an export as %s reads back, and nothing is changed', async (format) => {
  const table = `exported_${format}`;
  const columns = (['text', 'integer', 'number', 'decimal', 'boolean', 'date', 'timestamp', 'json'] as const).map(
    (type) => ({ name: `a ${type}`, type }),
  );
  await admin.createTable({ name: table, columns });
  await admin.insert(table, {
    'a text': '=1+"2",\r\nä\u{1f600}',
    'a integer': '9007199254740993',
    'a number': 1e-7,
    'a decimal': '1.10',
    'a boolean': false,
    'a date': '2026-02-28',
    'a timestamp': '2026-02-28T08:00:00.120+02:00',
    'a json': { b: [1, 'x'], a: null },
  });
  await admin.insert(table, { 'a text': '', 'a json': '' });
  await admin.insert(table, {});
  let text = '';
  for await (const part of admin.exportTable(table, { format })) text += part;
  const { counts } = await imported(text, { table, mode: 'mirror', name: `x.${format}` });
  expect(counts).toEqual([0, 0, 0, 3]);
});
