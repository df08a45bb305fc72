import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connect, type Ledger, type Replica, RowcastError } from '../../client/index.ts';
import { type Cell, type Cells, type ColumnType, columnTypes, instantMicros } from '../../protocol/values.ts';
import { awkwardTexts, cellOf } from '../protocol/arbitraries.ts';
import { createLedger, type TestLedger } from '../support/ledger.ts';
import { administrator, startTestServer, type TestServer } from '../support/server.ts';

/**
 * A value goes the whole way: client → command → log → feed → replica, row.get, row.list, row.history, log.read, SQL
 * view. Everywhere it is the same to the letter, or it was refused with a reason (RELIABILITY J72).
 */
let ledger: TestLedger;
let server: TestServer;
let admin: Ledger;
let viewer: Ledger;
let replica: Replica;
let rows = 0;

const columns = columnTypes.map((type) => ({ name: type, type }));

beforeAll(async () => {
  ledger = await createLedger();
  server = await startTestServer(ledger);
  admin = connect(server.address);
  viewer = connect(server.address);
  await admin.login(administrator.name, administrator.password);
  await admin.createTable({ name: 'v', columns });
  replica = viewer.replica('v');
  await replica.ready();
});
afterAll(async () => {
  await admin.close();
  await viewer.close();
  await server.stop();
  await ledger.drop();
});

/** The text that a view's column of each type shows; what numeric, timestamptz and date print is judged by value. */
const viewed: Readonly<Record<ColumnType, string>> = {
  text: 'text',
  integer: 'integer::text',
  number: 'to_json(number)::text',
  decimal: 'decimal::text',
  boolean: 'boolean',
  date: 'date::text',
  timestamp: `(extract(epoch FROM timestamp) * 1000000)::numeric(30, 0)::text`,
  json: 'json::text',
};

function expectedInView(type: ColumnType, cell: Cell): unknown {
  switch (type) {
    case 'integer':
      return String(cell);
    case 'number':
      return Number(cell);
    case 'timestamp':
      return String(instantMicros(String(cell)));
    case 'json':
      return JSON.stringify(cell);
    default:
      return cell;
  }
}

async function expectEverywhere(key: string, sent: Cells): Promise<void> {
  // Text against text: toEqual would pass over -0, undefined and the order of names.
  const text = JSON.stringify(sent);
  const same = (where: string, row: Cells | undefined): void => {
    expect(JSON.stringify(ordered(row ?? {})), where).toBe(text);
  };
  same('replica', replica.rows.get(key)?.row);
  same('row.get', (await viewer.get('v', key)).row);
  const listed = await viewer.list('v', { filter: [] });
  same('row.list', listed.rows.find((row) => row.key === key)?.row);
  for await (const { entry } of viewer.history('v', key)) same('row.history', 'row' in entry ? entry.row : undefined);
  const [stored] = await ledger.query<{ entry: string }>('SELECT entry FROM change WHERE key = $1', [key]);
  same('log', (JSON.parse(stored?.entry ?? '{}') as { row?: Cells }).row);
  await expectInView(key, sent);
}

async function expectInView(key: string, sent: Cells): Promise<void> {
  const shown = columnTypes.map((type) => `${viewed[type]} AS "${type}"`).join(', ');
  const [view] = await ledger.query<Record<string, unknown>>(`SELECT ${shown} FROM rowcast_tables.v WHERE _key = $1`, [
    key,
  ]);
  for (const type of columnTypes) {
    const cell = sent[type];
    const found = view?.[type] ?? null;
    if (cell === undefined) expect(found, `view: ${type}`).toBeNull();
    else expect(type === 'number' ? Number(found) : found, `view: ${type}`).toEqual(expectedInView(type, cell));
  }
}

function ordered(row: Cells): Cells {
  return Object.fromEntries(columnTypes.flatMap((type) => (row[type] === undefined ? [] : [[type, row[type]]])));
}

async function insert(row: Cells): Promise<string> {
  rows += 1;
  const { key = '', seq } = await admin.insert('v', row, { key: `r${rows}` });
  await replica.reached(seq);
  return key;
}

describe('D10 D11 P5 every value comes back exactly as it was sent', () => {
  test.each(columnTypes)('%s', async (type) => {
    await fc.assert(
      fc.asyncProperty(cellOf[type], async (value) => {
        const row = { [type]: value };
        await expectEverywhere(await insert(row), row);
      }),
      { numRuns: 15 },
    );
  });

  test('all of them in one row, and all together in a batch', async () => {
    const row = fc.record(cellOf).map(ordered);
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 3 }), async (sent) => {
        const commands = sent.map((one, n) => ({
          type: 'row.insert' as const,
          table: 'v',
          key: `batch${rows}-${n}`,
          row: one,
        }));
        const { seq } = await admin.batch(commands);
        rows += 1;
        await replica.reached(seq);
        for (const { key, row: one } of commands) await expectEverywhere(key, one);
      }),
      { numRuns: 8 },
    );
  });

  test.each(awkwardTexts.map((text) => [JSON.stringify(text), text]))(
    'the text %s, as a cell, in json and as a name',
    async (_, text) => {
      const row = { text, json: { [text]: [text] } };
      await expectEverywhere(await insert(row), row);
    },
  );

  test('every plane of Unicode, all characters of it', async () => {
    for (let plane = 0; plane <= 16; plane += 1) {
      const points: string[] = [];
      for (let point = plane * 0x10000 + 1; point < (plane + 1) * 0x10000; point += 1) {
        if (point < 0xd800 || point > 0xdfff) points.push(String.fromCodePoint(point));
      }
      const row = { text: points.join('') };
      const key = await insert(row);
      expect((await viewer.get('v', key)).row.text === row.text, `plane ${plane}`).toBe(true);
      expect(replica.rows.get(key)?.row.text === row.text, `replica, plane ${plane}`).toBe(true);
      await admin.delete('v', key);
    }
  });

  test.each<readonly [ColumnType, Cell]>([
    ['integer', '9223372036854775807'],
    ['integer', '-9223372036854775808'],
    ['integer', Number.MAX_SAFE_INTEGER],
    ['number', 5e-324],
    ['number', Number.MAX_VALUE],
    ['number', 1e21],
    ['number', 0.1],
    ['decimal', '1.10'],
    ['decimal', `0.${'0'.repeat(500)}1`],
    ['date', '0001-01-01'],
    ['date', '9999-12-31'],
    ['timestamp', '0001-01-01T00:00:00+15:59'],
    ['timestamp', '9999-12-31T23:59:59.999999-15:59'],
    ['timestamp', '2024-05-01T12:00:00.10Z'],
    ['json', { b: 1, a: { d: 2, c: 3 } }],
    ['json', [[], {}, '', 0, false, [null]]],
    ['json', 'a text'],
  ])('%s %j', async (type, value) => {
    const row = { [type]: value };
    await expectEverywhere(await insert(row), row);
  });
});

describe('D10 D11 what cannot come back so is refused with a reason, by the server or ahead of it', () => {
  test.each<readonly [string, Cells]>([
    ['NUL', { text: 'a\0b' }],
    ['a lone surrogate', { text: '\ud83d' }],
    ['NUL deep in json', { json: { a: ['\0'] } }],
    ['negative zero', { number: -0 }],
    ['negative zero in json', { json: [-0] }],
    ['an unsafe integer as a number', { integer: 2 ** 53 }],
    ['an integer of 65 bits', { integer: '9223372036854775808' }],
    ['a decimal as a number', { decimal: 1.1 }],
    ['negative zero as a decimal', { decimal: '-0.00' }],
    ['an exponent in a decimal', { decimal: '1e5' }],
    ['a day that is none', { date: '2023-02-29' }],
    ['a timestamp without its offset', { timestamp: '2024-05-01T12:00:00' }],
    ['nanoseconds', { timestamp: '2024-05-01T12:00:00.123456789Z' }],
    ['NaN', { number: Number.NaN }],
    ['Infinity in json', { json: [Number.POSITIVE_INFINITY] }],
    ['undefined deep in json', { json: [undefined] } as never],
    ['a Date', { timestamp: new Date(0) } as never],
    ['a name that objects treat in their own way', { json: JSON.parse('{"__proto__":{"x":1}}') as Cell }],
  ])('%s', async (_, row) => {
    const before = (await ledger.query('SELECT 1 FROM change')).length;
    const error: unknown = await admin.insert('v', row).catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(RowcastError);
    expect(['invalid', 'bad_request']).toContain((error as RowcastError).code);
    expect((error as RowcastError).message.length).toBeGreaterThan(10);
    expect(await ledger.query('SELECT 1 FROM change')).toHaveLength(before);
  });
});
