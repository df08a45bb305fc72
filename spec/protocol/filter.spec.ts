import { describe, expect, test } from 'vitest';
import { type Filter, filterProblem, filterSchema, matchesFilter } from '../../protocol/filter.ts';
import { limits } from '../../protocol/limits.ts';
import type { TableDefinition } from '../../protocol/table.ts';

const table: TableDefinition = {
  name: 'sample',
  columns: [
    { name: 'text', type: 'text' },
    { name: 'integer', type: 'integer' },
    { name: 'number', type: 'number' },
    { name: 'decimal', type: 'decimal' },
    { name: 'boolean', type: 'boolean' },
    { name: 'date', type: 'date' },
    { name: 'timestamp', type: 'timestamp' },
    { name: 'json', type: 'json' },
  ],
};

const matches = (row: Record<string, unknown>, ...filter: unknown[]): boolean =>
  matchesFilter(table, filterSchema.parse(filter), row as never);

describe('what is wrong with a filter', () => {
  test.each<readonly [string, Filter]>([
    ['no column', [{ column: 'nope', is: 'eq', value: 1 }]],
    ['integer: "a" is not', [{ column: 'integer', is: 'eq', value: 'a' }]],
    ['integer: 1.5 is not', [{ column: 'integer', is: 'in', value: [1, 1.5] }]],
    ['number: "1" is not', [{ column: 'number', is: 'lt', value: '1' }]],
    ['date: "2023-02-29" is not', [{ column: 'date', is: 'ge', value: '2023-02-29' }]],
    ['null goes with eq and ne only', [{ column: 'text', is: 'lt', value: null }]],
    ['null goes with eq and ne only', [{ column: 'text', is: 'in', value: ['a', null] }]],
    ['can only be compared with null', [{ column: 'json', is: 'eq', value: {} }]],
    ['can only be compared with null', [{ column: 'json', is: 'in', value: [] }]],
    [
      'no column',
      [
        { column: 'text', is: 'eq', value: 'a' },
        { column: 'valueOf', is: 'eq', value: null },
      ],
    ],
  ])('%s', (reason, filter) => {
    expect(filterProblem(table, filter)).toContain(reason);
  });

  test('nothing, when every value is of its column’s type', () => {
    const filter: Filter = [
      { column: 'integer', is: 'ge', value: '9223372036854775807' },
      { column: 'json', is: 'ne', value: null },
      { column: 'text', is: 'in', value: [] },
    ];
    expect(filterProblem(table, filter)).toBeUndefined();
    expect(filterProblem(table, [])).toBeUndefined();
  });

  test.each([
    ['an unknown operator', [{ column: 'text', is: 'like', value: 'a' }]],
    ['no value', [{ column: 'text', is: 'eq' }]],
    ['in without a list', [{ column: 'text', is: 'in', value: 'a' }]],
    ['a part too many', [{ column: 'text', is: 'eq', value: 'a', or: true }]],
    [
      'too many conditions',
      Array.from({ length: limits.conditionsMax + 1 }, () => ({ column: 'text', is: 'eq', value: 'a' })),
    ],
  ])('its form is refused: %s (P8)', (_, filter) => {
    expect(filterSchema.safeParse(filter).success).toBe(false);
  });
});

describe('which rows match', () => {
  test('no condition at all: every row', () => {
    expect(matches({})).toBe(true);
  });

  test('all conditions must hold', () => {
    const conditions = [
      { column: 'integer', is: 'ge', value: 5 },
      { column: 'text', is: 'eq', value: 'a' },
    ];
    expect(matches({ integer: 5, text: 'a' }, ...conditions)).toBe(true);
    expect(matches({ integer: 5, text: 'b' }, ...conditions)).toBe(false);
    expect(matches({ integer: 4, text: 'a' }, ...conditions)).toBe(false);
  });

  test.each([
    ['eq', [false, true, false]],
    ['ne', [true, false, true]],
    ['lt', [true, false, false]],
    ['le', [true, true, false]],
    ['gt', [false, false, true]],
    ['ge', [false, true, true]],
  ])('%s of what is below, equal and above', (is, expected) => {
    expect([1, 2, 3].map((integer) => matches({ integer }, { column: 'integer', is, value: 2 }))).toEqual(expected);
  });

  test('an empty cell matches eq null and ne of a value, and no other comparison', () => {
    const asked = (is: string, value: unknown): boolean => matches({}, { column: 'integer', is, value });
    expect(asked('eq', null)).toBe(true);
    expect(asked('ne', null)).toBe(false);
    expect(asked('ne', 1)).toBe(true);
    for (const is of ['eq', 'lt', 'le', 'gt', 'ge']) expect(asked(is, 1)).toBe(false);
    expect(asked('in', [1])).toBe(false);
  });

  test('values are compared as their type compares', () => {
    expect(matches({ decimal: '1.10' }, { column: 'decimal', is: 'eq', value: '1.1' })).toBe(true);
    expect(matches({ decimal: '10' }, { column: 'decimal', is: 'gt', value: '9' })).toBe(true);
    expect(
      matches(
        { timestamp: '2024-05-01T12:00:00Z' },
        { column: 'timestamp', is: 'in', value: ['2024-05-01T14:00:00+02:00'] },
      ),
    ).toBe(true);
    expect(matches({ text: '10' }, { column: 'text', is: 'gt', value: '9' })).toBe(false);
    expect(matches({ boolean: true }, { column: 'boolean', is: 'gt', value: false })).toBe(true);
  });
});
