import { afterEach, beforeEach, expect, test } from 'vitest';
import { Spool } from '../../../client/import/spool.ts';
import { Dice } from '../random.ts';

interface Value {
  readonly n: number;
  readonly text: string;
}

let spool: Spool<Value>;
beforeEach(async () => {
  spool = await Spool.open<Value>();
});
afterEach(() => spool.close());

/** Of any length: some are longer than what is read ahead. */
const value = (n: number): Value => ({ n, text: 'é"'.repeat(n % 500 === 7 ? 40_000 : n % 37) });

test('values are found in order, from anywhere on, and anyhow between, while others are added', () => {
  const dice = new Dice(20_261_127);
  const count = 5_000;
  for (let n = 0; n < count; n += 1) {
    spool.append(value(n));
    if (n % 97 === 0) expect(spool.at(n)).toEqual(value(n));
    if (n % 101 === 0) expect(spool.at(dice.below(n + 1)).text).toBeTypeOf('string');
  }
  expect([...spool]).toEqual(Array.from({ length: count }, (_, n) => value(n)));
  for (let round = 0; round < 200; round += 1) {
    const from = dice.below(count);
    for (let n = from; n < Math.min(count, from + dice.below(40)); n += 1) expect(spool.at(n)).toEqual(value(n));
    spool.append(value(count + round));
  }
  expect(spool.at(count + 199)).toEqual(value(count + 199));
  expect(spool.length).toBe(count + 200);
});
