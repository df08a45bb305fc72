import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RowDiff, TableDiff } from '../../../protocol/diff.ts';
import type { Entry } from '../../../protocol/entry.ts';
import { Fold } from '../../../protocol/fold.ts';
import type { QueryOf } from '../../../protocol/queries.ts';
import type { ReplyOf } from '../../../protocol/replies.ts';
import { alterDefinition } from '../../../server/domain/definition.ts';
import { createLedger, type TestLedger } from '../../support/ledger.ts';
import { randomCommands } from '../../support/random-history.ts';
import { createStack, type Stack } from '../stack.ts';
import { refusedQuery } from './refusal.ts';

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

interface Diff {
  readonly from: number;
  readonly to: number;
  readonly tables: readonly TableDiff[];
  readonly rows: readonly RowDiff[];
  readonly pages: number;
}

async function diff(query: Omit<QueryOf<'log.diff'>, 'type'>, asked = stack): Promise<Diff> {
  const ask = (after?: string) => asked.ask<ReplyOf<'log.diff'>>({ type: 'log.diff', ...query, after });
  const first = await ask();
  const rows = [...first.rows];
  let pages = 1;
  for (let { next } = first; next !== undefined; pages += 1) {
    const page = await ask(next);
    expect(page).toMatchObject({ from: first.from, to: first.to });
    expect(page.tables).toBeUndefined();
    rows.push(...page.rows);
    next = page.next;
  }
  return { from: first.from, to: first.to, tables: first.tables ?? [], rows, pages };
}

/** Tables and cells, without who changed them last. */
type State = Record<string, { readonly definition: unknown; readonly rows: Record<string, unknown> }>;

function stateOf(fold: Fold): State {
  return Object.fromEntries(
    [...fold.tables].map(([name, { definition, rows }]) => [
      name,
      { definition, rows: Object.fromEntries([...rows].map(([key, { row }]) => [key, row])) },
    ]),
  );
}

/** The state at `from` after what the diff says was done to it, as a log goes on. */
function applied(log: readonly Entry[], { from, tables, rows }: Diff): State {
  const fold = foldTo(log, from);
  let seq = from;
  const who = { at: '', by: '', command: '' };
  for (const table of tables) fold.apply({ ...who, ...table, seq: ++seq } as Entry);
  for (const row of rows) fold.apply({ ...who, version: 1, ...row, seq: ++seq } as Entry);
  return stateOf(fold);
}

function foldTo(log: readonly Entry[], seq: number): Fold {
  const fold = new Fold();
  for (const entry of log.slice(0, seq)) fold.apply(entry);
  return fold;
}

const opposite = {
  insert: 'delete',
  update: 'update',
  delete: 'insert',
  create: 'drop',
  alter: 'alter',
  drop: 'create',
} as const;

/** The same from the second point to the first, where no columns were changed. */
function mirroredRow({ op, row, was, ...about }: RowDiff): RowDiff {
  if (op === 'insert') return { ...about, op: 'delete', was: row };
  if (op === 'delete') return { ...about, op: 'insert', row: was };
  const then = Object.entries({ ...row, ...was }).filter(([, cell]) => cell !== null);
  const now = Object.keys(was ?? {}).map((name) => [name, row?.[name] ?? null]);
  return { ...about, op, row: Object.fromEntries(then), was: Object.fromEntries(now) };
}

/** The diff back is the diff forth with its sides exchanged, and done to the second point it makes the first. */
function expectBack(log: readonly Entry[], forth: Diff, back: Diff): void {
  expect([back.from, back.to]).toEqual([forth.to, forth.from]);
  expect(applied(log, back)).toEqual(stateOf(foldTo(log, back.to)));
  const { tables } = forth;
  expect(back.tables.map(({ steps: _, ...table }) => table)).toEqual(
    tables.toReversed().map(({ table, op, seq, definition, was }) => ({
      ...{ table, op: opposite[op], seq },
      ...(was === undefined ? {} : { definition: was }),
      ...(definition === undefined ? {} : { was: definition }),
    })),
  );
  for (const { steps = [], was, definition } of back.tables) {
    if (was === undefined || definition === undefined) continue;
    expect(alterDefinition(was, steps)).toEqual({ definition });
  }
  const isSame = ({ table }: RowDiff) => !tables.some((one) => one.table === table);
  expect(back.rows.filter(isSame)).toEqual(forth.rows.filter(isSame).map(mirroredRow));
  expect(new Set(back.rows.map(({ table, key }) => `${table} ${key}`)).size).toBe(back.rows.length);
  for (const { op, row = {}, was = {} } of back.rows) {
    if (op !== 'update') continue;
    expect(Object.keys(was)).not.toHaveLength(0);
    for (const [name, cell] of Object.entries(was)) expect(row[name] ?? null).not.toEqual(cell);
  }
}

test('over random histories, the diff of two points done to the first makes the second, and holds nothing else; both ways', async () => {
  let changes = 0;
  await fc.assert(
    fc.asyncProperty(
      randomCommands({ length: 50, rules: true }),
      fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.integer({ min: -40, max: 0 })),
      fc.nat(5),
      async (commands, place, limit) => {
        for (const command of commands) await stack.submit(command);
        const log = await stack.log();
        const to = log.length - (limit % 3);
        const from = place < 0 ? Math.max(to + place, 0) : Math.floor(to * place);
        const whole = await diff({ from: { seq: from }, to: { seq: to }, ...(limit > 0 ? { limit } : {}) });
        const before = stateOf(foldTo(log, from));
        const after = stateOf(foldTo(log, to));
        expect(applied(log, whole)).toEqual(after);
        changes += whole.rows.length;
        const keys = whole.rows.map(({ table, key }) => `${table} ${key}`);
        expect(new Set(keys).size).toBe(keys.length);
        for (const { table, key, op, was = {} } of whole.rows) {
          const row = (after[table]?.rows[key] ?? {}) as Record<string, unknown>;
          if (op === 'update') {
            expect(Object.keys(was)).not.toHaveLength(0);
            for (const [name, cell] of Object.entries(was)) expect(row[name] ?? null).not.toEqual(cell);
          }
        }
        for (const { table, op, definition, was } of whole.tables) {
          expect([definition, was]).toEqual(
            [after[table]?.definition, op === 'create' ? undefined : before[table]?.definition].map((one, index) =>
              op === 'drop' && index === 0 ? undefined : one,
            ),
          );
        }
        const [name = ''] = Object.keys(after);
        const back = await diff({ from: { seq: to }, to: { seq: from }, ...(limit > 0 ? { limit } : {}) });
        expectBack(log, whole, back);
        const ofOne = await diff({ from: { seq: from }, to: { seq: to }, table: name }).catch(() => undefined);
        if (ofOne !== undefined) {
          expect(ofOne.tables).toEqual(whole.tables.filter(({ table }) => table === name));
          expect(ofOne.rows).toEqual(whole.rows.filter(({ table }) => table === name));
        }
      },
    ),
    { numRuns: 40, endOnFailure: true },
  );
  expect(changes).toBeGreaterThan(30);
}, 60_000);

describe('a diff', () => {
  test.each([
    ['x', 'boolean'],
    ['x', 'integer'],
    ['1.50', 'number'],
    ['{', 'json'],
    ['2026-11-26', 'json'],
  ] as const)(
    'tells a cell as it was where it would not be kept by a later change of its column: %s as %s',
    async (cell, to) => {
      const table = `lost-${cell.length}-${to}`;
      await stack.done({ type: 'table.create', name: table, columns: [{ name: 'c', type: 'text' }] });
      const rows = ['gone', 'other'].map((key) => ({ type: 'row.insert' as const, table, key, row: { c: cell } }));
      const { seq } = await stack.done({ type: 'batch', commands: rows });
      await stack.done({ type: 'row.delete', table, key: 'gone' });
      await stack.done({ type: 'row.update', table, key: 'other', row: { c: null } });
      await stack.done({ type: 'table.alter', table, steps: [{ do: 'retype', column: 'c', to }] });
      const { rows: diffs } = await diff({ from: { seq }, table });
      expect(diffs).toMatchObject([
        { key: 'gone', op: 'delete', was: { c: cell } },
        { key: 'other', op: 'update', row: {}, was: { c: cell } },
      ]);
    },
  );

  test('has each row once, as a net change, in pages of rows and of bytes', async () => {
    const small = createStack(ledger, { pageBytesMax: 1_500 });
    await stack.done({ type: 'table.create', name: 'paged', columns: [{ name: 's', type: 'text' }] });
    const row = (n: number, s: string) => ({ type: 'row.upsert' as const, table: 'paged', key: `k${n}`, row: { s } });
    const { seq } = await stack.done({ type: 'batch', commands: [0, 1, 2, 3].map((n) => row(n, 'old')) });
    await stack.done({ type: 'row.update', table: 'paged', key: 'k0', row: { s: 'there' } });
    await stack.done({ type: 'row.update', table: 'paged', key: 'k0', row: { s: 'old' } });
    await stack.done({ type: 'row.delete', table: 'paged', key: 'k1' });
    await stack.done({ type: 'row.upsert', table: 'paged', key: 'k1', row: { s: 'new' } });
    await stack.done({ type: 'row.delete', table: 'paged', key: 'k2' });
    for (let n = 4; n < 12; n += 1) await stack.done(row(n, 'x'.repeat(500)));
    const { rows, tables } = await diff({ from: { seq }, table: 'paged' });
    expect(tables).toEqual([]);
    expect(rows.slice(0, 2)).toEqual([
      { table: 'paged', key: 'k1', op: 'update', seq: seq + 4, row: { s: 'new' }, was: { s: 'old' } },
      { table: 'paged', key: 'k2', op: 'delete', seq: seq + 5, was: { s: 'old' } },
    ]);
    expect(rows).toHaveLength(10);
    for (const limit of [1, 2, 7]) expect((await diff({ from: { seq }, table: 'paged', limit })).rows).toEqual(rows);
    const page = await small.ask<ReplyOf<'log.diff'>>({ type: 'log.diff', from: { seq }, table: 'paged' });
    expect(page.rows.length).toBeLessThan(8);
    expect(page.next).toBeDefined();
    await small.stop();
  });

  test('back over what was lost brings it again: the rows of a table, the cells of a column, page by page', async () => {
    const small = createStack(ledger, { pageBytesMax: 300 });
    const columns = [
      { name: 's', type: 'text' as const },
      { name: 't', type: 'text' as const, required: true, default: 'none' },
    ];
    for (const name of ['cut', 'gone']) {
      await stack.done({ type: 'table.create', name, columns });
      const rows = [0, 1, 2, 3, 4].map((n) => ({ s: `${n}`.repeat(50), t: `t${n}` }));
      const inserts = rows.map((row, n) => ({ type: 'row.insert' as const, table: name, key: `k${n}`, row }));
      await stack.done({ type: 'batch', commands: inserts });
    }
    const { seq } = await stack.done({ type: 'row.delete', table: 'cut', key: 'k4' });
    await stack.done({ type: 'row.insert', table: 'cut', key: 'k9', row: { s: 'later' } });
    const set = { required: null, default: null };
    await stack.done({ type: 'table.alter', table: 'cut', steps: [{ do: 'rules', column: 't', set }] });
    const { seq: changed } = await stack.done({ type: 'row.update', table: 'cut', key: 'k1', row: { t: 'other' } });
    const { seq: removed } = await stack.done({
      type: 'table.alter',
      table: 'cut',
      steps: [
        { do: 'remove', column: 't' },
        { do: 'rename', column: 's', to: 'u' },
      ],
    });
    const { seq: dropped } = await stack.done({ type: 'table.drop', table: 'gone' });
    const { seq: made } = await stack.done({ type: 'table.create', name: 'gone', columns: [] });
    await stack.done({ type: 'row.insert', table: 'gone', key: 'new', row: {} });

    const span = { from: { seq: made + 1 }, to: { seq } };
    const { tables, rows } = await diff(span);
    expect(tables).toMatchObject([
      { table: 'gone', op: 'drop', seq: made, was: { columns: [] } },
      { table: 'gone', op: 'create', seq: dropped, definition: { columns } },
      { table: 'cut', op: 'alter', seq: removed, definition: { columns }, was: { columns: [{ name: 'u' }] } },
    ]);
    expect(tables[2]?.steps).toEqual([
      { do: 'rename', column: 'u', to: 's' },
      { do: 'add', column: { name: 't', type: 'text' } },
      { do: 'rules', column: 't', set: { default: 'none', required: true } },
    ]);
    const cell = (n: number) => `${n}`.repeat(50);
    expect(rows).toEqual([
      { table: 'cut', key: 'k9', op: 'delete', seq: seq + 1, was: { s: 'later' } },
      ...[1, 0, 2, 3].map((n) => ({
        ...{ table: 'cut', key: `k${n}`, op: 'update', seq: n === 1 ? changed : removed },
        ...{ row: { s: cell(n), t: `t${n}` }, was: { t: null } },
      })),
      ...[0, 1, 2, 3, 4].map((n) => ({
        ...{ table: 'gone', key: `k${n}`, op: 'insert', seq: dropped, row: { s: cell(n), t: `t${n}` } },
      })),
    ]);
    for (const limit of [1, 2, 4]) expect((await diff({ ...span, limit })).rows).toEqual(rows);
    const inBytes = await diff(span, small);
    expect(inBytes.rows).toEqual(rows);
    expect(inBytes.pages).toBeGreaterThan(2);
    await small.stop();
  });

  test('shows sealed cells as what was committed to; back from where a column was sealed, what everybody had seen', async () => {
    const { seq } = await stack.done({
      type: 'table.create',
      name: 'sealed',
      columns: [{ name: 's', type: 'text', sealed: true }],
    });
    await stack.done({ type: 'row.insert', table: 'sealed', key: 'a', row: { s: 'hidden' } });
    const { rows } = await diff({ from: { seq }, table: 'sealed' });
    expect(rows[0]?.row).toEqual({ s: { sealed: expect.any(String) } });
    const back = await diff({ from: { seq: seq + 1 }, to: { seq }, table: 'sealed' });
    expect(back.rows[0]).toMatchObject({ op: 'delete', was: rows[0]?.row });

    await stack.done({ type: 'table.create', name: 'open', columns: [{ name: 's', type: 'text' }] });
    const { seq: open } = await stack.done({ type: 'row.insert', table: 'open', key: 'a', row: { s: 'seen' } });
    const steps = [{ do: 'rules' as const, column: 's', set: { sealed: true as const } }];
    await stack.done({ type: 'table.alter', table: 'open', steps });
    const unsealed = await diff({ from: { seq: open + 2 }, to: { seq: open }, table: 'open' });
    expect(unsealed.tables).toMatchObject([{ op: 'alter', steps: [], definition: { columns: [{ name: 's' }] } }]);
    expect(unsealed.rows).toMatchObject([
      { op: 'update', row: { s: 'seen' }, was: { s: { sealed: expect.any(String) } } },
    ]);
  });

  test('S15 what cannot be is refused by code', async () => {
    const head = (await stack.log()).length;
    const refused = (query: object) => refusedQuery(stack, { type: 'log.diff', ...query } as never);
    expect(await refused({ from: { seq: head + 1 } })).toMatchObject({ code: 'ahead_of_server', head });
    expect(await refused({ from: { seq: head + 1 }, to: { seq: 1 } })).toMatchObject({ code: 'ahead_of_server', head });
    expect(await refused({ from: { seq: 1, epoch: 'another' } })).toMatchObject({ code: 'wrong_epoch' });
    expect(await refused({ from: { tag: 'none' } })).toMatchObject({ code: 'tag_not_found' });
    expect(await refused({ from: { seq: 1 }, table: 'never' })).toMatchObject({ code: 'table_not_found' });
    const { next } = await stack.ask<ReplyOf<'log.diff'>>({ type: 'log.diff', from: { seq: 0 }, limit: 1 });
    expect(await refused({ from: { seq: 0 }, after: 'nonsense' })).toMatchObject({ code: 'bad_request' });
    expect(await refused({ from: { seq: 0 }, table: 'paged', after: next })).toMatchObject({ code: 'bad_request' });
  });
});
