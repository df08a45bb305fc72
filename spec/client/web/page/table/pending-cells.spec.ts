import { expect, test } from 'vitest';
import { PendingCells } from '../../../../../client/web/page/table/edit/pending-cells.ts';
import { touchedSince } from '../../../../../client/web/page/table/edit/steps.ts';
import type { CurrentRow } from '../../../../../protocol/errors.ts';

const row = (seq: number, cells: CurrentRow['row']): CurrentRow => ({
  key: 'A',
  version: seq,
  seq,
  at: '2026-01-01T00:00:00Z',
  by: 'ada',
  row: cells,
});

const seen = row(1, { pay: '1' });

test('shows an edit until the feed has brought its change', () => {
  const pending = new PendingCells(() => undefined);
  const edit = pending.put(seen, { pay: '2' });
  expect(pending.valueOf('A', 'pay', '1')).toBe('2');
  expect(pending.stateOf('A', 'pay')).toBe('sent');
  pending.acknowledge(edit, 9, row(7, {}));
  pending.seen(row(8, { pay: '1' }));
  expect(pending.valueOf('A', 'pay', '1')).toBe('2');
  pending.seen(row(9, { pay: '2' }));
  expect(pending.stateOf('A', 'pay')).toBeUndefined();
});

test('the feed may be faster than the answer', () => {
  const pending = new PendingCells(() => undefined);
  const edit = pending.put(seen, { pay: '2' });
  pending.seen(row(9, { pay: '2' }));
  pending.acknowledge(edit, 9, row(9, { pay: '2' }));
  expect(pending.stateOf('A', 'pay')).toBeUndefined();
});

test('a refused edit stays, with the problem at the cell that it names', () => {
  const pending = new PendingCells(() => undefined);
  const edit = pending.put(seen, { pay: '-1', name: 'x' });
  pending.refuse(edit, [{ code: 'invalid', message: 'pay is below 0', column: 'pay', key: 'A' }], 'refused');
  expect(pending.valueOf('A', 'pay', '1')).toBe('-1');
  expect(pending.problemOf('A', 'pay')).toBe('pay is below 0');
  expect(pending.problemOf('A', 'name')).toBeUndefined();
  expect(pending.refusals.getState().list).toEqual([{ key: 'A', column: 'pay', message: 'pay is below 0' }]);
  pending.giveUp('A', 'pay');
  expect(pending.valueOf('A', 'pay', '1')).toBe('1');
  expect(pending.refusals.getState().list).toEqual([]);
});

test('what is held to be refused is gone when it has come to be so', () => {
  const pending = new PendingCells(() => undefined);
  pending.refuse(pending.put(seen, { pay: '2' }), [], 'nobody knows yet');
  pending.seen(row(5, { pay: '3' }));
  expect(pending.valueOf('A', 'pay', '3')).toBe('2');
  pending.seen(row(6, { pay: '2' }));
  expect(pending.refusals.getState().list).toEqual([]);
});

test('a row of the past that was so is no sign that what was refused has come to be so', () => {
  const pending = new PendingCells(() => undefined);
  pending.refuse(pending.put(row(7, { pay: '1' }), { pay: '2' }), [], 'pay is above 1');
  pending.seen(row(3, { pay: '2' }));
  expect(pending.stateOf('A', 'pay')).toBe('refused');
  pending.seen(row(8, { pay: '2' }));
  expect(pending.stateOf('A', 'pay')).toBeUndefined();
});

test('what the feed brought while it was not followed is in the rows that are read anew', () => {
  const pending = new PendingCells(() => undefined);
  pending.acknowledge(pending.put(seen, { pay: '2' }), 5, undefined);
  pending.seenAnew(() => undefined);
  pending.seenAnew(() => row(4, { pay: '1' }));
  expect(pending.valueOf('A', 'pay', '1')).toBe('2');
  pending.seenAnew((key) => (key === 'A' ? row(9, { pay: '3' }) : undefined));
  expect(pending.valueOf('A', 'pay', '3')).toBe('3');
});

test('what was typed and can be no cell stays as it was typed, refused', () => {
  const pending = new PendingCells(() => undefined);
  pending.putTyped(row(1, {}), { column: 'more', text: '{', problem: 'it is no JSON' });
  expect(pending.typedOf('A', 'more')).toBe('{');
  expect(pending.refusals.getState().list).toEqual([{ key: 'A', column: 'more', message: 'more: it is no JSON' }]);
  // A cell that holds the same text is another thing.
  pending.seen(row(2, { more: '{' }));
  expect(pending.stateOf('A', 'more')).toBe('refused');
  pending.put(row(2, {}), { more: {} });
  expect(pending.typedOf('A', 'more')).toBeUndefined();
  expect(pending.refusals.getState().list).toEqual([]);
});

test('a later edit of the same cell is not ended by the change of an earlier one', () => {
  const pending = new PendingCells(() => undefined);
  const first = pending.put(seen, { pay: '2' });
  pending.put(seen, { pay: '3' });
  pending.acknowledge(first, 5, undefined);
  pending.seen(row(5, { pay: '2' }));
  expect(pending.valueOf('A', 'pay', '2')).toBe('3');
});

test('only cells that somebody else has changed are in conflict', () => {
  const seen = row(1, { pay: '1', name: 'x', more: { a: [1] } });
  expect(touchedSince(seen, row(2, { pay: '1', name: 'y', more: { a: [1] } }), ['pay', 'more'])).toEqual([]);
  expect(touchedSince(seen, row(2, { pay: '1.0', more: { a: [2] } }), ['pay', 'name', 'more'])).toEqual([
    'pay',
    'name',
    'more',
  ]);
});
