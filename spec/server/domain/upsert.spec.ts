import { describe, expect, test } from 'vitest';
import { brief, given, insert, keyedTable, remove, table, upsert } from './pure-ledger.ts';

const people = keyedTable({ name: 'name', type: 'text' }, { name: 'age', type: 'integer', default: 18 });

describe('row.upsert', () => {
  test('inserts where the key is not, defaults included', () => {
    expect(given(people).when(upsert({ id: 'a' })).changes).toEqual([
      { table: 't', op: 'insert', key: 'a', version: 1, row: { id: 'a', age: 18 } },
    ]);
  });

  test('where the key is, sets the named cells only, and fills no defaults', () => {
    const { changes } = given(people, insert({ id: 'a', name: 'x', age: null })).when(upsert({ id: 'a', name: 'y' }));
    expect(changes).toEqual([
      { table: 't', op: 'update', key: 'a', version: 2, row: { id: 'a', name: 'y' }, was: { name: 'x' } },
    ]);
  });

  test('of a row that is so already records nothing', () => {
    const { changes, outcomes } = given(people, insert({ id: 'a' })).when(upsert({ id: 'a', age: 18 }));
    expect([changes, outcomes]).toMatchObject([[], [{ seq: 2, version: 1, changed: false }]]);
  });

  test('S17 absent: inserts only; present: changes only; version: that one only', () => {
    const there = given.bind(undefined, people, insert({ id: 'a' }));
    const gone = given.bind(undefined, people, insert({ id: 'a' }), remove('a'));
    const row = { id: 'a', age: 5 };
    expect(gone().when(upsert(row, { expect: 'absent' })).changes).toMatchObject([{ op: 'insert', version: 1 }]);
    expect(brief(there().when(upsert(row, { expect: 'absent' })).problems)).toEqual([
      { code: 'version_conflict', key: 'a' },
    ]);
    expect(there().when(upsert(row, { expect: 'present' })).changes).toMatchObject([{ op: 'update' }]);
    expect(brief(gone().when(upsert(row, { expect: 'present' })).problems)).toEqual([
      { code: 'row_not_found', key: 'a' },
    ]);
    expect(there().when(upsert(row, { expect: { version: 1 } })).changes).toMatchObject([{ version: 2 }]);
    expect(brief(gone().when(upsert(row, { expect: { version: 1 } })).problems)).toEqual([
      { code: 'version_conflict', key: 'a' },
    ]);
  });

  test('a table without a key column: with a key it finds the row, without one it always inserts', () => {
    const free = table('t', { name: 'text', type: 'text' });
    const there = given.bind(undefined, free, insert({ text: 'x' }, { key: 'k' }));
    expect(there().when(upsert({ text: 'y' }, { key: 'k' })).changes).toMatchObject([{ op: 'update', version: 2 }]);
    expect(there().when(upsert({ text: 'x' })).changes).toMatchObject([{ op: 'insert', version: 1 }]);
  });

  test('lists the conflict and the bad cells together', () => {
    const { problems } = given(people, insert({ id: 'a' })).when(
      upsert({ id: 'a', age: 'x', nope: 1 }, { expect: 'absent' }),
    );
    expect(problems.map(({ code, column }) => [code, column])).toEqual([
      ['version_conflict', undefined],
      ['invalid', 'age'],
      ['invalid', 'nope'],
    ]);
  });
});
