import { expect, test } from 'vitest';
import { brief, given, insert, keyedTable, remove, update } from './pure-ledger.ts';

const people = keyedTable({ name: 'age', type: 'integer' });

test('row.delete keeps the whole row in the change, counts its version on, and leaves no row (S21)', () => {
  const { changes, outcomes, ledger } = given(people, insert({ id: 'a', age: 1 }), update('a', { age: 2 })).when(
    remove('a', { why: 'left' }),
  );
  expect(changes).toEqual([{ table: 't', op: 'delete', key: 'a', version: 3, was: { id: 'a', age: 2 }, why: 'left' }]);
  expect(outcomes).toEqual([{ table: 't', key: 'a', seq: 4, version: 3, changed: true }]);
  expect(ledger.row('t', 'a')).toBeUndefined();
});

test('row.delete of what is not there is refused: a second delete, an unknown key, an unknown table', () => {
  expect(brief(given(people, insert({ id: 'a' }), remove('a')).when(remove('a')).problems)).toEqual([
    { code: 'row_not_found', key: 'a' },
  ]);
  expect(brief(given(people).when(remove('a')).problems)).toEqual([{ code: 'row_not_found', key: 'a' }]);
  expect(brief(given().when(remove('a')).problems)).toEqual([{ code: 'table_not_found' }]);
});

test('row.delete frees the unique values that the row held', () => {
  const unique = keyedTable({ name: 'badge', type: 'integer', unique: true });
  const { changes } = given(unique, insert({ id: 'a', badge: 7 }), remove('a')).when(insert({ id: 'b', badge: 7 }));
  expect(changes).toHaveLength(1);
});
