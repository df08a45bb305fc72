import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Command } from '../../../protocol/commands.ts';
import type { CurrentRow } from '../../../protocol/errors.ts';
import type { QueryOf } from '../../../protocol/queries.ts';
import type { ReplyOf } from '../../../protocol/replies.ts';
import type { Column } from '../../../protocol/table.ts';
import { type Cell, type Cells, type ColumnType, columnTypes, compareCells } from '../../../protocol/values.ts';
import { cellOf, rowOf } from '../../protocol/arbitraries.ts';
import { createLedger, type TestLedger } from '../../support/ledger.ts';
import { createStack, type Stack } from '../stack.ts';
import { refusedQuery } from './refusal.ts';

let ledger: TestLedger;
let stack: Stack;
let tables = 0;

beforeAll(async () => {
  ledger = await createLedger();
  stack = createStack(ledger, { pageRowsMax: 1_000 });
});
afterAll(async () => {
  await stack.stop();
  await ledger.drop();
});

/** Makes a table and rows with the keys k0, k1 …; returns its name. */
async function tableOf(columns: readonly Column[], rows: readonly Cells[] = []): Promise<string> {
  tables += 1;
  const table = `list${tables}`;
  await stack.done({ type: 'table.create', name: table, columns: [...columns] });
  const commands = rows.map((row, n) => ({ type: 'row.insert' as const, table, key: `k${n}`, row }));
  if (commands.length > 0) await stack.done({ type: 'batch', commands });
  return table;
}

type List = Omit<QueryOf<'row.list'>, 'type' | 'table'>;
const list = (table: string, options: List = {}): Promise<ReplyOf<'row.list'>> =>
  stack.ask({ type: 'row.list', table, ...options });
const keysOf = async (table: string, options: List = {}): Promise<string[]> =>
  (await list(table, options)).rows.map(({ key }) => key);

describe('filter, search, order', () => {
  const sample: Record<Exclude<ColumnType, 'json'>, readonly Cell[]> = {
    text: ['b', 'B', '\u00e4', '\u{1f600}', '\uffff', ''],
    integer: [10, 9, -1, '9007199254740993', '-9223372036854775808'],
    number: [10, 9, -0.5, 1e300, 5e-324],
    decimal: ['10', '9.99', '-0.5', '0.10', '0.2'],
    boolean: [true, false],
    date: ['2024-02-29', '0001-01-01', '9999-12-31'],
    timestamp: [
      '2024-05-01T12:00:00Z',
      '2024-05-01T13:00:00+02:00',
      '2024-05-01T12:00:00.000001Z',
      '0001-01-01T00:00:00+15:59',
    ],
  };

  test.each(Object.keys(sample) as (keyof typeof sample)[])(
    'sorts %s by value, up and down, empty cells last both ways',
    async (type) => {
      const cells: Cell[] = [null, ...sample[type], null];
      const table = await tableOf(
        [{ name: 'c', type }],
        cells.map((c) => ({ c })),
      );
      for (const descending of [false, true]) {
        const { rows } = await list(table, { sort: [{ column: 'c', descending }] });
        const up = [...sample[type]].sort((a, b) => compareCells(type, a, b));
        const expected = descending ? up.reverse() : up;
        expect(rows.map(({ row }) => row.c ?? null)).toEqual([...expected, null, null]);
        expect(rows.slice(-2).map(({ key }) => key)).toEqual(['k0', `k${cells.length - 1}`]);
      }
    },
  );

  test('sorts by several columns, then by the key in code point order', async () => {
    const table = await tableOf(
      [
        { name: 'a', type: 'integer' },
        { name: 'b', type: 'text' },
      ],
      [
        { a: 1, b: 'x' },
        { a: 2, b: 'x' },
        { a: 1, b: 'y' },
        { a: 2, b: 'x' },
      ],
    );
    expect(await keysOf(table, { sort: [{ column: 'b', descending: true }, { column: 'a' }] })).toEqual([
      'k2',
      'k0',
      'k1',
      'k3',
    ]);
    expect(await keysOf(table, { sort: [] })).toEqual(['k0', 'k1', 'k2', 'k3']);
  });

  test('without a sort, keys that are numbers go by value and others by code point', async () => {
    for (const [type, ids, expected] of [
      ['integer', [10, 9, -1], ['-1', '9', '10']],
      ['text', ['b', 'a', 'B'], ['B', 'a', 'b']],
    ] as const) {
      tables += 1;
      const table = `list${tables}`;
      await stack.done({ type: 'table.create', name: table, key: 'id', columns: [{ name: 'id', type }] });
      for (const id of ids) await stack.done({ type: 'row.insert', table, row: { id } });
      expect(await keysOf(table)).toEqual(expected);
      expect(await keysOf(table, { limit: 1, after: (await list(table, { limit: 1 })).next })).toEqual([expected[1]]);
    }
  });

  test('search is a substring in any case, in text columns only, and its signs mean nothing', async () => {
    const table = await tableOf(
      [
        { name: 'name', type: 'text' },
        { name: 'note', type: 'text' },
        { name: 'n', type: 'integer' },
      ],
      [{ name: 'Größe 100%' }, { note: 'GRÖSSE' }, { name: 'a_b', note: "O'Neil" }, { n: 100 }, { name: 'Ünal \\d+' }],
    );
    const found = (search: string): Promise<string[]> => keysOf(table, { search });
    expect(await found('grö')).toEqual(['k0', 'k1']);
    expect(await found('100')).toEqual(['k0']);
    expect(await found('%')).toEqual(['k0']);
    expect(await found('_')).toEqual(['k2']);
    expect(await found("o'n")).toEqual(['k2']);
    expect(await found('ünal \\D')).toEqual(['k4']);
    expect(await found('nothing')).toEqual([]);
    expect(await keysOf(await tableOf([{ name: 'n', type: 'integer' }], [{ n: 1 }]), { search: '1' })).toEqual([]);
  });

  test('search finds ß and İ in any case, as people mean it', async () => {
    const table = await tableOf([{ name: 'c', type: 'text' }], [{ c: 'Straße' }, { c: 'ΣΊΣΥΦΟΣ' }, { c: 'ДОМ' }]);
    expect(await keysOf(table, { search: 'STRAßE' })).toEqual(['k0']);
    expect(await keysOf(table, { search: 'σίσυφοσ' })).toEqual(['k1']);
    expect(await keysOf(table, { search: 'дом' })).toEqual(['k2']);
  });

  test('column names are data and never SQL', async () => {
    const hostile = `"; DROP TABLE change; --'%s\\`;
    const table = await tableOf([{ name: hostile, type: 'text' }], [{ [hostile]: 'b' }, { [hostile]: 'a' }]);
    expect(await keysOf(table, { sort: [{ column: hostile }] })).toEqual(['k1', 'k0']);
    expect(await keysOf(table, { filter: [{ column: hostile, is: 'eq', value: "a'; --" }] })).toEqual([]);
    expect(await keysOf(table, { filter: [{ column: hostile, is: 'in', value: ['a'] }] })).toEqual(['k1']);
  });

  test.each<readonly [string, List]>([
    ['a sort by no column', { sort: [{ column: 'nope' }] }],
    ['a sort by json', { sort: [{ column: 'json' }] }],
    ['a filter on no column', { filter: [{ column: 'nope', is: 'eq', value: 1 }] }],
    ['a filter of the wrong type', { filter: [{ column: 'n', is: 'eq', value: 'x' }] }],
  ])('refuses %s', async (_, options) => {
    const table = await tableOf([
      { name: 'json', type: 'json' },
      { name: 'n', type: 'integer' },
    ]);
    expect(await refusedQuery(stack, { type: 'row.list', table, ...options })).toMatchObject({ code: 'bad_request' });
  });

  test('a table that is not there, or no more', async () => {
    expect(await refusedQuery(stack, { type: 'row.list', table: 'nowhere' })).toMatchObject({
      code: 'table_not_found',
    });
    const table = await tableOf([]);
    await stack.done({ type: 'table.drop', table });
    expect(await refusedQuery(stack, { type: 'row.list', table })).toMatchObject({ code: 'table_not_found' });
  });
});

describe('pages', () => {
  test('hold what was asked for, and the last one says so by having no next', async () => {
    const table = await tableOf(
      [],
      Array.from({ length: 5 }, () => ({})),
    );
    const first = await list(table, { limit: 2 });
    const second = await list(table, { limit: 2, after: first.next });
    const third = await list(table, { limit: 2, after: second.next });
    expect([first, second, third].map(({ rows }) => rows.map(({ key }) => key))).toEqual([
      ['k0', 'k1'],
      ['k2', 'k3'],
      ['k4'],
    ]);
    expect(third.next).toBeUndefined();
    expect((await list(table)).next).toBeUndefined();
    expect((await list(await tableOf([]), { limit: 1 })).next).toBeUndefined();
  });

  test('P8 end by bytes too, and each makes progress', async () => {
    const small = createStack(ledger, { pageBytesMax: 300 });
    const table = await tableOf(
      [{ name: 'c', type: 'text' }],
      Array.from({ length: 4 }, () => ({ c: 'x'.repeat(400) })),
    );
    const keys: string[] = [];
    let after: string | undefined;
    for (let page = 0; page < 6; page += 1) {
      const reply = await small.ask<ReplyOf<'row.list'>>({ type: 'row.list', table, after });
      expect(reply.rows.length).toBeLessThanOrEqual(1);
      keys.push(...reply.rows.map(({ key }) => key));
      after = reply.next;
      if (after === undefined) break;
    }
    expect(keys).toEqual(['k0', 'k1', 'k2', 'k3']);
    await small.stop();
  });

  test('S15 a cursor that is none, or of another list, is refused as such', async () => {
    const table = await tableOf([{ name: 'n', type: 'integer' }], [{ n: 1 }, { n: 2 }]);
    const sort = [{ column: 'n' }];
    const next = (await list(table, { limit: 1, sort })).next ?? '';
    const read = (text: string): Record<string, unknown> =>
      JSON.parse(Buffer.from(text, 'base64url').toString()) as never;
    const forge = (part: object): string =>
      Buffer.from(JSON.stringify({ ...read(next), ...part })).toString('base64url');
    const refused = (after: string, options: List = { sort }): Promise<object> =>
      refusedQuery(stack, { type: 'row.list', table, after, ...options });
    for (const after of ['x', '{}', '!', next.slice(1), forge({ seq: -1 }), forge({ sorted: 5 }), forge({ more: 1 })]) {
      expect(await refused(after)).toMatchObject({ code: 'bad_request' });
    }
    const others: List[] = [
      {},
      { sort: [{ column: 'n', descending: true }] },
      { sort, search: 'x' },
      { sort, filter: [{ column: 'n', is: 'ge', value: 0 }] },
    ];
    for (const other of others) expect(await refused(next, other)).toMatchObject({ code: 'bad_request' });
    const otherTable = await tableOf([{ name: 'n', type: 'integer' }], [{ n: 1 }]);
    expect(await refusedQuery(stack, { type: 'row.list', table: otherTable, sort, after: next })).toMatchObject({
      code: 'bad_request',
    });
    expect(await refused(forge({ epoch: 'another' }))).toMatchObject({ code: 'wrong_epoch', head: expect.any(Number) });
    expect(await refused(forge({ seq: 1e9 }))).toMatchObject({ code: 'ahead_of_server', head: expect.any(Number) });
  });

  test.each([
    ['of another type', { sorted: ['not a number'] }],
    ['with too few values', { sorted: [] }],
    ['with NUL', { key: 'a\0b' }],
    ['of another column', { sorted: ['1e400'] }],
  ])('a forged cursor %s is a bad request and no error of ours (P11)', async (_, part) => {
    const table = await tableOf([{ name: 'n', type: 'integer' }], [{ n: 1 }, { n: 2 }]);
    const { next = '' } = await list(table, { limit: 1, sort: [{ column: 'n' }] });
    const cursor = JSON.parse(Buffer.from(next, 'base64url').toString()) as object;
    const after = Buffer.from(JSON.stringify({ ...cursor, ...part })).toString('base64url');
    const query: QueryOf<'row.list'> = { type: 'row.list', table, sort: [{ column: 'n' }], after };
    expect(await refusedQuery(stack, query)).toMatchObject({ code: 'bad_request' });
  });

  test.each<readonly [string, (table: string) => readonly Command[]]>([
    [
      'its columns changed',
      (table) => [{ type: 'table.alter', table, steps: [{ do: 'rename', column: 'c', to: 'd' }] }],
    ],
    [
      'it was dropped and made again',
      (table) => [
        { type: 'table.drop', table },
        { type: 'table.create', name: table, columns: [{ name: 'c', type: 'text' }] },
      ],
    ],
  ])('P5 the next page is of the same state when meanwhile %s', async (_, changes) => {
    const table = await tableOf([{ name: 'c', type: 'text' }], [{ c: 'first' }, { c: 'second' }]);
    const whole = await list(table);
    const { next, seq } = await list(table, { limit: 1 });
    for (const command of changes(table)) await stack.done(command);
    const rest = await list(table, { after: next });
    expect(rest).toEqual({ ...whole, seq, rows: whole.rows.slice(1) });
  });

  test('P5 a row that changes while one pages is shown as it was, though the table was altered before the list', async () => {
    const table = await tableOf([{ name: 'a', type: 'integer' }], [{ a: 0 }, { a: 1 }, { a: 2 }]);
    await stack.done({
      type: 'table.alter',
      table,
      steps: [
        { do: 'rename', column: 'a', to: 'b' },
        { do: 'retype', column: 'b', to: 'text' },
        { do: 'add', column: { name: 'c', type: 'text', default: 'filled' } },
      ],
    });
    const whole = await list(table);
    const first = await list(table, { limit: 1 });
    await stack.done({ type: 'row.update', table, key: 'k1', row: { b: 'changed', c: null } });
    await stack.done({ type: 'row.delete', table, key: 'k2' });
    const rest = await list(table, { after: first.next });
    expect([...first.rows, ...rest.rows]).toEqual(whole.rows);
  });
});

describe('P5 paging while others write', () => {
  const columns: readonly Column[] = columnTypes.map((type) => ({ name: type, type }));
  const sortable = columnTypes.filter((type) => type !== 'json');
  const write = fc.oneof(
    fc.record({ do: fc.constant('insert' as const), key: fc.nat(99), row: rowOf(columns) }),
    fc.record({ do: fc.constant('update' as const), key: fc.nat(14), row: rowOf(columns) }),
    fc.record({ do: fc.constant('delete' as const), key: fc.nat(14), row: fc.constant({}) }),
  );
  const condition = fc.constantFrom(...sortable).chain((type) =>
    fc.record({
      column: fc.constant<string>(type),
      is: fc.constantFrom('eq' as const, 'ne' as const, 'ge' as const, 'lt' as const),
      value: cellOf[type],
    }),
  );

  test('all pages together are the state at the first page’s seq, in the order that was asked for', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(rowOf(columns), { maxLength: 12 }),
        fc.array(fc.record({ column: fc.constantFrom(...sortable), descending: fc.boolean() }), { maxLength: 3 }),
        fc.option(condition, { nil: undefined }),
        fc.infiniteStream(
          fc.record({ limit: fc.integer({ min: 1, max: 5 }), writes: fc.array(write, { maxLength: 3 }) }),
        ),
        async (rows, sort, filter, pages) => {
          const table = await tableOf(columns, rows);
          const asked: List = { sort, ...(filter === undefined ? {} : { filter: [filter] }) };
          const whole = await list(table, asked);
          expect(whole.rows).toEqual([...whole.rows].sort((a, b) => compareRows(sort, a, b)));
          const paged: CurrentRow[] = [];
          let after: string | undefined;
          for (const { limit, writes } of pages) {
            const page = await list(table, { ...asked, limit, after });
            expect(page.seq).toBe(whole.seq);
            paged.push(...page.rows);
            after = page.next;
            if (after === undefined || paged.length > whole.rows.length) break;
            await Promise.all(writes.map((one) => stack.submit(commandOf(table, one))));
          }
          expect(paged).toEqual(whole.rows);
        },
      ),
      { numRuns: 25 },
    );
  });

  interface Write {
    readonly do: 'insert' | 'update' | 'delete';
    readonly key: number;
    readonly row: Cells;
  }

  /** Some are refused, as the row is there or is not: that is as good. */
  function commandOf(table: string, { do: what, key, row }: Write): Command {
    const place = { table, key: `k${key}` };
    if (what === 'insert') return { type: 'row.insert', ...place, row };
    return what === 'update' ? { type: 'row.update', ...place, row } : { type: 'row.delete', ...place };
  }
});

function compareRows(
  sort: readonly { column: ColumnType; descending: boolean }[],
  a: CurrentRow,
  b: CurrentRow,
): number {
  for (const { column, descending } of sort) {
    const [left, right] = [a.row[column] ?? null, b.row[column] ?? null];
    if (left === null && right === null) continue;
    if (left === null || right === null) return left === null ? 1 : -1;
    const order = compareCells(column, left, right);
    if (order !== 0) return descending ? -order : order;
  }
  return compareCells('text', a.key, b.key);
}
