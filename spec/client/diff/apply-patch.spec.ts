import fc from 'fast-check';
import { nanoid } from 'nanoid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { patchSteps } from '../../../client/diff/apply-patch.ts';
import type { Patch } from '../../../client/diff/patch.ts';
import type { PatchTarget } from '../../../client/diff/patch-target.ts';
import type { Command, Step } from '../../../protocol/commands.ts';
import type { CurrentRow, ErrorBody } from '../../../protocol/errors.ts';
import type { ReplyOf } from '../../../protocol/replies.ts';
import type { AlterStep } from '../../../protocol/table.ts';
import type { Cells, ColumnType } from '../../../protocol/values.ts';
import { submission } from '../../../server/commands/submission.ts';
import { commandKey, createStack, type Stack } from '../../server/stack.ts';
import { createLedger, type TestLedger } from '../../support/ledger.ts';
import { randomCommands } from '../../support/random-history.ts';
import { administrator } from '../../support/server.ts';

let ledgers: TestLedger[];
let source: Stack;
let target: Stack;

beforeAll(async () => {
  ledgers = [await createLedger(), await createLedger()];
  const [one, other] = ledgers.map((ledger) => createStack(ledger));
  if (one === undefined || other === undefined) throw new Error('two were made');
  [source, target] = [one, other];
});
afterAll(async () => {
  await Promise.all([source.stop(), target.stop()]);
  await Promise.all(ledgers.map((ledger) => ledger.drop()));
});

async function definitionsOf(stack: Stack): Promise<PatchTarget['definitions']> {
  const { tables } = await stack.ask<ReplyOf<'table.list'>>({ type: 'table.list' });
  return new Map(tables.map(({ definition }) => [definition.name, definition]));
}

async function* rowsOf(stack: Stack, table: string): AsyncGenerator<CurrentRow, void, undefined> {
  yield* (await stack.ask<ReplyOf<'row.list'>>({ type: 'row.list', table })).rows;
}

/** Tables and cells. */
async function stateOf(stack: Stack): Promise<unknown> {
  const state: Record<string, unknown> = {};
  for (const [name, definition] of await definitionsOf(stack)) {
    const rows: Record<string, unknown> = {};
    for await (const { key, row } of rowsOf(stack, name)) rows[key] = row;
    state[name] = { definition, rows };
  }
  return state;
}

async function headOf(stack: Stack): Promise<number> {
  return (await stack.ask<ReplyOf<'table.list'>>({ type: 'table.list' })).seq;
}

async function patchBetween(from: number, to?: number): Promise<Patch> {
  const points = { from: { seq: from }, ...(to === undefined ? {} : { to: { seq: to } }) };
  const { tables = [], ...rest } = await source.ask<ReplyOf<'log.diff'>>({ type: 'log.diff', ...points });
  expect(rest.next).toBeUndefined();
  return { ...rest, tables };
}

async function stepsFor(patch: Patch): Promise<Step[]> {
  return await patchSteps(patch, {
    definitions: await definitionsOf(target),
    rows: (table) => rowsOf(target, table),
  });
}

/** Undefined when it was done. */
async function apply(patch: Patch): Promise<ErrorBody | undefined> {
  const commands = await stepsFor(patch);
  if (commands.length === 0) return undefined;
  const stage = nanoid();
  await target.staging.answer({ type: 'batch.part', stage, part: 0, commands }, { user: administrator.name });
  const command = { type: 'batch.commit' as const, stage, parts: 1 };
  const answer = await target.committer.submit(submission(stage, administrator.name, command, commandKey));
  return 'error' in answer ? answer.error : undefined;
}

async function clear(stack: Stack): Promise<void> {
  for (const table of (await definitionsOf(stack)).keys()) await stack.done({ type: 'table.drop', table });
}

/** Does the commands at the source; the target follows by a patch at each place, and goes all the way back, and there again. */
async function follow(commands: readonly Command[], places: readonly number[]): Promise<ErrorBody | undefined> {
  await Promise.all([clear(source), clear(target)]);
  const met: { readonly seq: number; readonly state: unknown }[] = [];
  let from = await headOf(source);
  for (const [index, command] of commands.entries()) {
    await source.submit(command);
    if (index + 1 < commands.length && !places.includes(index)) continue;
    const error = await apply(await patchBetween(from));
    if (error !== undefined) return error;
    from = await headOf(source);
    met.push({ seq: from, state: await stateOf(source) });
    expect(await stateOf(target)).toEqual(met.at(-1)?.state);
  }
  return await wander(from, [...met.toReversed(), ...met.slice(-1)]);
}

/** The target goes from one point of the source to the next, earlier or later. */
async function wander(
  start: number,
  points: readonly { readonly seq: number; readonly state: unknown }[],
): Promise<ErrorBody | undefined> {
  let from = start;
  for (const { seq, state } of points) {
    const error = await apply(await patchBetween(from, seq));
    if (error !== undefined) return error;
    expect(await stateOf(target)).toEqual(state);
    from = seq;
  }
  return undefined;
}

test('over random histories, patches make of one ledger what another became', async () => {
  await fc.assert(
    fc.asyncProperty(
      randomCommands({ length: 30, rules: true }),
      fc.array(fc.nat(30), { minLength: 1, maxLength: 3 }),
      async (commands, places) => {
        expect(await follow(commands, places)).toBeUndefined();
      },
    ),
    { numRuns: Number(process.env.RUNS ?? 16) },
  );
}, 300_000);

describe('a value that was made fit for another type by hand, between two points', () => {
  const alter = (...steps: AlterStep[]): Command => ({ type: 'table.alter', table: 'one', steps });
  const set = (key: string, row: Cells): Command => ({ type: 'row.upsert', table: 'one', key, row });
  const retype = (column: string, to: ColumnType): AlterStep => ({ do: 'retype', column, to });
  const before: Command[] = [
    { type: 'table.create', name: 'one', columns: [{ name: 'n', type: 'text', required: true, default: 'none' }] },
    ...[set('a', { n: 'abc' }), set('b', { n: '7' }), set('c', { n: 'gone' }), set('d', { n: '1.50' })],
  ];
  const fit: Command[] = [set('a', { n: '5' }), { type: 'row.delete', table: 'one', key: 'c' }, set('d', { n: '1' })];

  test.each<[string, Command[]]>([
    [
      'is emptied ahead of the change of type',
      [...fit, alter({ do: 'rules', column: 'n', set: { default: null } }, retype('n', 'integer'))],
    ],
    [
      'under another name, with rules that are new',
      [
        ...fit,
        alter({ do: 'rules', column: 'n', set: { default: null } }, { do: 'rename', column: 'n', to: 'm' }),
        alter(retype('m', 'integer'), { do: 'rules', column: 'm', set: { min: 1, default: 1 } }),
      ],
    ],
    [
      'as JSON and as a number, which read it in their own way',
      [
        ...fit,
        alter({ do: 'rules', column: 'n', set: { default: null } }, retype('n', 'number')),
        alter(retype('n', 'json')),
      ],
    ],
    [
      'is as it was, when its column has its type again',
      [
        ...fit,
        alter({ do: 'rules', column: 'n', set: { default: null } }, retype('n', 'integer')),
        alter(retype('n', 'text'), { do: 'rules', column: 'n', set: { default: 'none' } }),
        ...[set('a', { n: 'abc' }), set('c', { n: 'gone' }), set('d', { n: '1.50' })],
      ],
    ],
    [
      'of a column that was added, which a default had filled',
      [
        alter({ do: 'add', column: { name: 'p', type: 'text', default: 'x' } }),
        ...['a', 'b', 'c', 'd'].map((key) => set(key, { p: null })),
        alter({ do: 'rules', column: 'p', set: { default: null } }, retype('p', 'integer')),
      ],
    ],
  ])('%s', async (_, commands) => {
    expect(await follow([...before, ...commands], [before.length - 1])).toBeUndefined();
  });

  test('is a conflict where it is another one', async () => {
    expect(await follow(before, [])).toBeUndefined();
    const from = await headOf(source);
    const retyped = alter({ do: 'rules', column: 'n', set: { default: null } }, retype('n', 'integer'));
    for (const command of [...fit, retyped]) await source.done(command);
    await target.done(set('a', { n: 'other' }));
    await expect(stepsFor(await patchBetween(from))).rejects.toMatchObject({
      code: 'version_conflict',
      body: { problems: [{ key: 'a', column: 'n', message: 'n is "other", not "abc"' }] },
    });
  });
});

test('a patch that leads back from where a column was sealed is refused, unless that is not sealed here', async () => {
  const before: Command[] = [
    { type: 'table.create', name: 'one', columns: [{ name: 'n', type: 'text' }] },
    { type: 'row.insert', table: 'one', key: 'a', row: { n: 'seen' } },
  ];
  expect(await follow(before, [])).toBeUndefined();
  const open = await headOf(source);
  const seal: Command = {
    type: 'table.alter',
    table: 'one',
    steps: [{ do: 'rules', column: 'n', set: { sealed: true } }],
  };
  await source.done(seal);
  const back = await patchBetween(await headOf(source), open);
  expect(await stepsFor(back)).toEqual([]);
  await target.done(seal);
  await expect(stepsFor(back)).rejects.toMatchObject({
    code: 'bad_request',
    message: 'one: column n was sealed between the points of the patch, and that is never taken back',
  });
});

test('a rule that came when the rows were fit for it waits for them, and unique values may change hands', async () => {
  const row = (key: string, cells: Record<string, string>): Command => ({
    type: 'row.upsert',
    table: 'one',
    key,
    row: cells,
  });
  const rules = (column: string, set: Extract<AlterStep, { do: 'rules' }>['set']): Command => ({
    type: 'table.alter',
    table: 'one',
    steps: [{ do: 'rules', column, set }],
  });
  const columns = [{ name: 'p', type: 'text' as const, unique: true }];
  const before: Command[] = [
    { type: 'table.create', name: 'one', columns },
    ...[row('a', { p: '1' }), row('b', { p: '2' }), row('c', { p: 'long' })],
  ];
  const behind: Command[] = [
    { type: 'table.alter', table: 'one', steps: [{ do: 'add', column: { name: 'q', type: 'text' } }] },
    ...[row('a', { p: '3', q: 'x' }), row('b', { p: '1', q: 'y' }), row('a', { p: '2' })],
    { type: 'row.delete', table: 'one', key: 'c' },
    ...[rules('p', { max: 3 }), rules('q', { required: true, default: 'z' })],
  ];
  expect(await follow([...before, ...behind], [before.length - 1])).toBeUndefined();
});

test('unique values that rows have swapped or moved on are swapped and moved on by a patch, without a change of columns', async () => {
  const row = (key: string, p: string): Step => ({ type: 'row.upsert', table: 'one', key, row: { p } });
  const before: Command[] = [
    { type: 'table.create', name: 'one', columns: [{ name: 'p', type: 'text', unique: true }] },
    { type: 'batch', commands: [row('a', '1'), row('b', '2'), row('c', '3'), row('d', '4')] },
  ];
  const behind: Command[] = [
    { type: 'batch', commands: [row('a', '2'), row('b', '1')] },
    { type: 'batch', commands: [row('c', '4'), row('d', '5'), row('e', '3')] },
  ];
  expect(await follow([...before, ...behind], [1])).toBeUndefined();
  expect(await follow([...before, ...behind], [1, 2])).toBeUndefined();
});
