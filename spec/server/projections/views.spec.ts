import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AlterStep, Column } from '../../../protocol/table.ts';
import { columnTypes } from '../../../protocol/values.ts';
import { createLedger, type TestLedger } from '../../support/ledger.ts';
import { createStack, type Stack } from '../stack.ts';

let ledger: TestLedger;
let stack: Stack;

beforeAll(async () => {
  ledger = await createLedger();
  stack = createStack(ledger);
});
afterAll(async () => {
  await stack.stop();
  await ledger.drop();
});

const ours = [
  ['_key', 'text'],
  ['_version', 'bigint'],
  ['_seq', 'bigint'],
  ['_at', 'timestamp with time zone'],
  ['_by', 'text'],
];

async function columnsOf(view: string): Promise<string[][]> {
  const columns = await ledger.query<{ name: string; type: string }>(
    `SELECT column_name AS name, data_type AS type FROM information_schema.columns
     WHERE table_schema = 'rowcast_tables' AND table_name = $1 ORDER BY ordinal_position`,
    [view],
  );
  return columns.map(({ name, type }) => [name, type]);
}

async function select(view: string, columns: string): Promise<Record<string, unknown>[]> {
  return await ledger.query(`SELECT ${columns} FROM rowcast_tables."${view}" ORDER BY _key`);
}

const create = (name: string, ...columns: Column[]): Promise<unknown> =>
  stack.done({ type: 'table.create', name, columns });
const insert = (table: string, key: string, row: Record<string, never> | object): Promise<unknown> =>
  stack.done({ type: 'row.insert', table, key, row: row as never });
const alter = (table: string, ...steps: AlterStep[]): Promise<unknown> =>
  stack.done({ type: 'table.alter', table, steps });

describe('every table is a typed SQL view', () => {
  test('with a column of the right type for each of its columns, and ours', async () => {
    await create('typed', ...columnTypes.map((type) => ({ name: type, type })));
    expect(await columnsOf('typed')).toEqual([
      ['text', 'text'],
      ['integer', 'bigint'],
      ['number', 'double precision'],
      ['decimal', 'numeric'],
      ['boolean', 'boolean'],
      ['date', 'date'],
      ['timestamp', 'timestamp with time zone'],
      ['json', 'json'],
      ...ours,
    ]);
  });

  test('its values are exact', async () => {
    await insert('typed', 'k', {
      text: 'e\u0301 "q" \\n',
      integer: '-9223372036854775808',
      number: 5e-324,
      decimal: '12345678901234567890.10',
      boolean: false,
      date: '0001-01-01',
      timestamp: '2024-05-01T14:00:00.123456+02:00',
      json: { b: 1, a: [1.5, null, 'x'] },
    });
    await insert('typed', 'l', {});
    expect(
      await select(
        'typed',
        `text, integer::text, number::text, decimal::text, boolean, date::text,
         to_char(timestamp AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US') AS timestamp, json::text,
         _key, _version::text, _seq::text, _by`,
      ),
    ).toEqual([
      {
        text: 'e\u0301 "q" \\n',
        integer: '-9223372036854775808',
        number: '5e-324',
        decimal: '12345678901234567890.10',
        boolean: false,
        date: '0001-01-01',
        timestamp: '2024-05-01 12:00:00.123456',
        json: '{"b":1,"a":[1.5,null,"x"]}',
        _key: 'k',
        _version: '1',
        _seq: '2',
        _by: 'ada',
      },
      expect.objectContaining({
        text: null,
        integer: null,
        number: null,
        decimal: null,
        boolean: null,
        date: null,
        timestamp: null,
        json: null,
      }),
    ]);
  });

  test('it follows its table: added, renamed, retyped, removed, in their order, with the rows as they are now', async () => {
    await create('moving', { name: 'a', type: 'integer' }, { name: 'b', type: 'text' });
    await insert('moving', 'k', { a: 5, b: 'x' });
    await alter('moving', { do: 'add', column: { name: 'c', type: 'date', default: '2024-01-01' } });
    expect(await columnsOf('moving')).toEqual([['a', 'bigint'], ['b', 'text'], ['c', 'date'], ...ours]);
    await alter('moving', { do: 'rename', column: 'a', to: 'z' }, { do: 'retype', column: 'z', to: 'decimal' });
    expect(await columnsOf('moving')).toEqual([['z', 'numeric'], ['b', 'text'], ['c', 'date'], ...ours]);
    await alter('moving', { do: 'remove', column: 'b' });
    expect(await columnsOf('moving')).toEqual([['z', 'numeric'], ['c', 'date'], ...ours]);
    expect(await select('moving', 'z, c::text, _version::text')).toEqual([{ z: '5', c: '2024-01-01', _version: '1' }]);
    await stack.done({ type: 'row.update', table: 'moving', key: 'k', row: { z: '6.0' } });
    expect(await select('moving', 'z, _version::text')).toEqual([{ z: '6.0', _version: '2' }]);
    await stack.done({ type: 'row.delete', table: 'moving', key: 'k' });
    expect(await select('moving', 'z')).toEqual([]);
  });

  test('it goes with its table, and a table made again has a view of its own rows', async () => {
    await create('gone', { name: 'a', type: 'integer' });
    await insert('gone', 'k', { a: 1 });
    await stack.done({ type: 'table.drop', table: 'gone' });
    expect(await columnsOf('gone')).toEqual([]);
    await create('gone', { name: 'b', type: 'text' });
    expect(await columnsOf('gone')).toEqual([['b', 'text'], ...ours]);
    expect(await select('gone', 'b')).toEqual([]);
  });

  test('names are names and never SQL', async () => {
    const hostile = [
      'plain',
      'Größe (€)',
      'a"b',
      "a'b",
      '100% %s %I %L',
      '"; DROP TABLE change; --',
      "'); DROP TABLE change; --",
      '$1 \\ {}',
      'select',
      '日本語',
    ];
    await create('Hostile-表_1', ...hostile.map((name) => ({ name, type: 'text' as const })));
    await insert('Hostile-表_1', 'k', Object.fromEntries(hostile.map((name) => [name, `value of ${name}`])));
    const [row] = await select('Hostile-表_1', '*');
    expect(row).toMatchObject(Object.fromEntries(hostile.map((name) => [name, `value of ${name}`])));
    for (const [n, name] of hostile.entries()) await alter('Hostile-表_1', { do: 'rename', column: name, to: `${n}` });
    expect((await columnsOf('Hostile-表_1')).slice(0, hostile.length)).toEqual(hostile.map((_, n) => [`${n}`, 'text']));
    expect(await ledger.query('SELECT 1 FROM change LIMIT 1')).toHaveLength(1);
  });

  test('a name of 63 bytes and a table of 1,000 columns', async () => {
    await create(
      'w'.repeat(63),
      ...Array.from({ length: 1_000 }, (_, n) => ({ name: `c${n}`, type: 'decimal' as const })),
    );
    expect(await columnsOf('w'.repeat(63))).toHaveLength(1_000 + ours.length);
  });

  test('anybody who may connect may read it; nobody may write through it', async () => {
    await ledger.query('CREATE ROLE rowcast_reporter');
    try {
      await ledger.query('GRANT USAGE ON SCHEMA rowcast_tables TO rowcast_reporter');
      const [rights] = await ledger.query<Record<string, boolean>>(`
        SELECT has_table_privilege('rowcast_reporter', 'rowcast_tables.typed', 'SELECT') AS reads,
               has_table_privilege('rowcast_reporter', 'rowcast_tables.typed', 'INSERT, UPDATE, DELETE') AS writes,
               has_table_privilege('rowcast_reporter', 'rowcast.row_projection', 'SELECT') AS reads_all`);
      expect(rights).toEqual({ reads: true, writes: false, reads_all: false });
    } finally {
      await ledger.query('DROP OWNED BY rowcast_reporter; DROP ROLE rowcast_reporter');
    }
  });

  test('a view that somebody built on it does not stand in an administrator’s way', async () => {
    await create('reported', { name: 'a', type: 'integer' });
    await ledger.query('CREATE VIEW public.report AS SELECT a FROM rowcast_tables.reported');
    const answer = await stack.submit({
      type: 'table.alter',
      table: 'reported',
      steps: [{ do: 'add', column: { name: 'b', type: 'text' } }],
    });
    // Granted, or refused for a reason that an administrator can act on; never `internal`.
    if ('error' in answer) expect(answer.error.code).toBe('invalid');
  });
});
