import { describe, expect, test } from 'vitest';
import { compilePattern } from '../../../protocol/rules.ts';
import type { Column } from '../../../protocol/table.ts';
import type { Cell } from '../../../protocol/values.ts';
import { brief, given, insert, keyedTable, remove, update, upsert } from './pure-ledger.ts';

/** Whether a cell is taken by a column with these rules. */
function takes(column: Omit<Column, 'name'>, cell: Cell): boolean {
  return given(keyedTable({ name: 'c', ...column })).when(insert({ id: 'a', c: cell })).problems.length === 0;
}

describe('min and max, both inclusive, by the order of the type', () => {
  test.each<readonly [Omit<Column, 'name'>, readonly Cell[], readonly Cell[]]>([
    [{ type: 'integer', min: 9, max: 10 }, [9, 10], [8, 11, '9007199254740993']],
    [
      { type: 'integer', min: '-9223372036854775808', max: '9007199254740993' },
      [0, '9007199254740993'],
      ['9007199254740994'],
    ],
    [{ type: 'number', min: -0.5, max: 1e3 }, [-0.5, 1000], [-0.51, 1000.1]],
    [{ type: 'decimal', min: '1.10', max: '10' }, ['1.1', '1.10', '10.00', '9.999'], ['1.0999', '10.0001', '-2']],
    [{ type: 'date', min: '2024-02-29', max: '2024-12-31' }, ['2024-02-29'], ['2024-02-28', '2025-01-01']],
    [
      { type: 'timestamp', min: '2024-01-01T00:00:00Z', max: '2024-01-02T00:00:00Z' },
      ['2024-01-01T01:00:00+01:00', '2024-01-02T00:00:00Z'],
      ['2024-01-01T00:59:59+01:00', '2024-01-02T00:00:00.000001Z'],
    ],
    [{ type: 'text', min: 1, max: 2 }, ['a', '\u{1f600}\u{1f600}'], ['', 'abc', '\u{1f600}\u{1f600}\u{1f600}']],
  ])('%j', (column, inside, outside) => {
    expect(inside.filter((cell) => !takes(column, cell))).toEqual([]);
    expect(outside.filter((cell) => takes(column, cell))).toEqual([]);
  });
});

describe('choices', () => {
  test.each<readonly [Omit<Column, 'name'>, readonly Cell[], readonly Cell[]]>([
    [{ type: 'text', choices: ['a', 'b'] }, ['a', 'b'], ['A', 'c', '']],
    [{ type: 'integer', choices: [1, 2] }, [1], [3]],
    [{ type: 'decimal', choices: ['1.10'] }, ['1.1', '1.100'], ['1.11']],
    [{ type: 'boolean', choices: [true] }, [true], [false]],
    [{ type: 'timestamp', choices: ['2024-01-01T00:00:00Z'] }, ['2024-01-01T02:00:00+02:00'], ['2024-01-01T00:00:01Z']],
  ])('%j', (column, inside, outside) => {
    expect(inside.filter((cell) => !takes(column, cell))).toEqual([]);
    expect(outside.filter((cell) => takes(column, cell))).toEqual([]);
  });
});

describe('pattern', () => {
  test('must match the whole text, not a part of it', () => {
    const column = { type: 'text', pattern: '[A-Z][0-9]+' } as const;
    expect(takes(column, 'E7')).toBe(true);
    for (const cell of ['xE7', 'E7x', 'E7\n', 'e7', '']) expect(takes(column, cell)).toBe(false);
  });

  test('P8 no pattern stalls the server: the classic of catastrophic backtracking is over at once', () => {
    const column = { type: 'text', pattern: '(a+)+$' } as const;
    const started = performance.now();
    expect(takes(column, `${'a'.repeat(50_000)}b`)).toBe(false);
    expect(performance.now() - started).toBeLessThan(2_000);
  });

  test('P8 patterns that are compiled are kept, and only so many', () => {
    expect(compilePattern('kept-[0-9]')).toBe(compilePattern('kept-[0-9]'));
    const first = compilePattern('first-[0-9]');
    for (let index = 0; index < 1_500; index += 1) compilePattern(`p${index}`);
    expect(compilePattern('first-[0-9]')).not.toBe(first);
  });
});

describe('required', () => {
  const required = keyedTable({ name: 'c', type: 'text', required: true });

  test.each([{}, { c: null }])('an empty cell is refused: %j', (cells) => {
    expect(brief(given(required).when(insert({ id: 'a', ...cells })).problems)).toEqual([
      { code: 'invalid', key: 'a', column: 'c' },
    ]);
  });

  test('an empty text is a text', () => {
    expect(given(required).when(insert({ id: 'a', c: '' })).changes).toHaveLength(1);
  });

  test('a default meets it', () => {
    const filled = keyedTable({ name: 'c', type: 'text', required: true, default: 'x' });
    expect(given(filled).when(insert({ id: 'a' })).changes).toHaveLength(1);
    expect(given(filled).when(insert({ id: 'a', c: null })).problems).toHaveLength(1);
  });

  test('a rule bears on no empty cell but for required', () => {
    const ruled = keyedTable({ name: 'c', type: 'text', min: 5, pattern: 'x+', choices: ['xxxxx'] });
    expect(given(ruled).when(insert({ id: 'a' })).changes).toHaveLength(1);
  });
});

describe('unique', () => {
  const unique = keyedTable({ name: 'c', type: 'decimal', unique: true });
  const held = given.bind(undefined, unique, insert({ id: 'a', c: '1.0' }));

  test('a value that another row holds is refused, by insert, update and upsert, and the row is named', () => {
    for (const result of [
      held().when(insert({ id: 'b', c: '1.0' })),
      held().when(upsert({ id: 'b', c: '1.0' })),
      given(unique, insert({ id: 'a', c: '1.0' }), insert({ id: 'b' })).when(update('b', { c: '1.0' })),
    ]) {
      expect(brief(result.problems)).toEqual([{ code: 'invalid', key: 'b', column: 'c' }]);
      expect(result.problems[0]?.message).toContain('row a');
    }
  });

  test('values that compare as equal are one: "1.0" and "1.00", one instant in two offsets', () => {
    expect(held().when(insert({ id: 'b', c: '1.00' })).problems).toHaveLength(1);
    expect(held().when(update('a', { c: '1.00' })).changes).toHaveLength(1);
    expect(held().when(insert({ id: 'b', c: '1.01' })).problems).toEqual([]);
    const moments = keyedTable({ name: 'c', type: 'timestamp', unique: true });
    const there = given(moments, insert({ id: 'a', c: '2024-01-01T00:00:00Z' }));
    expect(there.when(insert({ id: 'b', c: '2024-01-01T01:00:00.0+01:00' })).problems).toHaveLength(1);
  });

  test('two rows may both be empty there, and a row may keep its own value', () => {
    expect(held().when(insert({ id: 'b' })).changes).toHaveLength(1);
    expect(held().when(update('a', { c: '1.0' })).problems).toEqual([]);
  });

  test('a value is free again when its row gives it up', () => {
    const freed = given(unique, insert({ id: 'a', c: '1.0' }), update('a', { c: null }));
    expect(freed.when(insert({ id: 'b', c: '1.0' })).changes).toHaveLength(1);
    expect(
      given(unique, insert({ id: 'a', c: '1.0' }), remove('a')).when(insert({ id: 'b', c: '1.0' })).changes,
    ).toHaveLength(1);
  });

  test('the value of a default is unique too', () => {
    const byDefault = keyedTable({ name: 'c', type: 'integer', unique: true, default: 1 });
    expect(given(byDefault, insert({ id: 'a' })).when(insert({ id: 'b' })).problems).toHaveLength(1);
  });
});

test('every broken rule of a row is listed, and a problem says which rule', () => {
  const strict = keyedTable(
    { name: 'a', type: 'text', required: true },
    { name: 'b', type: 'integer', max: 5 },
    { name: 'c', type: 'text', choices: ['x'] },
    { name: 'd', type: 'text', pattern: 'y+' },
  );
  const { problems } = given(strict).when(insert({ id: '1', b: 6, c: 'y', d: 'x' }));
  expect(problems.map(({ message }) => message)).toEqual([
    'a is required',
    'b is above the most allowed, 5',
    'c is none of the choices x',
    'd does not match the pattern y+',
  ]);
});
