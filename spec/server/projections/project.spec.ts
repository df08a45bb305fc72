import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Step } from '../../../protocol/commands.ts';
import type { Entry } from '../../../protocol/entry.ts';
import type { Cell } from '../../../protocol/values.ts';
import { TableCache } from '../../../server/projections/table-cache.ts';
import { loadTables, tableLives } from '../../../server/projections/tables.ts';
import { Fold } from '../../support/fold.ts';
import { createLedger, type TestLedger } from '../../support/ledger.ts';
import { createStack, expectWholeLog, type Stack } from '../stack.ts';

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

/** The rows and the unique values that PostgreSQL holds, held against the fold of the log and its definitions. */
async function expectProjections(): Promise<void> {
  const fold = new Fold();
  const log = await ledger.query<{ entry: string }>('SELECT entry FROM change ORDER BY seq');
  for (const { entry } of log) fold.apply(JSON.parse(entry) as Entry);
  const tables = await loadTables(stack.reading);
  expect([...tables.keys()].sort()).toEqual([...fold.tables.keys()].sort());
  for (const [name, { id, definition }] of tables) {
    const rows = await ledger.query<Record<string, unknown>>(
      `SELECT key, version::int, seq::int, at, by, cells AS row FROM row_projection WHERE table_id = $1 ORDER BY key`,
      [id],
    );
    const folded = [...fold.table(name).values()].sort((a, b) => (a.key < b.key ? -1 : 1));
    expect(rows).toEqual(folded);
    const held = await ledger.query<{ column: string; key: string }>(
      `SELECT "column", key FROM unique_projection WHERE table_id = $1 ORDER BY "column", key`,
      [id],
    );
    const holding = definition.columns.flatMap(({ name: column, unique }) =>
      unique ? folded.flatMap(({ key, row }) => (row[column] === undefined ? [] : [{ column, key }])) : [],
    );
    const byText = (a: object, b: object): number => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);
    expect(held.sort(byText)).toEqual(holding.sort(byText));
  }
}

describe('rows and unique values are what the log adds up to', () => {
  const key = fc.constantFrom('a', 'b', 'c', 'd');
  const cells = fc.record(
    {
      n: fc.constantFrom<Cell>(null, 1, 2, 3),
      m: fc.constantFrom<Cell>(null, 1, 2, 3),
      text: fc.constantFrom<Cell>(null, 'x', '\u00e9'),
    },
    { requiredKeys: [] },
  );
  const table = fc.constantFrom('t', 'u');
  const row: fc.Arbitrary<Step> = fc.oneof(
    fc.record({ type: fc.constant('row.insert' as const), table, key, row: cells }),
    fc.record({ type: fc.constant('row.upsert' as const), table, key, row: cells }),
    fc.record({ type: fc.constant('row.update' as const), table, key, row: cells }),
    fc.record({ type: fc.constant('row.delete' as const), table, key }),
  );
  const create = (name: string): Step => ({
    type: 'table.create',
    name,
    columns: [
      { name: 'n', type: 'integer', unique: true },
      { name: 'm', type: 'integer' },
      { name: 'text', type: 'text', default: 'd' },
    ],
  });
  const schema: fc.Arbitrary<Step> = fc.oneof(
    table.map(create),
    table.map((name): Step => ({ type: 'table.drop', table: name })),
    fc
      .tuple(
        table,
        fc.constantFrom(
          { do: 'rename' as const, column: 'n', to: 'm2' },
          { do: 'rules' as const, column: 'm', set: { unique: true } },
          { do: 'rules' as const, column: 'n', set: { unique: null } },
          { do: 'retype' as const, column: 'n', to: 'decimal' as const },
          { do: 'add' as const, column: { name: 'added', type: 'integer' as const, default: 7 } },
          { do: 'remove' as const, column: 'n' },
        ),
      )
      .map(([name, step]): Step => ({ type: 'table.alter', table: name, steps: [step] })),
  );
  const command = fc.oneof(
    { weight: 6, arbitrary: row },
    { weight: 1, arbitrary: schema },
    {
      weight: 3,
      arbitrary: fc
        .array(fc.oneof({ weight: 8, arbitrary: row }, schema), { minLength: 1, maxLength: 6 })
        .map((commands) => ({ type: 'batch' as const, commands })),
    },
  );

  test('P3 P6 after any commands, refused ones among them, sent one by one and many at once', async () => {
    for (const name of ['t', 'u']) await stack.done(create(name) as never);
    await fc.assert(
      fc.asyncProperty(fc.array(command, { minLength: 5, maxLength: 30 }), fc.boolean(), async (commands, together) => {
        if (together) await Promise.all(commands.map((one) => stack.submit(one)));
        else for (const one of commands) await stack.submit(one);
        await expectProjections();
      }),
      // Runs go on from where the last one stopped: shrinking would not find its way back.
      { numRuns: 25, endOnFailure: true },
    );
    await expectWholeLog(ledger);
    // Nothing here failed in a way that no rule foresaw.
    expect(stack.committer.counters.retries).toBe(0);
  });

  test('a change of columns goes through more rows than one page of them', async () => {
    await stack.done({ type: 'table.create', name: 'many', columns: [{ name: 'n', type: 'integer' }] });
    const commands = Array.from({ length: 2_345 }, (_, n) => ({
      type: 'row.insert' as const,
      table: 'many',
      key: `k${n}`,
      row: { n },
    }));
    await stack.done({ type: 'batch', commands });
    await stack.done({
      type: 'table.alter',
      table: 'many',
      steps: [
        { do: 'retype', column: 'n', to: 'text' },
        { do: 'rename', column: 'n', to: 'no' },
        { do: 'rules', column: 'no', set: { unique: true, required: true } },
      ],
    });
    await expectProjections();
    const twin = await stack.refused({ type: 'row.insert', table: 'many', row: { no: '2344' } });
    expect(twin.problems).toMatchObject([{ column: 'no', message: expect.stringContaining('k2344') }]);
  });

  test('a unique value of any length is found again', async () => {
    await stack.done({ type: 'table.create', name: 'long', columns: [{ name: 'c', type: 'text', unique: true }] });
    const c = 'x'.repeat(500_000);
    await stack.done({ type: 'row.insert', table: 'long', key: 'a', row: { c } });
    expect(await stack.refused({ type: 'row.insert', table: 'long', key: 'b', row: { c } })).toMatchObject({
      code: 'invalid',
    });
    await stack.done({ type: 'row.insert', table: 'long', key: 'b', row: { c: `${c}y` } });
  });
});

describe('the table cache', () => {
  test('knows nothing at first, and what it read until it is told to read again', async () => {
    const cache = new TableCache();
    expect(cache.last).toEqual({ schemaSeq: -1, tables: new Map() });
    const read = await cache.read(stack.reading, 5);
    expect(read.tables.has('many')).toBe(true);
    expect(cache.last).toBe(read);
  });

  test('another server’s changes of tables are seen by the next command (P4)', async () => {
    const other = createStack(ledger);
    await stack.done({ type: 'table.create', name: 'shared', columns: [] });
    await other.done({ type: 'row.insert', table: 'shared', row: {} });
    await stack.done({
      type: 'table.alter',
      table: 'shared',
      steps: [{ do: 'add', column: { name: 'c', type: 'text' } }],
    });
    await other.done({ type: 'row.insert', table: 'shared', row: { c: 'x' } });
    await other.done({ type: 'table.drop', table: 'shared' });
    expect(await stack.refused({ type: 'row.insert', table: 'shared', row: {} })).toMatchObject({
      code: 'table_not_found',
    });
    await other.stop();
  });
});

test('a name finds all lives of its table, in order', async () => {
  const [first] = [await stack.done({ type: 'table.create', name: 'twice', columns: [] })];
  await stack.done({ type: 'table.drop', table: 'twice' });
  const second = await stack.done({ type: 'table.create', name: 'twice', columns: [] });
  expect(await tableLives(stack.reading, 'twice')).toEqual([first.seq, second.seq]);
});
