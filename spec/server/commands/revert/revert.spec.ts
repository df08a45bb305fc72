import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Command } from '../../../../protocol/commands.ts';
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

async function submitAll(table: string, steps: readonly { type: string; key: string; row: Cells }[]): Promise<number> {
  const commands = steps.map(({ type, key, row }) =>
    type === 'row.delete' ? { type, table, key } : { type, table, key, row },
  );
  await Promise.all(commands.map((command) => stack.submit(command as Command)));
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
          const after = Math.min(first + Math.floor((last - first) * part), last - 1);
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

  test('S22 unique values find their way back in whatever order rows were touched, but for rows that wait for one another', async () => {
    const count = { runs: 0, stuck: 0 };
    await fc.assert(
      fc.asyncProperty(
        fc.array(handed, { maxLength: 4 }),
        fc.array(handed, { minLength: 6, maxLength: 20 }),
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
          const stuck = waitingForOneAnother(before ?? {}, now ?? {});
          count.stuck += stuck.length;
          const answer = await revert(stack, { what: { after, last } });
          if (stuck.length > 0) {
            const { problems = [] } = refusalOf(answer);
            expect(problems.map(({ code, key, column: of }) => `${code} ${key} ${of}`).sort()).toEqual(
              stuck.map((key) => `invalid ${key} p`),
            );
            return;
          }
          granted(answer);
          expect((await seenNow(ledger, await readLog(ledger)))[table]?.rows).toEqual(before);
        },
      ),
      { numRuns: runs * 5, endOnFailure: true },
    );
    expect(count.stuck).toBeLessThan(count.runs);
  }, 300_000);
});

/** Rows whose value before is now another row's, and so on around in a ring, or behind one. */
function waitingForOneAnother(before: Record<string, Cells>, now: Record<string, Cells>): string[] {
  const inTheWay = (key: string): string | undefined => {
    const value = before[key]?.p;
    return Object.keys(now).find((other) => other !== key && value !== undefined && now[other]?.p === value);
  };
  const isStuck = (key: string): boolean => {
    let way: string | undefined = key;
    for (let steps = 0; steps < 10 && way !== undefined; steps += 1) way = inTheWay(way);
    return way !== undefined;
  };
  return ['a', 'b', 'c', 'd'].filter(isStuck);
}
