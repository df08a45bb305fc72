import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { GatewayProblem } from '../../../../../client/web/page/api/problem.ts';
import type { TableListener } from '../../../../../client/web/page/ledger/table-listener.ts';
import { TableModel } from '../../../../../client/web/page/ledger/table-model.ts';
import type { CurrentRow } from '../../../../../protocol/errors.ts';
import type { TableDefinition } from '../../../../../protocol/table.ts';
import { Dice } from '../../../random.ts';
import { FakeLedger } from './fake-ledger.ts';
import { RandomCommits } from './random-commits.ts';

beforeEach(() => {
  vi.useFakeTimers({
    now: 0,
    toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance', 'Date'],
  });
});
afterEach(() => {
  vi.useRealTimers();
});

/** What a grid would show: it takes only what fits what it has. */
class Shown implements TableListener {
  readonly rowsByKey = new Map<string, CurrentRow>();
  definition: TableDefinition | undefined;
  problem: string | undefined;
  /** Seqs of the rows that changes have brought, in order. */
  readonly seqs: number[] = [];
  readonly ends: string[] = [];
  /** Of each end of a play, why. */
  readonly stops: (string | undefined)[] = [];
  /** Of each beginning, whether it is of another moment. */
  readonly elsewhere: boolean[] = [];
  clockAt = '';

  readonly begin: TableListener['begin'] = (definition, rows, isElsewhere) => {
    this.elsewhere.push(isElsewhere);
    this.definition = definition;
    this.problem = undefined;
    this.rowsByKey.clear();
    this.rows(rows);
  };
  readonly rows = (rows: readonly CurrentRow[]): void => {
    for (const row of rows) {
      expect(this.rowsByKey.has(row.key)).toBe(false);
      this.rowsByKey.set(row.key, row);
    }
  };
  readonly whole = (): void => undefined;
  readonly changes: TableListener['changes'] = ({ added, changed, removed }) => {
    for (const { key } of added) expect(this.rowsByKey.has(key)).toBe(false);
    for (const { key } of [...changed, ...removed]) expect(this.rowsByKey.has(key)).toBe(true);
    for (const row of [...added, ...changed]) this.rowsByKey.set(row.key, row);
    for (const { key } of removed) this.rowsByKey.delete(key);
    this.seqs.push(...[...added, ...changed].map(({ seq }) => seq));
  };
  readonly failed: TableListener['failed'] = ({ code }) => {
    this.problem = code;
    this.rowsByKey.clear();
  };
  readonly clock: NonNullable<TableListener['clock']> = ({ cursor }) => {
    this.clockAt = cursor;
  };
  readonly played: NonNullable<TableListener['played']> = (how, problem) => {
    this.ends.push(how);
    this.stops.push(problem?.code);
  };
}

const byText = (a: string, b: string): number => (a < b ? -1 : 1);

function stage(seed: number) {
  const dice = new Dice(seed);
  const ledger = new FakeLedger(dice);
  const commits = new RandomCommits(ledger, dice);
  commits.create('t');
  commits.create('u');
  for (let n = 0; n < 20; n += 1) commits.next();
  const shown = new Shown();
  const model = (at: string | undefined) =>
    new TableModel({ table: 't', at, listener: shown, transport: ledger, stepRowsMin: 0 });
  const expectAt = (seq: number): void => {
    const truth = ledger.table('t', seq);
    const cells = (rows: Iterable<CurrentRow>): string[] =>
      [...rows].map(({ key, row }) => JSON.stringify([key, Object.entries(row).sort()])).sort(byText);
    expect(cells(shown.rowsByKey.values()), `seed ${seed}, as of ${seq}`).toEqual(cells(truth?.rows.values() ?? []));
    if (truth !== undefined) expect(shown.definition).toEqual(truth.definition);
  };
  return { dice, ledger, commits, shown, model, expectAt };
}

/** A group that nobody holds but who was told of it. */
function tellOnce(ledger: FakeLedger, table: string): WeakRef<object> {
  const common = { at: '', by: 'ada', command: 'c' };
  const entry = { ...common, seq: 10_000, table, op: 'delete', key: 'k', version: 2, was: {} } as const;
  const group = { ...common, cursor: ledger.cursor(10_000), entries: [entry] };
  ledger.tell(group);
  return new WeakRef(group);
}

async function collectGarbage(): Promise<void> {
  // What was looked at in this turn is kept to its end.
  await new Promise((resolve) => setImmediate(resolve));
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}

/** Longer than anything takes. */
const settle = async (): Promise<void> => {
  await vi.advanceTimersByTimeAsync(5_000);
};

describe('a table', () => {
  test('shows any moment, and goes from one to the next', async () => {
    for (let seed = 1; seed <= 30; seed += 1) {
      const { dice, ledger, commits, model, expectAt, shown } = stage(seed);
      const opened = model(undefined);
      for (let turn = 0; turn < 8; turn += 1) {
        const seq = dice.below(ledger.seq + 1);
        opened.show(dice.chance(0.2) ? undefined : ledger.cursor(seq));
        commits.next();
        await vi.advanceTimersByTimeAsync(dice.below(100));
      }
      const seq = 1 + dice.below(ledger.seq);
      opened.show(ledger.cursor(seq));
      await settle();
      expectAt(seq);
      expect(shown.problem).toBeUndefined();
      opened.show(undefined);
      for (let n = 0; n < 5; n += 1) commits.next();
      await settle();
      expectAt(ledger.seq);
      opened.close();
    }
  });

  test('is read anew for another person without being of another moment', async () => {
    const { ledger, commits, model, shown, expectAt } = stage(3);
    const opened = model(undefined);
    await settle();
    for (let n = 0; n < 5; n += 1) commits.next();
    await settle();
    shown.elsewhere.length = 0;
    ledger.restart();
    ledger.restart();
    await settle();
    expect(new Set(shown.elsewhere)).toEqual(new Set([false]));
    expectAt(ledger.seq);
    opened.close();
  });

  test('is read by itself when somebody answers who did not', async () => {
    for (const point of [undefined, 12]) {
      const { ledger, commits, model, shown, expectAt } = stage(5);
      ledger.refusal = new GatewayProblem({ code: 'timeout', message: 'nobody answers' });
      const opened = model(point === undefined ? undefined : ledger.cursor(point));
      await settle();
      expect(shown.problem).toBe('timeout');
      commits.next();
      ledger.refusal = undefined;
      await settle();
      commits.next();
      await settle();
      expect(shown.problem).toBeUndefined();
      expectAt(point ?? ledger.seq);
      opened.close();
    }
  });

  test('is not asked for again that is refused for good', async () => {
    const { ledger, model, shown } = stage(5);
    ledger.refusal = new GatewayProblem({ code: 'wrong_epoch', message: 'of another life' });
    const opened = model(ledger.cursor(12));
    await settle();
    ledger.refusal = undefined;
    await settle();
    expect(shown.problem).toBe('wrong_epoch');
    opened.close();
  });

  test('P8 keeps nothing of what comes while it is not there, nor of other tables while it is read', async () => {
    const { ledger, model } = stage(5);
    ledger.refusal = new GatewayProblem({ code: 'timeout', message: 'nobody answers' });
    const opened = model(undefined);
    // It has been asked for, and was refused.
    await vi.advanceTimersByTimeAsync(100);
    const told = tellOnce(ledger, 't');
    await collectGarbage();
    expect(told.deref()).toBeUndefined();
    ledger.refusal = undefined;
    // It is being asked for again.
    await vi.advanceTimersByTimeAsync(1_000);
    const [other, own] = [tellOnce(ledger, 'u'), tellOnce(ledger, 't')];
    await collectGarbage();
    expect([other, own].map((group) => group.deref() !== undefined)).toEqual([false, true]);
    opened.close();
  });

  test('says that it was not there yet, and appears in a play that brings it', async () => {
    const { ledger, model, shown, expectAt } = stage(7);
    const opened = model(ledger.cursor(0));
    await settle();
    expect(shown.problem).toBe('table_not_found');
    opened.play('1');
    await settle();
    expect(shown.problem).toBeUndefined();
    expect(shown.ends).toEqual(['arrived']);
    expectAt(ledger.seq);
    opened.close();
  });

  test('a play arrives in the present while that moves on, with every change once and in order', async () => {
    for (let seed = 1; seed <= 60; seed += 1) {
      const { dice, ledger, commits, model, expectAt, shown } = stage(seed);
      const opened = model(ledger.cursor(dice.below(ledger.seq)));
      opened.play('max');
      for (let turn = 0; turn < 60; turn += 1) {
        if (dice.chance(0.6)) commits.next();
        await vi.advanceTimersByTimeAsync(dice.below(40));
      }
      await settle();
      expect(shown.ends).toEqual(['arrived']);
      opened.show(undefined);
      for (let n = 0; n < 5; n += 1) commits.next();
      await settle();
      expectAt(ledger.seq);
      expect(new Set(shown.seqs).size, `seed ${seed}`).toBe(shown.seqs.length);
      opened.close();
    }
  });

  test('a play stops where it is told to, at a moment that can be shown again, and goes on from there', async () => {
    for (let seed = 1; seed <= 30; seed += 1) {
      const { dice, ledger, model, expectAt, shown } = stage(seed);
      const opened = model(ledger.cursor(1));
      opened.play('1');
      await vi.advanceTimersByTimeAsync(200 + dice.below(200));
      opened.pause();
      const stopped = shown.clockAt;
      if (stopped === '' || shown.ends.length > 0) {
        opened.close();
        continue;
      }
      opened.show(stopped);
      await settle();
      expectAt(Number(stopped.split('@')[0]));
      opened.play('10');
      await settle();
      expect(shown.ends).toEqual(['arrived']);
      expectAt(ledger.seq);
      opened.close();
    }
  });

  test.each(['busy', 'bad_request'])('a play that is refused as %s stops at once, and says why', async (code) => {
    const { ledger, model, shown, expectAt } = stage(5);
    const opened = model(ledger.cursor(12));
    await settle();
    ledger.refusal = new GatewayProblem({ code, message: 'no' });
    opened.play('1');
    await vi.advanceTimersByTimeAsync(1_500);
    expect([shown.ends, shown.stops]).toEqual([['halted'], [code]]);
    ledger.refusal = undefined;
    await settle();
    expectAt(12);
    opened.play('1');
    await settle();
    expect(shown.ends).toEqual(['halted', 'arrived']);
    expectAt(ledger.seq);
    opened.close();
  });

  test('a play that nobody answers is waited for, and then stops where it stands', async () => {
    const { ledger, model, shown, expectAt } = stage(5);
    const opened = model(ledger.cursor(12));
    await settle();
    ledger.refusal = new GatewayProblem({ code: 'unreachable', message: 'nobody answers' });
    opened.play('1');
    await vi.advanceTimersByTimeAsync(8_000);
    expect(shown.ends).toEqual([]);
    await vi.advanceTimersByTimeAsync(4_000);
    expect([shown.ends, shown.stops]).toEqual([['halted'], ['unreachable']]);
    expectAt(12);
    opened.close();
  });

  test('survives whatever order a person does things in', async () => {
    for (let seed = 1; seed <= 80; seed += 1) {
      const { dice, ledger, commits, model, expectAt, shown } = stage(seed);
      const opened = model(undefined);
      let told = 0;
      for (let turn = 0; turn < 40; turn += 1) {
        const deeds = [
          () => opened.show(ledger.cursor(dice.below(ledger.seq + 1))),
          () => opened.show(undefined),
          () => opened.play('1'),
          () => opened.pause(),
          () => commits.next(),
          () => commits.next(),
          () => dice.chance(0.2) && ledger.restart(),
          () => dice.chance(0.1) && commits.drop('t'),
        ];
        dice.pick(deeds)?.();
        await vi.advanceTimersByTimeAsync(dice.below(120));
        // As the page does when a play is over.
        for (; told < shown.ends.length; told += 1) {
          if (shown.ends[told] === 'arrived') opened.show(undefined);
        }
      }
      opened.pause();
      opened.show(undefined);
      await settle();
      expectAt(ledger.seq);
      opened.close();
    }
  });
});
