import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { limits } from '../../protocol/limits.ts';
import {
  type Cell,
  type ColumnType,
  cellFormText,
  cellFromText,
  cellIdentity,
  cellProblem,
  cellText,
  columnTypes,
  compareCells,
  instantMicros,
  retypeCell,
} from '../../protocol/values.ts';
import { cellOf, isRight } from './arbitraries.ts';

const right: Readonly<Record<ColumnType, readonly Cell[]>> = {
  text: ['', 'a', '\u00e9', 'e\u0301', '\u{1f600}', '007', ' padded ', 'x'.repeat(limits.cellUnitsMax)],
  integer: [
    0,
    -1,
    Number.MAX_SAFE_INTEGER,
    Number.MIN_SAFE_INTEGER,
    '9007199254740992',
    '9223372036854775807',
    '-9223372036854775808',
  ],
  number: [0, 1.5, -1e300, 5e-324, Number.MAX_VALUE, 1e21],
  decimal: ['0', '0.00', '-1.10', '1234.50', '9'.repeat(limits.decimalDigitsMax)],
  boolean: [true, false],
  date: ['0001-01-01', '2024-02-29', '2000-02-29', '9999-12-31'],
  timestamp: [
    '2024-05-01T12:00:00Z',
    '2024-05-01T12:00:00.1Z',
    '2024-05-01T12:00:00.123456+15:59',
    '0001-01-01T00:00:00-15:59',
    '9999-12-31T23:59:59.999999Z',
  ],
  json: [{}, [], '', 'a', 0, false, { b: 1, a: [null] }, [[[]]]],
};

const wrong: Readonly<Record<ColumnType, readonly Cell[]>> = {
  text: [1, true, {}, [], 'x'.repeat(limits.cellUnitsMax + 1)],
  integer: [
    1.5,
    -0,
    1e300,
    2 ** 53,
    '',
    '5',
    '-5',
    '9007199254740991',
    '9223372036854775808',
    '-9223372036854775809',
    '09007199254740993',
    '+9007199254740993',
    '9007199254740993.0',
    ' 9007199254740993',
    '1e30',
    true,
    [],
  ],
  number: ['1.5', -0, Number.POSITIVE_INFINITY, Number.NaN, true, []],
  decimal: [
    1,
    1.5,
    '',
    '.5',
    '5.',
    '01',
    '+1',
    '1e3',
    '1,5',
    ' 1',
    '1 ',
    '--1',
    'NaN',
    `1${'0'.repeat(limits.decimalDigitsMax)}`,
  ],
  boolean: ['true', 0, 1, 'yes', {}],
  date: [
    '2023-02-29',
    '1900-02-29',
    '2024-13-01',
    '2024-00-10',
    '2024-01-32',
    '0000-01-01',
    '24-01-01',
    '2024-1-1',
    '2024-01-01T00:00:00Z',
    ' 2024-01-01',
    20240101,
  ],
  timestamp: [
    '2024-05-01',
    '2024-05-01T12:00:00',
    '2024-05-01 12:00:00Z',
    '2024-05-01T24:00:00Z',
    '2024-05-01T12:60:00Z',
    '2024-05-01T12:00:60Z',
    '2024-05-01T12:00:00.1234567Z',
    '2024-05-01T12:00:00.Z',
    '2024-05-01T12:00:00+16:00',
    '2024-05-01T12:00:00+0200',
    '2024-02-30T12:00:00Z',
    '2024-05-01t12:00:00z',
    1_714_564_800_000,
  ],
  json: [{ a: 'x'.repeat(limits.cellUnitsMax) }],
};

describe.each(columnTypes)('%s', (type) => {
  test.each(right[type].map((cell) => [JSON.stringify(cell).slice(0, 40), cell] as const))(
    '%s may be kept',
    (_, cell) => {
      expect(cellProblem(type, cell)).toBeUndefined();
    },
  );

  test.each(wrong[type].map((cell) => [JSON.stringify(cell).slice(0, 40), cell] as const))(
    '%s is refused with a reason',
    (_, cell) => {
      expect(cellProblem(type, cell)).toMatch(/^(is|has|does) /);
    },
  );

  test('null is the empty cell and always right', () => {
    expect(cellProblem(type, null)).toBeUndefined();
  });

  test('the text form of a cell reads back as that very cell, and no other text does', () => {
    fc.assert(
      fc.property(cellOf[type], (cell) => {
        expect(isRight(type, cell)).toBe(true);
        expect(cellFromText(type, cellFormText(type, cell))).toStrictEqual(cell);
      }),
    );
  });

  test('a text that reads as a cell is that cell’s text form, to the letter', () => {
    const near = fc.oneof(
      ...columnTypes.map((other) => cellOf[other].map((cell) => cellFormText(other, cell))),
      fc.stringMatching(/^[-+ ]?[0-9]{1,3}(\.[0-9]{0,3})?(e[0-9])?$/),
    );
    fc.assert(
      fc.property(near, (text) => {
        const cell = cellFromText(type, text);
        if (cell !== undefined) {
          expect(cellProblem(type, cell)).toBeUndefined();
          expect(cellFormText(type, cell)).toBe(text);
        }
      }),
      { numRuns: 300 },
    );
  });

  test('cells have one identity when, and only when, they compare as equal', () => {
    fc.assert(
      fc.property(cellOf[type], cellOf[type], (a, b) => {
        expect(cellIdentity(type, a) === cellIdentity(type, b)).toBe(compareCells(type, a, b) === 0);
      }),
      { numRuns: 300 },
    );
  });

  test('compareCells is an order: reflexive, antisymmetric, transitive', () => {
    fc.assert(
      fc.property(cellOf[type], cellOf[type], cellOf[type], (a, b, c) => {
        const sign = (x: Cell, y: Cell): number => Math.sign(compareCells(type, x, y));
        expect(sign(a, a)).toBe(0);
        expect(sign(a, b) + sign(b, a)).toBe(0);
        const [first, second, third] = [a, b, c].sort((x, y) => compareCells(type, x, y)) as [Cell, Cell, Cell];
        expect(sign(first, second)).toBeLessThanOrEqual(0);
        expect(sign(second, third)).toBeLessThanOrEqual(0);
        expect(sign(first, third)).toBeLessThanOrEqual(0);
      }),
    );
  });
});

describe('negative zero', () => {
  // A decimal column's view is numeric, which knows no -0: the value would come out of SQL as another text.
  test.each(['-0', '-0.00'])('%s is no decimal, as -0 is no number', (cell) => {
    expect(cellProblem('decimal', cell)).toBeDefined();
  });
});

describe('retype is lossless or refused', () => {
  test.each<readonly [ColumnType, Cell, ColumnType, Cell | undefined]>([
    ['integer', 5, 'text', '5'],
    ['integer', 5, 'decimal', '5'],
    ['integer', 5, 'number', 5],
    ['integer', '9223372036854775807', 'decimal', '9223372036854775807'],
    ['integer', '9223372036854775807', 'number', undefined],
    ['number', 5, 'integer', 5],
    ['number', 5.5, 'integer', undefined],
    ['number', 1e21, 'decimal', undefined],
    ['decimal', '1.10', 'text', '1.10'],
    ['decimal', '1.10', 'number', undefined],
    ['decimal', '1.5', 'number', 1.5],
    ['decimal', '5.0', 'integer', undefined],
    ['text', '007', 'integer', undefined],
    ['text', '7', 'integer', 7],
    ['text', 'true', 'boolean', true],
    ['text', 'True', 'boolean', undefined],
    ['text', '2024-02-30', 'date', undefined],
    ['text', '', 'json', undefined],
    ['text', '"a"', 'json', 'a'],
    ['text', 'a', 'json', undefined],
    ['text', '{"a": 1}', 'json', undefined],
    ['json', 'a', 'text', '"a"'],
    ['json', 5, 'integer', 5],
    ['json', '5', 'integer', undefined],
    ['boolean', true, 'text', 'true'],
    ['date', '2024-01-01', 'timestamp', undefined],
  ])('%s %j to %s gives %j', (from, cell, to, expected) => {
    expect(retypeCell(cell, from, to)).toStrictEqual(expected);
  });

  test('null stays null', () => {
    for (const to of columnTypes) expect(retypeCell(null, 'text', to)).toBeNull();
  });

  test('what is retyped goes back to the very cell that it was, and is right in its new type', () => {
    const anyCell = fc.oneof(...columnTypes.map((from) => cellOf[from].map((cell) => ({ from, cell }))));
    fc.assert(
      fc.property(anyCell, fc.constantFrom(...columnTypes), ({ from, cell }, to) => {
        const retyped = retypeCell(cell, from, to);
        if (retyped === undefined) return;
        expect(cellProblem(to, retyped)).toBeUndefined();
        expect(retypeCell(retyped, to, from)).toStrictEqual(cell);
      }),
      { numRuns: 1_000 },
    );
  });

  test('every cell goes into text and json keeps what it can', () => {
    for (const from of columnTypes) {
      fc.assert(
        fc.property(cellOf[from], (cell) => {
          expect(retypeCell(cell, from, 'text')).toBe(cellFormText(from, cell));
        }),
        { numRuns: 30 },
      );
    }
  });
});

describe('order', () => {
  const sorted = (type: ColumnType, cells: readonly Cell[]): Cell[] =>
    [...cells].sort((a, b) => compareCells(type, a, b));

  test('texts go by code point, not by UTF-16 unit and not by a locale', () => {
    expect(sorted('text', ['\u{1f600}', '\uffff', '\ue000', 'z', 'Z', '\u00e4', 'a', ''])).toEqual([
      '',
      'Z',
      'a',
      'z',
      '\u00e4',
      '\ue000',
      '\uffff',
      '\u{1f600}',
    ]);
  });

  test('texts go as their UTF-8 bytes do, which is PostgreSQL’s order under COLLATE "C"', () => {
    fc.assert(
      fc.property(cellOf.text, cellOf.text, (a, b) => {
        const byBytes = Buffer.compare(Buffer.from(String(a)), Buffer.from(String(b)));
        expect(Math.sign(compareCells('text', a, b))).toBe(byBytes);
      }),
    );
  });

  test('integers go by value whether they are numbers or texts', () => {
    const order = ['-9223372036854775808', -3, 0, 20, '9007199254740993', '9007199254740994'];
    expect(sorted('integer', [...order].reverse())).toEqual(order);
  });

  test('decimals go exactly, and trailing zeros make them no larger', () => {
    const order = ['-10', '-9.99', '0.1', '0.10000000000000000001', '9', '10'];
    expect(sorted('decimal', [...order].reverse())).toEqual(order);
    expect(compareCells('decimal', '1.10', '1.1')).toBe(0);
    expect(compareCells('decimal', '-0.5', '0')).toBeLessThan(0);
  });

  test('timestamps go by instant and not by text', () => {
    expect(compareCells('timestamp', '2024-05-01T12:00:00Z', '2024-05-01T14:00:00+02:00')).toBe(0);
    expect(compareCells('timestamp', '2024-05-01T12:00:00.000001Z', '2024-05-01T12:00:00Z')).toBeGreaterThan(0);
    expect(compareCells('timestamp', '2024-05-01T00:30:00+01:00', '2024-05-01T00:00:00Z')).toBeLessThan(0);
  });
});

test.each<readonly [ColumnType, Cell, Cell]>([
  ['decimal', '1.0', '1.00'],
  ['decimal', '100', '100.000'],
  ['timestamp', '2024-05-01T12:00:00Z', '2024-05-01T14:00:00.000+02:00'],
])('%s %j and %j are one value in two forms', (type, a, b) => {
  expect(cellIdentity(type, a)).toBe(cellIdentity(type, b));
  expect(compareCells(type, a, b)).toBe(0);
});

test('100 and 10 are two decimals: zeros ahead of the point are no decoration', () => {
  expect(cellIdentity('decimal', '100')).not.toBe(cellIdentity('decimal', '10'));
});

test('an instant is exact to the microsecond, before 1970 too', () => {
  expect(instantMicros('1970-01-01T00:00:00.000001Z')).toBe(1n);
  expect(instantMicros('1969-12-31T23:59:59.999999Z')).toBe(-1n);
  expect(instantMicros('1970-01-01T01:00:00+01:00')).toBe(0n);
});

test('the text of a cell is what people read: a text has no quotes, json has its own', () => {
  expect([cellText('a'), cellText(1e21), cellText(true), cellText({ a: 'b' })]).toEqual([
    'a',
    '1e+21',
    'true',
    '{"a":"b"}',
  ]);
});
