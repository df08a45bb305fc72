import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareInColumn } from '../../../../../client/web/page/table/cells/compare.ts';
import { type Cell, type ColumnType, compareCells } from '../../../../../protocol/values.ts';

const decimals = fc
  .tuple(fc.boolean(), fc.bigInt({ min: 0n, max: 10n ** 18n }), fc.integer({ min: 0, max: 20 }))
  .map(([isNegative, whole, digits]) => {
    const text = digits === 0 ? `${whole}` : `${whole}.${'5'.repeat(digits)}`;
    return isNegative && whole > 0n ? `-${text}` : text;
  });
const instants = fc.tuple(fc.integer({ min: 0, max: 59 }), fc.integer({ min: 0, max: 14 })).map(([minute, offset]) => {
  const clock = `2026-11-26T05:${String(minute).padStart(2, '0')}:00`;
  return offset === 0 ? `${clock}Z` : `${clock}+${String(offset).padStart(2, '0')}:00`;
});
const integers = fc.oneof(
  fc.maxSafeInteger(),
  fc.bigInt({ min: 2n ** 53n, max: 2n ** 63n - 1n }).map((value): Cell => `${value}`),
);

test.each([
  ['decimal', decimals],
  ['timestamp', instants],
  ['integer', integers],
  ['text', fc.string({ unit: 'grapheme' })],
  ['number', fc.double({ noNaN: true, noDefaultInfinity: true }).filter((value) => !Object.is(value, -0))],
] as [ColumnType, fc.Arbitrary<Cell>][])('orders %s as the server does', (type, cells) => {
  fc.assert(
    fc.property(cells, cells, (a, b) => {
      expect(Math.sign(compareInColumn(type, a, b))).toBe(Math.sign(compareCells(type, a, b)));
    }),
  );
});

test('tells apart what a double does not', () => {
  expect(compareInColumn('integer', '9007199254740993', '9007199254740992')).toBeGreaterThan(0);
  expect(compareInColumn('decimal', '0.10000000000000000001', '0.1')).toBeGreaterThan(0);
});

test('puts empty cells first, and what is no value of the type last', () => {
  const sealed: Cell = { sealed: 'A'.repeat(43) };
  const cells: Cell[] = ['typed wrongly', '2', sealed, null, '10'];
  const sorted = [...cells].sort((a, b) => compareInColumn('decimal', a, b));
  expect(sorted.slice(0, 3)).toEqual([null, '2', '10']);
});
