import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Command, Step } from '../../../../protocol/commands.ts';
import { groupOf } from '../../../../protocol/entry.ts';
import type { Cells } from '../../../../protocol/values.ts';
import { createLedger, type TestLedger } from '../../../support/ledger.ts';
import { randomCommands } from '../../../support/random-history.ts';
import { createStack, expectWholeLog, granted, refusalOf, type Stack } from '../../stack.ts';
import { merged } from './merged.ts';
import { readLog, revert, seenAt, seenNow } from './reverting.ts';

let ledger: TestLedger;
let stack: Stack;

beforeAll(async () => {
  ledger = await createLedger();
  stack = createStack(ledger);
});
afterAll(async () => {
  await expectWholeLog(ledger);
  await stack.stop();
  await ledger.drop();
});

const runs = Number(process.env.RUNS ?? 12);
const cell = fc.constantFrom('1', '2', null);
const step = fc.record({
  type: fc.constantFrom('row.insert', 'row.update', 'row.upsert', 'row.delete'),
  key: fc.constantFrom('a', 'b', 'c'),
  row: fc.record({ p: cell, q: cell, r: cell }, { requiredKeys: [], noNullPrototype: true }),
});

/** Mostly rows that hand a unique value on, or are touched otherwise, so that the order of their changes says nothing. */
const handed = fc.record({
  type: fc.constantFrom(...Array<'row.update'>(6).fill('row.update'), 'row.upsert', 'row.delete'),
  key: fc.constantFrom('a', 'b', 'c', 'd'),
  row: fc.oneof(
    fc.record({ p: fc.constantFrom('1', '2', '3', '4', '5', '6', null) }, { noNullPrototype: true }),
    fc.record({ q: cell }, { noNullPrototype: true }),
  ),
});
const holding = ['a', 'b', 'c', 'd'].map((key, index) => ({ type: 'row.insert', key, row: { p: String(index + 1) } }));

/** All rows deal the unique values anew among themselves. */
const dealt = fc
  .shuffledSubarray(['1', '2', '3', '4', '5', '6'], { minLength: 4, maxLength: 4 })
  .map((values) => values.map((p, index) => ({ type: 'row.upsert', key: 'abcd'.charAt(index), row: { p } })));

interface RowChange {
  readonly type: string;
  readonly key: string;
  readonly row: Cells;
}

/** Submits changes as they are, and those of a list as a batch. */
async function submitAll(table: string, steps: readonly (RowChange | readonly RowChange[])[]): Promise<number> {
  const rowStep = ({ type, key, row }: RowChange): Step =>
    (type === 'row.delete' ? { type, table, key } : { type, table, key, row }) as Step;
  const command = (step: RowChange | readonly RowChange[]): Command =>
    'type' in step ? rowStep(step) : { type: 'batch', commands: step.map(rowStep) };
  await Promise.all(steps.map((step) => stack.submit(command(step))));
  return (await readLog(ledger)).length;
}

describe('random histories', () => {
  test('S22 a revert of the last changes brings back exactly what was, and a revert of it what was then', async () => {
    await fc.assert(
      fc.asyncProperty(
        randomCommands({ length: 24 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        async (commands, part) => {
          for (const command of commands) await stack.submit(command);
          const log = await readLog(ledger);
          const [last, first] = [log.length, Math.max(log.length - 40, 0)];
          const changed = log[Math.min(first + Math.floor((last - first) * part), last - 1)];
          // Amid a command a unique value may stand twice.
          const after = changed === undefined ? last : groupOf(changed)[0] - 1;
          const reverted = granted(await revert(stack, { what: { after, last } }));
          const then = await readLog(ledger);
          expect(await seenNow(ledger, then)).toEqual(seenAt(log, after));
          if (!reverted.changed) return;
          granted(await revert(stack, { what: { command: then.at(-1)?.command ?? '' } }));
          expect(await seenNow(ledger, await readLog(ledger))).toEqual(seenAt(log, last));
        },
      ),
      { numRuns: runs, endOnFailure: true },
    );
  }, 300_000);

  test('S22 what was touched since is listed, all of it and nothing else, and settled by the rule that the caller gives', async () => {
    const count = { runs: 0, conflicts: 0 };
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 3, maxLength: 8 }),
        fc.array(step, { minLength: 1, maxLength: 8 }),
        fc.array(step, { maxLength: 4 }),
        fc.constantFrom('keep', 'overwrite'),
        async (first, reverted, since, rule) => {
          const table = `t${count.runs}`;
          count.runs += 1;
          const columns = ['p', 'q', 'r'].map((name) => ({ name, type: 'text' as const }));
          await stack.done({ type: 'table.create', name: table, columns });
          const after = await submitAll(table, first);
          const last = await submitAll(table, reverted);
          const head = await submitAll(table, since);
          if (last === after) return;
          const log = await readLog(ledger);
          const rows = (seq: number) => seenAt(log, seq)[table]?.rows ?? {};
          const [before, behind, now] = [rows(after), rows(last), rows(head)];
          const keys = ['a', 'b', 'c'];
          const wanted = keys.map((key) => ({
            key,
            ...merged({ before: before[key], after: behind[key], now: now[key] }),
          }));
          const conflicts = wanted.flatMap(({ key, conflicts: of }) => of.map((column) => `${key} ${column ?? ''}`));
          count.conflicts += conflicts.length;
          const answer = await revert(stack, { what: { after, last } });
          if (conflicts.length > 0) {
            const { code, problems = [] } = refusalOf(answer);
            expect(code).toBe('revert_conflict');
            expect(problems.map(({ key, column = '' }) => `${key} ${column}`).sort()).toEqual(conflicts.sort());
            expect((await readLog(ledger)).length).toBe(head);
            granted(await revert(stack, { what: { after, last }, conflicts: rule }));
          } else granted(answer);
          const then = await readLog(ledger);
          const found = (await seenNow(ledger, then))[table]?.rows;
          const result = wanted.flatMap((one) => (one[rule] === undefined ? [] : [[one.key, one[rule]] as const]));
          expect(found).toEqual(Object.fromEntries(result));
          if (then.length === head) return;
          granted(await revert(stack, { what: { after: head, last: then.length } }));
          expect(seenAt(await readLog(ledger), Number.POSITIVE_INFINITY)[table]?.rows).toEqual(now);
        },
      ),
      { numRuns: runs * 5, endOnFailure: true },
    );
    expect(count.conflicts).toBeGreaterThan(count.runs / 10);
  }, 300_000);

  test('S22 unique values find their way back, swapped ones too, in whatever order rows were touched', async () => {
    const count = { runs: 0, waiting: 0 };
    await fc.assert(
      fc.asyncProperty(
        fc.array(handed, { maxLength: 4 }),
        fc.array(fc.oneof({ weight: 9, arbitrary: handed }, dealt), { minLength: 6, maxLength: 20 }),
        async (first, then) => {
          const table = `u${count.runs}`;
          count.runs += 1;
          const column = (name: string, isUnique?: true) => ({ name, type: 'text' as const, unique: isUnique });
          await stack.done({
            type: 'table.create',
            name: table,
            columns: [column('p', true), column('q'), column('r')],
          });
          const after = await submitAll(table, [...holding, ...first]);
          const last = await submitAll(table, then);
          if (last === after) return;
          const log = await readLog(ledger);
          const [before, now] = [after, last].map((seq) => seenAt(log, seq)[table]?.rows ?? {});
          if (areWaiting(before ?? {}, now ?? {})) count.waiting += 1;
          granted(await revert(stack, { what: { after, last } }));
          expect((await seenNow(ledger, await readLog(ledger)))[table]?.rows).toEqual(before);
        },
      ),
      { numRuns: runs * 5, endOnFailure: true },
    );
    expect(count.waiting).toBeGreaterThan(count.runs / 20);
  }, 300_000);
});

/** Whether there are rows that each have what another had before, around in a ring: in no order is a value free for all. */
function areWaiting(before: Record<string, Cells>, now: Record<string, Cells>): boolean {
  const holderOf = (key: string): string | undefined =>
    Object.keys(now).find((other) => other !== key && now[other]?.p !== undefined && now[other].p === before[key]?.p);
  return Object.keys(before).some((key) => {
    let next = holderOf(key);
    for (let steps = 0; steps < 4 && next !== undefined && next !== key; steps += 1) next = holderOf(next);
    return next === key;
  });
}
