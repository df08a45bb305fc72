import { expect, test } from 'vitest';
import {
  type Axis,
  axisOf,
  bucketFrom,
  fractionAt,
  fractionOf,
  placeAt,
} from '../../../../../client/web/page/time/axis.ts';
import { axisText } from '../../../../../client/web/page/time/axis-text.ts';
import { Dice } from '../../../random.ts';

const reply = {
  epoch: 'e',
  from: 0,
  seq: 60,
  start: '2026-11-26T04:00:00.000000Z',
  end: '2026-11-26T04:00:40.000000Z',
  buckets: [
    { until: '2026-11-26T04:00:10.000000Z', seq: 50, changes: 50 },
    { until: '2026-11-26T04:00:20.000000Z', seq: 50, changes: 0 },
    { until: '2026-11-26T04:00:30.000000Z', seq: 52, changes: 2 },
    { until: '2026-11-26T04:00:40.000000Z', seq: 60, changes: 8 },
  ],
};
const axis = axisOf(reply) as Axis;

test('a ledger in which nothing happened has no axis', () => {
  expect(axisOf({ epoch: 'e', from: 0, seq: 0, buckets: [] })).toBeUndefined();
});

test('a place on the axis is a time and the change that it is behind', () => {
  expect(placeAt(axis, 0)).toEqual({ seq: 0, ms: axis.startMs });
  expect(placeAt(axis, 0.125).seq).toBe(25);
  expect(placeAt(axis, 0.25)).toEqual({ seq: 50, ms: axis.startMs + 10_000 });
  expect(placeAt(axis, 0.4).seq).toBe(50);
  expect(placeAt(axis, 1)).toEqual({ seq: 60, ms: axis.endMs });
  expect(placeAt(axis, 7)).toEqual(placeAt(axis, 1));
});

test('a change has its place, and a place between two is behind the earlier one', () => {
  for (let seq = 0; seq <= 60; seq += 1) expect(placeAt(axis, fractionOf(axis, seq)).seq).toBe(seq);
  expect(fractionOf(axis, 999)).toBe(1);
  expect(fractionAt(axis, axis.startMs + 20_000)).toBe(0.5);
  expect(fractionAt({ ...axis, endMs: axis.startMs }, axis.startMs)).toBe(1);
});

test('going right never goes back in the log', () => {
  const dice = new Dice(3);
  let seq = 0;
  const buckets = Array.from({ length: 50 }, (_, n) => {
    const changes = dice.chance(0.5) ? 0 : dice.below(1_000);
    seq += changes;
    return { untilMs: n + 1, seq, changes };
  });
  const random = { startMs: 0, endMs: 50, from: 0, buckets };
  const seqs = Array.from({ length: 1_000 }, (_, n) => placeAt(random, n / 1_000).seq);
  expect(seqs).toEqual([...seqs].sort((a, b) => a - b));
});

test('page keys go to the next stretch in which there is something', () => {
  expect(bucketFrom(axis, 50, 1)).toBe(52);
  expect(bucketFrom(axis, 51, -1)).toBe(50);
  expect(bucketFrom(axis, 50, -1)).toBe(0);
  expect(bucketFrom(axis, 60, 1)).toBeUndefined();
  expect(bucketFrom(axis, 0, -1)).toBeUndefined();
});

test.each([0.001, 0.0025, 0.01, 0.25, 0.5, 1, 30, 60, 3_600, 86_400, 30 * 86_400, 365 * 86_400])(
  'no two neighbours of the marks every %d s read the same',
  (step) => {
    const start = new Date(2026, 10, 25, 23, 59, 58).getTime() / 1_000;
    const marks = Array.from({ length: 9 }, (_, index) => axisText(start + index * step, step));
    expect(marks.filter((mark, index) => mark === marks[index + 1])).toEqual([]);
  },
);

test('a mark is as fine as it must be, and where a day begins it is the day', () => {
  const at = (time: string): number => new Date(time).getTime() / 1_000;
  expect(axisText(at('2026-11-26T04:12:31.25'), 0.25)).toBe('04:12:31.25');
  expect(axisText(at('2026-11-26T04:12'), 60)).toBe('04:12');
  expect(axisText(at('2026-11-26T00:00'), 21_600)).toBe('26 Nov');
  expect(axisText(at('2026-11-01T00:00'), 31 * 86_400)).toBe('Nov 2026');
  expect(axisText(at('2026-01-01T00:00'), 365 * 86_400)).toBe('2026');
});
