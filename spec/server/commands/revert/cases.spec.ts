import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Step } from '../../../../protocol/commands.ts';
import type { Problem } from '../../../../protocol/errors.ts';
import type { Revert } from '../../../../protocol/revert.ts';
import type { AlterStep } from '../../../../protocol/table.ts';
import type { Cells } from '../../../../protocol/values.ts';
import type { Answer } from '../../../../server/commands/submission.ts';
import { setTag } from '../../../../server/log/set-tag.ts';
import { createLedger, type TestLedger } from '../../../support/ledger.ts';
import { createStack, expectWholeLog, granted, refusalOf, type Stack } from '../../stack.ts';
import { readLog, revert, seenAt, seenNow, submitAs } from './reverting.ts';

let ledger: TestLedger;
let stack: Stack;
let made = 0;

beforeAll(async () => {
  ledger = await createLedger();
  stack = createStack(ledger);
});
afterAll(async () => {
  await expectWholeLog(ledger);
  await stack.stop();
  await ledger.drop();
});

/** A table of its own, with a row `k`. Returns its name. */
async function table(row: Cells = { n: '1' }): Promise<string> {
  made += 1;
  const name = `table${made}`;
  const columns: Extract<Step, { type: 'table.create' }>['columns'] = [
    { name: 'n', type: 'text' },
    { name: 'u', type: 'text', unique: true },
    { name: 'secret', type: 'text', sealed: true },
  ];
  await stack.done({ type: 'table.create', name, columns });
  await stack.done({ type: 'row.insert', table: name, key: 'k', row });
  return name;
}

const head = async (): Promise<number> => (await readLog(ledger)).length;
const rowsOf = async (name: string): Promise<Record<string, Cells>> =>
  (await seenNow(ledger, await readLog(ledger)))[name]?.rows ?? {};
const update = (name: string, row: Cells, key = 'k'): Step => ({ type: 'row.update', table: name, key, row });
const take = (what: Revert['what'], conflicts?: Revert['conflicts']): Promise<Answer> =>
  revert(stack, { what, ...(conflicts && { conflicts }) });
const brief = ({ problems = [] }: { problems?: Problem[] | undefined }): object[] =>
  problems.map(({ key, column, wouldBe, touched }) => ({ key, column, wouldBe, by: touched?.by }));

describe('what is taken back', () => {
  test('a deleted row comes back, and its entry says what it takes back, and why', async () => {
    const name = await table({ n: '1', u: 'x' });
    const { seq } = await stack.done({ type: 'row.delete', table: name, key: 'k' });
    granted(await revert(stack, { what: { seq }, why: 'she stays' }));
    const last = (await readLog(ledger)).at(-1);
    expect(last).toMatchObject({ op: 'insert', key: 'k', version: 1, reverts: [seq, seq], why: 'she stays' });
    expect(await rowsOf(name)).toEqual({ k: { n: '1', u: 'x' } });
    // It is so already: nothing is recorded, and a reader need not wait for anything.
    expect(granted(await take({ seq }))).toMatchObject({ changed: false, changes: 0 });
  });

  test('of a row in the way its conflicts tell each cell, and what it is now once', async () => {
    const name = await table({ n: '1', u: 'x' });
    const { seq } = await stack.done(update(name, { n: '2', u: 'y' }));
    await stack.done(update(name, { n: '3', u: 'z' }));
    const { problems = [] } = refusalOf(await take({ seq }));
    expect(problems.map(({ column, current }) => [column, current?.row])).toEqual([
      ['n', { n: '3', u: 'z' }],
      ['u', undefined],
    ]);
  });

  test('all that somebody has done since a point, and nothing that others did', async () => {
    const name = await table({ n: '1' });
    const since = { seq: await head() };
    granted(await submitAs(stack, 'bob', update(name, { n: '2' })));
    granted(await submitAs(stack, 'bob', { type: 'row.insert', table: name, key: 'b', row: { n: 'b' } }));
    granted(await submitAs(stack, 'eve', update(name, { u: 'eve' })));
    granted(await submitAs(stack, 'bob', update(name, { n: '3' })));
    granted(await take({ by: 'bob', since }));
    expect(await rowsOf(name)).toEqual({ k: { n: '1', u: 'eve' } });
  });

  test('what leads from one point to another, or to now', async () => {
    const name = await table({ n: '1' });
    const from = { tag: `from-${name}` };
    await setTag(ledger.open(1), { type: 'tag.set', name: from.tag }, { id: from.tag, user: 'ada' });
    const { seq } = await stack.done(update(name, { n: '2' }));
    await stack.done({ type: 'row.insert', table: name, key: 'since', row: {} });
    granted(await take({ from, to: { seq } }));
    expect(await rowsOf(name)).toEqual({ k: { n: '1' }, since: {} });
    granted(await take({ from }));
    expect(await rowsOf(name)).toEqual({ k: { n: '1' } });
    expect(refusalOf(await take({ from: { seq }, to: from })).code).toBe('bad_request');
    expect(refusalOf(await take({ from, to: { tag: 'never' } })).code).toBe('tag_not_found');
    expect(refusalOf(await take({ from, to: { seq: 1, epoch: 'another' } })).code).toBe('wrong_epoch');
  });

  test('what others did between two changes of an author is a conflict, as it would go with them', async () => {
    const name = await table({ n: '1' });
    const since = { seq: await head() };
    granted(await submitAs(stack, 'bob', update(name, { n: '2' })));
    granted(await submitAs(stack, 'eve', update(name, { n: 'eve' })));
    granted(await submitAs(stack, 'bob', update(name, { n: '3' })));
    const conflicts = brief(refusalOf(await take({ by: 'bob', since })));
    expect(conflicts).toEqual([{ key: 'k', column: 'n', wouldBe: '1', by: 'eve' }]);
    expect(granted(await take({ by: 'bob', since }, 'keep'))).toMatchObject({ left: { kept: 1 } });
    expect(await rowsOf(name)).toEqual({ k: { n: 'eve' } });
  });

  test('of chosen rows and tables only', async () => {
    const [one, two] = [await table(), await table()];
    const { seq: last } = await stack.done({
      type: 'batch',
      commands: [
        update(one, { n: '2' }),
        { type: 'row.insert', table: one, key: 'b', row: {} },
        update(two, { n: '2' }),
      ],
    });
    const what = { after: last - 3, last };
    granted(await revert(stack, { what, rows: [{ table: one, key: 'b' }] }));
    expect([await rowsOf(one), await rowsOf(two)]).toEqual([{ k: { n: '2' } }, { k: { n: '2' } }]);
    granted(await revert(stack, { what, tables: [two] }));
    expect([await rowsOf(one), await rowsOf(two)]).toEqual([{ k: { n: '2' } }, { k: { n: '1' } }]);
    expect(refusalOf(await revert(stack, { what, tables: ['never'] })).code).toBe('table_not_found');
  });

  test('a dry run tells the changes and the conflicts, and writes nothing', async () => {
    const name = await table();
    const { seq } = await stack.done(update(name, { n: '2' }));
    const answer = await revert(stack, { what: { seq }, dryRun: true });
    expect(granted(answer)).toMatchObject({ dryRun: true, changes: 1, count: 1, seq: seq + 1 });
    expect('lines' in answer && answer.lines).toContain(`"was":{"n":"2"},"reverts":[${seq},${seq}]`);
    await stack.done(update(name, { n: '3' }));
    expect(refusalOf(await revert(stack, { what: { seq }, dryRun: true })).code).toBe('revert_conflict');
    expect(await head()).toBe(seq + 1);
  });

  test('a command that changed nothing, or never was, cannot be', async () => {
    const name = await table();
    await stack.done(update(name, { n: '1' }), 'id-of-nothing');
    expect(refusalOf(await take({ command: 'id-of-nothing' })).message).toContain('changed nothing');
    expect(refusalOf(await take({ command: 'never-was' })).code).toBe('invalid');
    expect(refusalOf(await take({ seq: 1_000_000 })).code).toBe('ahead_of_server');
  });
});

describe('rules and sealed cells', () => {
  test.each([
    ['before', ['A', 'B']],
    ['behind', ['B', 'A']],
  ])('a unique value that one row let go of and another took comes back, touched %s that or not', async (_, order) => {
    const name = await table({ u: 'other' });
    for (const key of ['A', 'B']) await stack.done({ type: 'row.insert', table: name, key, row: { u: key } });
    const before = await rowsOf(name);
    const after = await head();
    for (const key of order) await stack.done(update(name, { n: '1' }, key));
    await stack.done(update(name, { u: 'C' }, 'A'));
    await stack.done(update(name, { u: 'A' }, 'B'));
    for (const key of order.toReversed()) await stack.done(update(name, { n: '2' }, key));
    granted(await take({ after, last: await head() }));
    expect(await rowsOf(name)).toEqual(before);
  });

  test('two rows that have swapped a unique value swap it back, and once more when that is reverted', async () => {
    const name = await table({ u: 'x', secret: 's' });
    await stack.done({ type: 'row.insert', table: name, key: 'l', row: { u: 'y' } });
    const before = await rowsOf(name);
    const commands = [update(name, { u: 'y' }), update(name, { u: 'x' }, 'l')];
    const { seq } = await stack.done({ type: 'batch', commands });
    const swapped = await rowsOf(name);
    expect(swapped).toMatchObject({ k: { u: 'y' }, l: { u: 'x' } });
    granted(await take({ after: seq - 2, last: seq }));
    expect(await rowsOf(name)).toEqual(before);
    granted(await take({ after: seq, last: seq + 2 }));
    expect(await rowsOf(name)).toEqual(swapped);
    expect(await stack.refused({ type: 'row.insert', table: name, row: { u: 'x' } })).toMatchObject({
      message: 'u is unique, and row l has this value',
    });
    // Half of it cannot be.
    const half = refusalOf(
      await revert(stack, { what: { after: seq - 2, last: seq }, rows: [{ table: name, key: 'k' }] }),
    );
    expect(half.problems).toMatchObject([{ code: 'invalid', key: 'k', column: 'u' }]);
  });

  test('a value that another row has taken since is refused as any other would be', async () => {
    const name = await table({ u: 'x' });
    const { seq } = await stack.done(update(name, { u: 'y' }));
    await stack.done({ type: 'row.insert', table: name, key: 'other', row: { u: 'x' } });
    expect(refusalOf(await take({ seq })).problems).toMatchObject([{ code: 'invalid', key: 'k', column: 'u' }]);
  });

  test('P10 a sealed cell gets its commitment back, and the log never shows its value', async () => {
    const name = await table({ secret: 'plain-to-nobody' });
    const before = await rowsOf(name);
    const { seq } = await stack.done(update(name, { secret: 'another-plain' }));
    granted(await take({ seq }));
    expect(await rowsOf(name)).toEqual(before);
    await stack.done({ type: 'row.delete', table: name, key: 'k' });
    granted(await take({ seq: seq + 2 }));
    await stack.done({ type: 'table.drop', table: name });
    granted(await take({ seq: seq + 4 }));
    expect(await rowsOf(name)).toEqual(before);
    expect(JSON.stringify(await readLog(ledger))).not.toMatch(/plain-to-nobody|another-plain/);
    const kept = await ledger.query(
      `SELECT FROM sealed_cell s JOIN table_projection t ON t.id = s.table_id
       WHERE t.name = $1 AND t.dropped IS NULL AND s.value = '"plain-to-nobody"'`,
      [name],
    );
    expect(kept.length).toBe(1);
  });

  test('what was erased cannot come back: a conflict, and at most its bare commitment', async () => {
    const name = await table({ n: '1', secret: 'gone' });
    const before = await rowsOf(name);
    const { seq } = await stack.done(update(name, { n: '2', secret: 'new' }));
    await stack.done({ type: 'row.erase', table: name, key: 'k' });
    const refused = refusalOf(await take({ seq }));
    expect(refused).toMatchObject({
      code: 'revert_conflict',
      message: 'the value of secret was erased and cannot come back',
    });
    expect(granted(await revert(stack, { what: { seq }, conflicts: 'overwrite', dryRun: true }))).toMatchObject({
      left: { erased: 1 },
    });
    expect(granted(await take({ seq }, 'keep'))).toMatchObject({ left: { kept: 1 } });
    const { secret } = (await rowsOf(name)).k ?? {};
    expect(secret).not.toEqual(before.k?.secret);
    expect(await rowsOf(name)).toEqual({ k: { n: '1', secret } });
  });
});

describe('tables and columns', () => {
  test('a dropped table is there again, and what was before the drop can still be taken back', async () => {
    const name = await table({ n: '1' });
    const { seq } = await stack.done(update(name, { n: '2' }));
    const { seq: dropped } = await stack.done({ type: 'table.drop', table: name });
    expect(refusalOf(await take({ seq })).message).toContain('was dropped since');
    granted(await take({ seq: dropped }));
    expect(granted(await take({ seq: dropped }))).toMatchObject({ changed: false });
    granted(await take({ seq }));
    expect(await rowsOf(name)).toEqual({ k: { n: '1' } });
    // Its creation too: that drops the one that was made again, but not while others' rows are in it.
    const created = seq - 2;
    expect(refusalOf(await take({ seq: created })).code).toBe('revert_conflict');
    granted(await take({ seq: created }, 'overwrite'));
    expect(Object.keys(seenAt(await readLog(ledger), Number.POSITIVE_INFINITY))).not.toContain(name);
  });

  test('a removed column comes back where it stood, with the cells that it had', async () => {
    const name = await table({ n: '1', u: 'x' });
    const before = seenAt(await readLog(ledger), await head())[name];
    const { seq } = await stack.done({ type: 'table.alter', table: name, steps: [{ do: 'remove', column: 'n' }] });
    await stack.done({ type: 'row.insert', table: name, key: 'since', row: { u: 'y' } });
    await stack.done(update(name, { u: 'z' }));
    granted(await take({ seq }));
    const now = (await seenNow(ledger, await readLog(ledger)))[name];
    expect(now).toEqual({ definition: before?.definition, rows: { k: { n: '1', u: 'z' }, since: { u: 'y' } } });
  });

  test('a column that others have filled since is not removed unasked', async () => {
    const name = await table();
    const column = (of: string) => ({ do: 'add' as const, column: { name: of, type: 'text' as const } });
    const { seq } = await stack.done({ type: 'table.alter', table: name, steps: [column('none'), column('more')] });
    granted(await submitAs(stack, 'eve', update(name, { more: 'eve' })));
    // Names a column in a value only.
    granted(await submitAs(stack, 'bob', update(name, { u: '"none":1 "by":"eve"' })));
    expect(brief(refusalOf(await take({ seq })))).toEqual([
      { key: undefined, column: 'more', wouldBe: undefined, by: 'eve' },
    ]);
    expect(granted(await take({ seq }, 'keep'))).toMatchObject({ changed: false, left: { kept: 1 } });
    granted(await take({ seq }, 'overwrite'));
    expect(await rowsOf(name)).toEqual({ k: { n: '1', u: '"none":1 "by":"eve"' } });
  });

  describe('a column that others have filled under another name is not removed unasked', () => {
    const alter = async (name: string, ...steps: AlterStep[]): Promise<number> =>
      (await stack.done({ type: 'table.alter', table: name, steps })).seq;
    const add: AlterStep = { do: 'add', column: { name: 'c', type: 'text' } };
    const rename = (column: string, to: string): AlterStep => ({ do: 'rename', column, to });
    const filled = async (name: string, column: string) =>
      granted(await submitAs(stack, 'bob', update(name, { [column]: 'bob' })));
    const expectInTheWay = async (what: Revert['what'], column: string): Promise<void> =>
      expect(brief(refusalOf(await take(what)))).toEqual([{ key: undefined, column, wouldBe: undefined, by: 'bob' }]);
    /** Of a change that adds it. */
    const expectTakenAtWill = async (name: string, seq: number, kept: Cells): Promise<void> => {
      granted(await take({ seq }, 'keep'));
      expect(await rowsOf(name)).toEqual({ k: { n: '1', ...kept } });
      granted(await take({ seq }, 'overwrite'));
      expect(await rowsOf(name)).toEqual({ k: { n: '1' } });
    };

    test('renamed by a later change of the same range', async () => {
      const name = await table();
      const first = await alter(name, add);
      const last = await alter(name, rename('c', 'd'));
      await filled(name, 'd');
      await expectInTheWay({ by: 'ada', since: { seq: first - 1 } }, 'd');
      await expectInTheWay({ after: first - 1, last }, 'd');
      granted(await take({ after: first - 1, last }, 'keep'));
      await expectTakenAtWill(name, first, { c: 'bob' });
    });

    test('renamed in the change that added it', async () => {
      const name = await table();
      const seq = await alter(name, add, rename('c', 'd'));
      await filled(name, 'd');
      await expectInTheWay({ seq }, 'd');
      await expectTakenAtWill(name, seq, { d: 'bob' });
    });

    test('renamed for a while, until that was reverted', async () => {
      const name = await table();
      const seq = await alter(name, add);
      const renamed = await alter(name, rename('c', 'd'));
      await filled(name, 'd');
      granted(await take({ seq: renamed }));
      await expectInTheWay({ seq }, 'd');
      await expectTakenAtWill(name, seq, { c: 'bob' });
    });

    test('removed and brought back, and renamed then', async () => {
      const name = await table();
      const seq = await alter(name, add);
      const removed = await alter(name, { do: 'remove', column: 'c' });
      granted(await take({ seq: removed }));
      const renamed = await alter(name, rename('c', 'd'));
      await filled(name, 'd');
      granted(await take({ seq: renamed }));
      await expectInTheWay({ seq }, 'd');
      await expectTakenAtWill(name, seq, { c: 'bob' });
    });
  });

  test('cells follow their column through a rename by others, and one that is gone is counted', async () => {
    const name = await table({ n: '1', u: 'x' });
    const { seq } = await stack.done(update(name, { n: '2', u: 'y' }));
    await stack.done({
      type: 'table.alter',
      table: name,
      steps: [
        { do: 'rename', column: 'n', to: 'number' },
        { do: 'remove', column: 'u' },
      ],
    });
    expect(granted(await take({ seq }))).toMatchObject({ left: { homeless: 1 } });
    expect(await rowsOf(name)).toEqual({ k: { number: '1' } });
  });

  test('cells find their column that was removed and brought back', async () => {
    const name = await table({ n: '1', u: 'x' });
    const { seq } = await stack.done(update(name, { u: 'y' }));
    const { seq: removed } = await stack.done({
      type: 'table.alter',
      table: name,
      steps: [{ do: 'remove', column: 'u' }],
    });
    granted(await take({ seq: removed }));
    const reply = granted(await take({ after: seq - 1, last: removed }));
    expect(reply).toMatchObject({ changed: true });
    expect(reply).not.toHaveProperty('left');
    expect(await rowsOf(name)).toEqual({ k: { n: '1', u: 'x' } });
    const again = granted(await take({ after: seq - 1, last: removed }));
    expect(again).toMatchObject({ changed: false });
    expect(again).not.toHaveProperty('left');
  });

  test('a later change of the table is not overwritten: the refusal says which one to revert first', async () => {
    const name = await table({ n: '1' });
    const alter = async (...steps: AlterStep[]): Promise<number> => {
      await stack.done({ type: 'table.alter', table: name, steps });
      return (await readLog(ledger)).length;
    };
    const added = await alter({ do: 'add', column: { name: 'more', type: 'text' } });
    const renamed = await alter({ do: 'rename', column: 'more', to: 'most' });
    const refused = refusalOf(await take({ seq: added }, 'overwrite'));
    expect(refused.code).toBe('revert_conflict');
    expect(refused.message).toContain(`; revert change ${renamed} first: overwrite takes back rows`);
    expect(refusalOf(await take({ seq: added })).message).toMatch(new RegExp(`; revert change ${renamed} first$`));
    const { seq: dropped } = await stack.done({ type: 'table.drop', table: name });
    expect(refusalOf(await take({ seq: added }, 'overwrite')).message).toContain(
      `; revert change ${dropped} first: over`,
    );
    granted(await take({ seq: dropped }));
    granted(await take({ seq: renamed }));
    granted(await take({ seq: added }));
    expect(await rowsOf(name)).toEqual({ k: { n: '1' } });
  });

  test('a change of a table or its columns that was taken back already is left alone, until that was taken back', async () => {
    const name = await table({ n: '1', u: 'x' });
    const alter = async (...steps: AlterStep[]): Promise<number> =>
      (await stack.done({ type: 'table.alter', table: name, steps })).seq;
    const removed = await alter({ do: 'remove', column: 'u' });
    const added = await alter({ do: 'add', column: { name: 'more', type: 'text' } });
    const seen = async () => (await seenNow(ledger, await readLog(ledger)))[name];
    for (const seq of [removed, added]) {
      const before = await seen();
      const back = granted(await take({ seq })) as { readonly seq: number; readonly changes: number };
      const after = await seen();
      for (const rule of ['refuse', 'keep', 'overwrite'] as const) {
        expect(granted(await take({ seq }, rule))).toMatchObject({ changed: false, changes: 0 });
      }
      const again = { after: back.seq - back.changes, last: back.seq };
      granted(await take(again));
      expect(await seen()).toEqual(before);
      expect(granted(await take(again))).toMatchObject({ changed: false });
      granted(await take({ seq }));
      expect(await seen()).toEqual(after);
    }
    await alter({ do: 'rename', column: 'u', to: 'v' });
    expect(granted(await take({ seq: removed }))).toMatchObject({ changed: false });
    const created = (await readLog(ledger)).find((one) => one.table === name)?.seq ?? 0;
    granted(await take({ seq: created }, 'overwrite'));
    expect(granted(await take({ seq: created }))).toMatchObject({ changed: false });
    expect(refusalOf(await take({ seq: created + 1 })).message).toContain('was dropped since');
  });

  test('a column stays sealed', async () => {
    const name = await table();
    const steps = [{ do: 'rules' as const, column: 'n', set: { sealed: true as const } }];
    const { seq } = await stack.done({ type: 'table.alter', table: name, steps });
    const altered = (await readLog(ledger)).findLast(({ op, table: of }) => of === name && op === 'alter')?.seq ?? seq;
    expect(refusalOf(await take({ seq: altered })).message).toContain('cannot be taken back');
  });
});

test('P8 a revert larger than a request goes chunk by chunk, as one group', async () => {
  const name = await table();
  const before = await rowsOf(name);
  const keys = Array.from({ length: 1_400 }, (_, index) => `row${index}`);
  const after = await head();
  for (let start = 0; start < keys.length; start += 100) {
    const commands = keys
      .slice(start, start + 100)
      .map((key): Step => ({ type: 'row.insert', table: name, key, row: { u: key } }));
    await stack.done({ type: 'batch', commands });
  }
  const last = await head();
  const reply = granted(await take({ after, last }));
  expect(reply).toMatchObject({ changes: 1_400, seq: last + 1_400 });
  expect(await rowsOf(name)).toEqual(before);
  expect((await readLog(ledger)).at(-1)).toMatchObject({ group: [last + 1, last + 1_400] });
  granted(await take({ after: last, last: last + 1_400 }));
  expect(Object.keys(await rowsOf(name)).length).toBe(1_401);
  // Each row takes the value of the next one, through many chunks and in an order that suits neither way back.
  const full = await rowsOf(name);
  const start = await head();
  await stack.done({ type: 'batch', commands: keys.toReversed().map((key) => update(name, { n: 'touched' }, key)) });
  const commands = keys.map((key, index) => update(name, { u: index === 0 ? 'first' : `row${index - 1}` }, key));
  await stack.done({ type: 'batch', commands });
  granted(await take({ after: start, last: await head() }));
  expect(await rowsOf(name)).toEqual(full);
});

test('rows that waited for others are back before a change of columns is judged by them, across chunks', async () => {
  made += 1;
  const name = `table${made}`;
  const rule = (required: boolean): AlterStep => ({ do: 'rules', column: 'n', set: { required } });
  await stack.done({
    type: 'table.create',
    name,
    columns: [
      { name: 'n', type: 'text', required: true },
      { name: 'u', type: 'text', unique: true },
    ],
  });
  const others = Array.from({ length: 1_100 }, (_, index) => `other${index}`);
  const batch = async (commands: Step[]) => await stack.done({ type: 'batch', commands });
  await batch(
    ['x', 'y', ...others].map((key): Step => ({ type: 'row.insert', table: name, key, row: { n: '1', u: key } })),
  );
  const before = await rowsOf(name);
  const after = await head();
  await stack.done({ type: 'table.alter', table: name, steps: [rule(false)] });
  // The row that was touched last comes first: x wants what y has, which comes last.
  await batch(['y', ...others].map((key) => update(name, { n: '2' }, key)));
  await batch([update(name, { n: null, u: 'free' }, 'x'), update(name, { u: 'x' }, 'y')]);
  granted(await take({ after, last: await head() }));
  expect(await rowsOf(name)).toEqual(before);
  expect((await readLog(ledger)).at(-1)).toMatchObject({ op: 'alter', table: name });
});
