import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { ComparedRow } from '../../../../../client/web/page/time/comparison.ts';
import { Comparison } from '../../../../../client/web/page/time/comparison.ts';
import { ComparisonModel } from '../../../../../client/web/page/time/comparison-model.ts';
import { Dice } from '../../../random.ts';
import { FakeLedger } from '../ledger/fake-ledger.ts';
import { RandomCommits } from '../ledger/random-commits.ts';

beforeEach(() => {
  vi.useFakeTimers({ now: 0, toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** Longer than all that the ledger takes. Not until no timer is left: others of this process may begin theirs again for ever. */
const settle = () => vi.advanceTimersByTimeAsync(5_000);

const sorted = (rows: ReadonlyMap<string, ComparedRow>) => [...rows].sort(([a], [b]) => (a < b ? -1 : 1));

test('up to the present it is what a new comparison would say, whenever rows and columns change while it is read', async () => {
  for (let seed = 1; seed <= 150; seed += 1) {
    const dice = new Dice(seed);
    const ledger = new FakeLedger(dice);
    const commits = new RandomCommits(ledger, dice);
    commits.create('t');
    for (let n = 0; n < 10; n += 1) commits.next();
    await settle();
    const since = ledger.cursor(1 + dice.below(ledger.seq));
    const onFailure = vi.fn();
    const model = new ComparisonModel({ table: 't', transport: ledger, onChange: () => undefined, onFailure });
    model.show({ since, at: undefined });
    for (let n = 0; n < 25; n += 1) {
      commits.next();
      await vi.advanceTimersByTimeAsync(dice.below(30));
    }
    await settle();
    const anew = new Comparison();
    const reading = ledger.diff('t', [since, undefined], new AbortController().signal);
    await settle();
    anew.begin((await reading).rows);
    expect(sorted(model.comparison.rows), `seed ${seed}`).toEqual(sorted(anew.rows));
    expect(onFailure).not.toHaveBeenCalled();
    model.close();
  }
});
