import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { commitmentOf } from '../../../proof/hash.ts';
import type { Step } from '../../../protocol/commands.ts';
import { type Entry, isRowEntry } from '../../../protocol/entry.ts';
import { commitmentIn } from '../../../protocol/sealed.ts';
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
  const kept = await expectSealedCells();
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
      unique ? folded.flatMap(({ key, row }) => (isHeld(row[column], kept) ? [{ column, key }] : [])) : [],
    );
    const byText = (a: object, b: object): number => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);
    expect(held.sort(byText)).toEqual(holding.sort(byText));
  }
}

/** An erased cell holds its place no more. */
function isHeld(cell: Cell | undefined, kept: ReadonlySet<string>): boolean {
  const commitment = commitmentIn(cell);
  return cell !== undefined && (commitment === undefined || kept.has(commitment));
}

/** Exactly the commitments of the log that were not erased are kept, each with what proves it. Returns them. */
async function expectSealedCells(): Promise<ReadonlySet<string>> {
  const cells = await ledger.query<{ commitment: string; salt: Buffer; value: string }>(
    'SELECT commitment, salt, value FROM sealed_cell',
  );
  for (const { commitment, salt, value } of cells) expect(commitmentOf(salt, value)).toBe(commitment);
  const kept = new Set(cells.map(({ commitment }) => commitment));
  const changes = await ledger.query<{ life: number; entry: string }>(
    'SELECT table_id::int AS life, entry FROM change ORDER BY seq',
  );
  const made = new Map<string, MadeCell>();
  for (const { life, entry } of changes) noteSealed(made, life, JSON.parse(entry) as Entry);
  expect(kept).toEqual(new Set([...made].flatMap(([commitment, { erased }]) => (erased ? [] : [commitment]))));
  return kept;
}

interface MadeCell {
  readonly life: number;
  readonly table: string;
  readonly key: string;
  column: string;
  erased: boolean;
}

/** A commitment is made by the entry that has it first; it goes on standing in later ones of its row. */
function noteSealed(made: Map<string, MadeCell>, life: number, entry: Entry): void {
  const { table } = entry;
  if (!isRowEntry(entry)) {
    for (const step of entry.steps ?? []) {
      if (step.do !== 'rename') continue;
      for (const one of made.values()) if (one.life === life && one.column === step.column) one.column = step.to;
    }
    return;
  }
  const { key, row = {}, columns = [] } = entry;
  for (const [column, cell] of Object.entries(row)) {
    const commitment = commitmentIn(cell);
    if (commitment === undefined || made.has(commitment)) continue;
    made.set(commitment, { life, table, key, column, erased: false });
  }
  for (const one of made.values()) {
    if (one.table === table && one.key === key && columns.includes(one.column)) one.erased = true;
  }
}

describe('rows and unique values are what the log adds up to', () => {
  const key = fc.constantFrom('a', 'b', 'c', 'd');
  const cells = fc.record(
    {
      n: fc.constantFrom<Cell>(null, 1, 2, 3),
      m: fc.constantFrom<Cell>(null, 1, 2, 3),
      text: fc.constantFrom<Cell>(null, 'x', '\u00e9'),
      s: fc.constantFrom<Cell>(null, 'one', 'two', 'three', 'four', 'five', 'six', 'seven'),
    },
    { requiredKeys: [] },
  );
  const table = fc.constantFrom('t', 'u');
  const row: fc.Arbitrary<Step> = fc.oneof(
    fc.record({ type: fc.constant('row.insert' as const), table, key, row: cells }),
    fc.record({ type: fc.constant('row.upsert' as const), table, key, row: cells }),
    fc.record({ type: fc.constant('row.update' as const), table, key, row: cells }),
    fc.record({ type: fc.constant('row.delete' as const), table, key }),
    fc.record({ type: fc.constant('row.erase' as const), table, key }),
    fc.record({ type: fc.constant('row.erase' as const), table, key, columns: fc.constant<string[]>(['s']) }),
  );
  const create = (name: string): Step => ({
    type: 'table.create',
    name,
    columns: [
      { name: 'n', type: 'integer', unique: true },
      { name: 'm', type: 'integer' },
      { name: 'text', type: 'text', default: 'd' },
      { name: 's', type: 'text', sealed: true, unique: true },
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
          { do: 'rules' as const, column: 'm', set: { sealed: true as const } },
          { do: 'rules' as const, column: 'n', set: { sealed: true as const } },
          { do: 'rename' as const, column: 's', to: 's2' },
          { do: 'rename' as const, column: 's2', to: 's' },
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
    const [counts] = await ledger.query<{ sealed: number }>(
      `SELECT count(*) FILTER (WHERE entry LIKE '%{"sealed":"%')::int AS sealed FROM change`,
    );
    expect(counts?.sealed).toBeGreaterThan(3);
    await expectWholeLog(ledger);
    // Nothing here failed in a way that no rule foresaw.
    expect(stack.committer.counters.retries).toBe(0);
  });

  test('rows that come and go within one group, new ones and others', async () => {
    await stack.done({ type: 'table.create', name: 'visits', columns: [{ name: 'n', type: 'integer' }] });
    const at = { table: 'visits' };
    const insert = (key: string, n: number): Step => ({ type: 'row.insert', ...at, key, row: { n } });
    const update = (key: string, n: number): Step => ({ type: 'row.update', ...at, key, row: { n } });
    const leave = (key: string): Step => ({ type: 'row.delete', ...at, key });
    for (const commands of [
      [
        insert('a', 1),
        insert('b', 1),
        update('b', 2),
        insert('c', 1),
        leave('c'),
        insert('d', 1),
        leave('d'),
        insert('d', 2),
      ],
      [
        update('a', 2),
        leave('b'),
        insert('b', 3),
        insert('c', 2),
        leave('d'),
        insert('d', 3),
        leave('d'),
        insert('e', 1),
      ],
      [leave('a'), insert('a', 3), update('a', 4), leave('e'), insert('d', 4), insert('f', 1)],
    ]) {
      await stack.done({ type: 'batch', commands });
      await expectProjections();
    }
    const rows = await ledger.query<{ row: string }>(
      `SELECT key || (cells ->> 'n') AS row FROM row_projection
       WHERE table_id = (SELECT max(id) FROM table_projection WHERE name = 'visits') ORDER BY key`,
    );
    expect(rows.map(({ row }) => row)).toEqual(['a4', 'b3', 'c2', 'd4', 'f1']);
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
