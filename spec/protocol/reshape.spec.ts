import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { orderedCells, reshapeRow, reshapesRows } from '../../protocol/reshape.ts';
import type { AlterStep, TableDefinition } from '../../protocol/table.ts';
import { cellOf } from './arbitraries.ts';

const table: TableDefinition = {
  name: 'sample',
  columns: [
    { name: 'a', type: 'integer' },
    { name: 'b', type: 'text' },
  ],
};
const reshape = (row: Record<string, unknown>, ...steps: AlterStep[]): unknown =>
  reshapeRow(table, steps, row as never);

describe('what the steps of table.alter do to a row', () => {
  test('add: a default fills the new cell; without one, or with null, it stays empty', () => {
    const add = (rules: object): unknown =>
      reshape({ a: 1 }, { do: 'add', column: { name: 'c', type: 'text', ...rules } });
    expect(add({ default: 'x' })).toEqual({ a: 1, c: 'x' });
    expect(add({ default: null })).toEqual({ a: 1 });
    expect(add({})).toEqual({ a: 1 });
  });

  test('rename: the cell moves, and an empty one leaves nothing behind', () => {
    expect(reshape({ a: 1 }, { do: 'rename', column: 'a', to: 'z' })).toEqual({ z: 1 });
    expect(reshape({ b: 'x' }, { do: 'rename', column: 'a', to: 'z' })).toEqual({ b: 'x' });
  });

  test('rename: to the name that it has changes nothing, and above all loses nothing', () => {
    expect(reshape({ a: 1, b: 'x' }, { do: 'rename', column: 'a', to: 'a' })).toEqual({ a: 1, b: 'x' });
  });

  test('remove: the cell goes', () => {
    expect(reshape({ a: 1, b: 'x' }, { do: 'remove', column: 'a' })).toEqual({ b: 'x' });
  });

  test('retype: the cell takes its form in the new type, and is left out where it has none', () => {
    expect(reshape({ a: 5 }, { do: 'retype', column: 'a', to: 'decimal' })).toEqual({ a: '5' });
    expect(reshape({ b: '007' }, { do: 'retype', column: 'b', to: 'integer' })).toEqual({});
  });

  test('rules: nothing', () => {
    expect(reshape({ a: 5 }, { do: 'rules', column: 'a', set: { min: 9, default: 7 } })).toEqual({ a: 5 });
  });

  test('steps build on each other: two columns change places, and a new one is retyped and renamed', () => {
    const swapped = reshape(
      { a: 1, b: 'x' },
      { do: 'rename', column: 'a', to: 'old a' },
      { do: 'rename', column: 'b', to: 'a' },
      { do: 'rename', column: 'old a', to: 'b' },
    );
    expect(swapped).toEqual({ a: 'x', b: 1 });
    const added = reshape(
      {},
      { do: 'add', column: { name: 'c', type: 'integer', default: 7 } },
      { do: 'retype', column: 'c', to: 'text' },
      { do: 'rename', column: 'c', to: 'd' },
    );
    expect(added).toEqual({ d: '7' });
  });

  test('the row that was given is left as it was', () => {
    const row = Object.freeze({ a: 1, b: 'x' });
    reshape(row, { do: 'rename', column: 'a', to: 'z' }, { do: 'remove', column: 'b' });
    expect(row).toEqual({ a: 1, b: 'x' });
  });
});

test('rename there and back, and retype there and back, leave any row as it was', () => {
  fc.assert(
    fc.property(fc.record({ a: cellOf.integer, b: cellOf.text }, { requiredKeys: [] }), (row) => {
      const there: AlterStep[] = [
        { do: 'rename', column: 'a', to: 'z' },
        { do: 'retype', column: 'z', to: 'text' },
        { do: 'retype', column: 'z', to: 'integer' },
        { do: 'rename', column: 'z', to: 'a' },
      ];
      expect(reshapeRow(table, there, row)).toEqual(row);
    }),
  );
});

test.each<readonly [boolean, AlterStep]>([
  [false, { do: 'rules', column: 'a', set: { required: true } }],
  [false, { do: 'add', column: { name: 'c', type: 'text' } }],
  [true, { do: 'add', column: { name: 'c', type: 'text', default: 'x' } }],
  [true, { do: 'rename', column: 'a', to: 'z' }],
  [true, { do: 'remove', column: 'a' }],
  [true, { do: 'retype', column: 'a', to: 'text' }],
])('rows may change: %s by %j', (expected, step) => {
  expect(reshapesRows([step])).toBe(expected);
});

test('a row in an entry has one form: its columns’ order, empty cells left out, unknown ones too', () => {
  const cells = orderedCells(table.columns, { b: 'x', a: null, other: 1 } as never);
  expect(JSON.stringify(cells)).toBe('{"b":"x"}');
  expect(JSON.stringify(orderedCells(table.columns, { b: '', a: 0 }))).toBe('{"a":0,"b":""}');
});
