import { describe, expect, test } from 'vitest';
import { brief, drop, given, insert, keyedTable, remove, table, update } from './pure-ledger.ts';

const people = keyedTable({ name: 'name', type: 'text' }, { name: 'age', type: 'integer', default: 18 });

describe('row.insert', () => {
  test('makes version 1 of a row, its cells in the order of the columns', () => {
    const { changes, outcomes } = given(people).when(insert({ age: 7, name: 'Zoë', id: 'a' }, { why: 'new' }));
    expect(JSON.stringify(changes)).toBe(
      '[{"table":"t","op":"insert","key":"a","version":1,"row":{"id":"a","name":"Zoë","age":7},"why":"new"}]',
    );
    expect(outcomes).toEqual([{ table: 't', key: 'a', seq: 2, version: 1, changed: true }]);
  });

  test('a default fills a cell that is not named; one that is named null stays empty', () => {
    expect(given(people).when(insert({ id: 'a' })).changes).toMatchObject([{ row: { id: 'a', age: 18 } }]);
    const { changes } = given(people).when(insert({ id: 'a', age: null }));
    expect(changes).toMatchObject([{ row: { id: 'a' } }]);
    expect(JSON.stringify(changes)).not.toContain('age');
  });

  test('S17 is refused where the key is, and says what is there', () => {
    const { problems } = given(people, insert({ id: 'a', age: 1 })).when(insert({ id: 'a', age: 2 }));
    expect(brief(problems)).toEqual([{ code: 'version_conflict', key: 'a' }]);
    expect(problems[0]?.current).toMatchObject({ key: 'a', version: 1, seq: 2, by: 'ada', row: { id: 'a', age: 1 } });
  });

  test('S21 a key that was deleted begins a new life at version 1', () => {
    const { changes } = given(people, insert({ id: 'a' }), update('a', { age: 1 }), remove('a')).when(
      insert({ id: 'a' }),
    );
    expect(changes).toMatchObject([{ op: 'insert', version: 1 }]);
    expect(JSON.stringify(changes)).not.toContain('was');
  });

  test('is refused where there is no table, or no more', () => {
    expect(brief(given().when(insert({ id: 'a' })).problems)).toEqual([{ code: 'table_not_found' }]);
    expect(brief(given(people, drop).when(insert({ id: 'a' })).problems)).toEqual([{ code: 'table_not_found' }]);
  });

  test('lists every unknown column and every wrong type at once', () => {
    const { problems } = given(people).when(insert({ id: 'a', nam: 'x', name: 5, age: '7' }));
    expect(brief(problems)).toEqual([
      { code: 'invalid', key: 'a', column: 'nam' },
      { code: 'invalid', key: 'a', column: 'name' },
      { code: 'invalid', key: 'a', column: 'age' },
    ]);
  });

  test('lists broken rules beside wrong types: every bad column of the row, in one answer', () => {
    const strict = keyedTable(
      { name: 'name', type: 'text', required: true },
      { name: 'age', type: 'integer', min: 0 },
      { name: 'grade', type: 'integer' },
    );
    const { problems } = given(strict).when(insert({ id: 'a', age: -1, grade: 'x', nope: 1 }));
    expect(problems.map(({ column }) => column).sort()).toEqual(['age', 'grade', 'name', 'nope']);
  });
});

describe('the key', () => {
  test.each([
    ['text', 'a b', 'a b'],
    ['integer', 7, '7'],
    ['integer', '9007199254740993', '9007199254740993'],
    ['decimal', '1.10', '1.10'],
    ['date', '2024-02-29', '2024-02-29'],
  ] as const)('is the text of its column: %s %j', (type, id, key) => {
    const keyed = { type: 'table.create' as const, name: 't', key: 'id', columns: [{ name: 'id', type }] };
    expect(given(keyed).when(insert({ id })).changes).toMatchObject([{ key, row: { id } }]);
  });

  test.each([
    ['missing', {}, {}],
    ['empty', { id: null }, {}],
    ['an empty text', { id: '' }, {}],
    ['longer than 512 bytes', { id: 'ä'.repeat(257) }, {}],
    ['given beside the row and another', { id: 'a' }, { key: 'b' }],
    ['given beside the row only', {}, { key: 'b' }],
  ])('is refused: %s', (_, row, options) => {
    expect(brief(given(people).when(insert(row, options)).problems)).toMatchObject([{ code: 'invalid', column: 'id' }]);
  });

  test('may be given beside the row as well, when it is the same', () => {
    expect(given(people).when(insert({ id: 'a' }, { key: 'a' })).changes).toMatchObject([{ key: 'a' }]);
  });

  test('of the wrong type is one problem of that column', () => {
    expect(brief(given(people).when(insert({ id: 7 })).problems)).toMatchObject([{ code: 'invalid', column: 'id' }]);
  });

  test('is made where the table has no key column, and taken as given where one is given', () => {
    const free = table('t', { name: 'text', type: 'text' });
    expect(given(free).when(insert({ text: 'x' })).outcomes).toMatchObject([{ key: 'key-2-1' }]);
    expect(given(free).when(insert({ text: 'x' }, { key: 'mine' })).outcomes).toMatchObject([{ key: 'mine' }]);
    const again = given(free, insert({}, { key: 'mine' })).when(insert({}, { key: 'mine' }));
    expect(brief(again.problems)).toEqual([{ code: 'version_conflict', key: 'mine' }]);
  });
});
