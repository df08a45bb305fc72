import { expect, it } from 'vitest';
import { versionsOf } from '../../../../../client/web/page/row/lives.ts';
import { stretchesOf } from '../../../../../client/web/page/row/stretches.ts';
import { entryOf } from '../feed/changes.ts';

it('marks what was taken back, and where an earlier life of the row ends', () => {
  const history = [
    entryOf({ seq: 12, op: 'update', reverts: [10, 10] }),
    entryOf({ seq: 10, op: 'update' }),
    entryOf({ seq: 9 }),
    entryOf({ seq: 5, op: 'delete' }),
    entryOf({ seq: 1 }),
  ];
  const versions = versionsOf(history);
  expect(versions.map(({ takenBackBy }) => takenBackBy?.seq)).toEqual([undefined, 12, undefined, undefined, undefined]);
  expect(versions.map(({ beginsEarlierLife }) => beginsEarlierLife)).toEqual([false, false, false, true, false]);
});

it('says of a range only that a change stands in it', () => {
  const history = [entryOf({ seq: 12, op: 'update', reverts: [2, 10] }), entryOf({ seq: 7, op: 'update' })];
  expect(versionsOf(history)[1]?.takenBackBy).toEqual({ seq: 12, isExact: false });
});

it('is cut into stretches that stay the same when versions come at either end', () => {
  const history = Array.from({ length: 260 }, (_, index) => {
    const version = 260 - index;
    return entryOf({ seq: version * 3, version, op: version === 1 ? 'insert' : 'update' });
  });
  const firsts = (from: number, to: number): (number | undefined)[] =>
    stretchesOf(versionsOf(history.slice(from, to))).map((stretch) => stretch.at(-1)?.entry.version);
  expect(firsts(0, 260)).toEqual([250, 200, 150, 100, 50, 1]);
  expect(firsts(3, 260)).toEqual([250, 200, 150, 100, 50, 1]);
  expect(firsts(0, 100)).toEqual([250, 200, 161]);
});
