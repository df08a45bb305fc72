import { expect, it } from 'vitest';
import { versionsOf } from '../../../../../client/web/page/row/lives.ts';
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
