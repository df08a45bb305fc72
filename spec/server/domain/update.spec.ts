import { describe, expect, test } from 'vitest';
import type { Expect } from '../../../protocol/commands.ts';
import { brief, given, insert, keyedTable, remove, update } from './pure-ledger.ts';

const people = keyedTable(
  { name: 'name', type: 'text', required: true },
  { name: 'age', type: 'integer', default: 18, max: 150 },
  { name: 'tags', type: 'json' },
);
const ada = insert({ id: 'a', name: 'Ada', age: 36 });

describe('row.update', () => {
  test('sets the named cells, leaves the others, and keeps what the changed ones were', () => {
    const { changes } = given(people, ada).when(update('a', { age: 37, name: 'Ada' }, { why: 'birthday' }));
    expect(changes).toEqual([
      {
        table: 't',
        op: 'update',
        key: 'a',
        version: 2,
        row: { id: 'a', name: 'Ada', age: 37 },
        was: { age: 36 },
        why: 'birthday',
      },
    ]);
  });

  test('null empties a cell; what was empty before is null in was', () => {
    expect(given(people, ada).when(update('a', { age: null, tags: [1] })).changes).toMatchObject([
      { row: { id: 'a', name: 'Ada', tags: [1] }, was: { age: 36, tags: null } },
    ]);
  });

  test('a default is not filled in again', () => {
    const { changes } = given(people, insert({ id: 'a', name: 'Ada', age: null })).when(update('a', { name: 'A.' }));
    expect(JSON.stringify(changes)).not.toContain('18');
  });

  test.each([
    ['the same cells', { name: 'Ada', age: 36 }],
    ['no cells', {}],
    ['emptying what is empty', { tags: null }],
    ['the key itself', { id: 'a' }],
  ])('%s: nothing is recorded, and the answer names the row’s last change', (_, row) => {
    const { changes, outcomes } = given(people, ada).when(update('a', row));
    expect(changes).toEqual([]);
    expect(outcomes).toEqual([{ table: 't', key: 'a', seq: 2, version: 1, changed: false }]);
  });

  test('values that are equal but not the same are a change: they come back as they were sent', () => {
    const money = keyedTable({ name: 'sum', type: 'decimal' });
    const { changes } = given(money, insert({ id: 'a', sum: '1.0' })).when(update('a', { sum: '1.00' }));
    expect(changes).toMatchObject([{ row: { sum: '1.00' }, was: { sum: '1.0' } }]);
  });

  test('the order of names in a json cell is part of its value', () => {
    const { changes } = given(people, insert({ id: 'a', name: 'A', tags: { x: 1, y: 2 } })).when(
      update('a', { tags: { y: 2, x: 1 } }),
    );
    expect(JSON.stringify(changes)).toContain('"tags":{"y":2,"x":1}');
  });

  test('is refused where the row is not, whatever it expects', () => {
    for (const expected of [undefined, 'any', 'present'] as const) {
      const { problems } = given(people).when(update('a', {}, expected === undefined ? {} : { expect: expected }));
      expect(brief(problems)).toEqual([{ code: 'row_not_found', key: 'a' }]);
    }
  });

  test('the key column cannot be changed', () => {
    const { problems } = given(people, ada).when(update('a', { id: 'b' }));
    expect(brief(problems)).toEqual([{ code: 'invalid', key: 'a', column: 'id' }]);
    expect(brief(given(people, ada).when(update('a', { id: null })).problems)).toMatchObject([{ column: 'id' }]);
  });

  test('the row as it would be is judged by its rules, the cells that were not named too', () => {
    const { problems } = given(people, ada).when(update('a', { name: null, age: 151 }));
    expect(brief(problems)).toEqual([
      { code: 'invalid', key: 'a', column: 'name' },
      { code: 'invalid', key: 'a', column: 'age' },
    ]);
  });

  test('lists every unknown column, wrong type and the changed key together', () => {
    const { problems } = given(people, ada).when(update('a', { nope: 1, age: 'x', id: 'b' }));
    expect(problems.map(({ column }) => column)).toEqual(['nope', 'age', 'id']);
  });
});

describe('S17 what a change expects of the row', () => {
  const there = given.bind(undefined, people, ada, update('a', { age: 37 }));
  const met: Expect[] = ['any', 'present', { version: 2 }, { seq: 3 }];
  const unmet: Expect[] = ['absent', { version: 1 }, { version: 3 }, { seq: 2 }, { seq: 4 }];

  test.each(met)('%j is met by version 2 with seq 3', (expected) => {
    expect(there().when(update('a', { age: 1 }, { expect: expected })).changes).toHaveLength(1);
    expect(there().when(remove('a', { expect: expected })).changes).toHaveLength(1);
  });

  test.each(unmet)('%j is not: the refusal holds the row, its version, who made it and when', (expected) => {
    for (const command of [update('a', { age: 1 }, { expect: expected }), remove('a', { expect: expected })]) {
      const { problems } = there().when(command);
      expect(problems).toMatchObject([
        {
          code: 'version_conflict',
          key: 'a',
          current: { version: 2, seq: 3, by: 'ada', at: expect.stringContaining('1970'), row: { age: 37 } },
        },
      ]);
    }
  });

  test('a version of an earlier life is met by chance only, a seq never', () => {
    const reborn = given.bind(undefined, people, ada, remove('a'), insert({ id: 'a', name: 'Other' }));
    expect(reborn().when(update('a', { age: 1 }, { expect: { seq: 2 } })).problems).toMatchObject([
      { code: 'version_conflict' },
    ]);
    expect(reborn().when(update('a', { age: 1 }, { expect: { seq: 4 } })).changes).toHaveLength(1);
  });

  test('an expected version where no row is: a conflict, without a current row', () => {
    const { problems } = given(people).when(update('a', {}, { expect: { version: 1 } }));
    expect(problems).toMatchObject([{ code: 'version_conflict', key: 'a' }]);
    expect(problems[0]).not.toHaveProperty('current');
  });

  test('absent can never be met by an update or a delete', () => {
    expect(brief(given(people).when(update('a', {}, { expect: 'absent' })).problems)).toEqual([
      { code: 'row_not_found', key: 'a' },
    ]);
    expect(brief(given(people).when(remove('a', { expect: 'absent' })).problems)).toEqual([
      { code: 'row_not_found', key: 'a' },
    ]);
  });

  test('an unmet expectation is refused even when the row already is as asked', () => {
    expect(there().when(update('a', { age: 37 }, { expect: { version: 1 } })).problems).toHaveLength(1);
  });
});
