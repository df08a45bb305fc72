import { expect, test } from 'vitest';
import { Dice } from '../client/random.ts';
import { rankScore, rankU } from './rank-test.ts';

test('U is the number of pairs in which the first is the greater', () => {
  expect(rankU([2, 4], [1, 3])).toBe(3);
  expect(rankU([2, 2], [2])).toBe(1);
});

// Tortoises and hares as they came in: T H H H H H T T T T T H.
test('the score of six and six', () => {
  const [tortoises, hares] = [
    [1, 7, 8, 9, 10, 11],
    [2, 3, 4, 5, 6, 12],
  ];
  expect(rankU(hares, tortoises)).toBe(11);
  expect(rankU(tortoises, hares)).toBe(25);
  expect(rankScore(tortoises, hares)).toBeCloseTo(7 / Math.sqrt(39), 10);
});

test('sees a shift of one and a half standard deviations among 60 of each, and none where there is none', () => {
  const seed = Math.floor(Math.random() * 2 ** 32);
  const dice = new Dice(seed);
  // Of twelve dice: about normal, by 1.
  const draw = (shift: number): number[] =>
    Array.from({ length: 60 }, () => Array.from({ length: 12 }, () => dice.next()).reduce((a, b) => a + b, shift));
  let [squares, most] = [0, 0];
  const rounds = 400;
  for (let round = 0; round < rounds; round += 1) {
    const score = rankScore(draw(0), draw(0));
    squares += score ** 2;
    most = Math.max(most, Math.abs(score));
  }
  // Each is passed by chance once in some 10,000 runs at most.
  expect(squares / rounds, `seed ${seed}`).toBeGreaterThan(0.72);
  expect(squares / rounds, `seed ${seed}`).toBeLessThan(1.28);
  expect(most, `seed ${seed}`).toBeLessThan(5.2);
  expect(rankScore(draw(1.5), draw(0)), `seed ${seed}`).toBeGreaterThan(3);
});
