import fc from 'fast-check';
import type { Json } from '../../protocol/json.ts';
import { isReservedName } from '../../protocol/names.ts';
import type { Column } from '../../protocol/table.ts';
import { type Cell, type Cells, type ColumnType, cellProblem } from '../../protocol/values.ts';

/** Any Unicode text that can be kept: all planes, controls, unassigned code points; no NUL, no lone surrogate. */
export const storableText = (maxLength = 12): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 4, arbitrary: fc.string({ unit: 'binary', maxLength }).map((text) => text.replaceAll('\0', '0')) },
    { weight: 2, arbitrary: fc.string({ unit: 'grapheme', maxLength }) },
    { weight: 1, arbitrary: fc.constantFrom(...awkwardTexts) },
  );

/** Texts that software is known to change on the way. */
export const awkwardTexts = [
  '',
  ' ',
  '\u00e9', // é, composed (NFC)
  'e\u0301', // é, decomposed (NFD)
  '\u202eabc\u202c', // right to left and back
  '\u0627\u0644\u0639\u0631\u0628\u064a\u0629',
  '\u{1f468}\u200d\u{1f469}\u200d\u{1f467}', // a family, joined by ZWJ
  '\ufeffbyte order mark',
  '\u2028\u2029',
  '\u0001\u001f\u007f\u0085',
  '\ufffd\ufffe\uffff',
  '\u{10ffff}',
  "'; DROP TABLE change; --",
  '\\x00 \\u0000 %s %L $1 {}',
  'null',
  'line\r\nfeed\ttab',
  '1.10',
  'toString',
] as const;

/** Whether decodeJson refuses a value for one of its reasons, judged here a second time and in another way. */
export function holdsRefused(value: unknown): boolean {
  if (typeof value === 'string') return value.includes('\0') || /\p{Surrogate}/u.test(value);
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(
    ([name, member]) => (!Array.isArray(value) && isReservedName(name)) || holdsRefused(name) || holdsRefused(member),
  );
}

const withoutNegativeZero = (value: number): number => (Object.is(value, -0) ? 0 : value);

const storableJson: fc.Arbitrary<Json> = fc
  .oneof(fc.jsonValue({ stringUnit: 'binary', maxDepth: 4 }), fc.jsonValue({ maxDepth: 3 }))
  .map((value) => JSON.parse(JSON.stringify(value)) as Json)
  .filter((value) => value !== null && !holdsRefused(value));

const day = fc
  .date({ min: new Date('0001-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59Z'), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10));
const two = (max: number): fc.Arbitrary<string> =>
  fc.integer({ min: 0, max }).map((value) => String(value).padStart(2, '0'));

const timestamp = fc
  .tuple(
    day,
    fc.tuple(two(23), two(59), two(59)),
    fc.oneof(
      fc.constant(''),
      fc.stringMatching(/^\d{1,6}$/).map((digits) => `.${digits}`),
    ),
    fc.oneof(
      fc.constant('Z'),
      fc.tuple(fc.constantFrom('+', '-'), two(15), two(59)).map(([sign, hour, minute]) => `${sign}${hour}:${minute}`),
    ),
  )
  .map(([date, time, fraction, zone]) => `${date}T${time.join(':')}${fraction}${zone}`);

const beyondSafe = fc
  .bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
  .filter((value) => !Number.isSafeInteger(Number(value)))
  .map(String);

/** A right cell of each type; never null. */
export const cellOf: Readonly<Record<ColumnType, fc.Arbitrary<Cell>>> = {
  text: storableText(),
  integer: fc.oneof(fc.integer({ min: -9, max: 9 }), fc.maxSafeInteger(), beyondSafe).map((value) => {
    return typeof value === 'number' ? withoutNegativeZero(value) : value;
  }),
  number: fc
    .oneof(fc.integer({ min: -9, max: 9 }), fc.double({ noNaN: true, noDefaultInfinity: true }))
    .map(withoutNegativeZero),
  decimal: fc
    .oneof(
      fc.stringMatching(/^-?(0|[1-9]\d{0,2})(\.\d{1,3})?$/),
      fc.stringMatching(/^-?(0|[1-9]\d{0,40})(\.\d{1,40})?$/),
    )
    // Negative zero is no decimal: SQL prints it without its sign.
    .filter((value) => !/^-0(\.0*)?$/.test(value)),
  boolean: fc.boolean(),
  date: fc.oneof(fc.constantFrom('0001-01-01', '9999-12-31', '2024-02-29'), day),
  timestamp: fc.oneof(timestamp, fc.constantFrom('2024-05-01T12:00:00Z', '2024-05-01T14:00:00+02:00')),
  json: storableJson,
};

/** A row of a table without rules: each cell right, or left empty now and then. */
export function rowOf(columns: readonly Column[]): fc.Arbitrary<Cells> {
  const cells = Object.fromEntries(columns.map(({ name, type }) => [name, fc.option(cellOf[type], { freq: 5 })]));
  return fc.record(cells).map(dropEmpty);
}

function dropEmpty(row: Cells): Cells {
  return Object.fromEntries(Object.entries(row).filter(([, cell]) => cell !== null));
}

/** Guards the arbitraries themselves: a wrong one would make every property built on it say nothing. */
export function isRight(type: ColumnType, cell: Cell): boolean {
  return cellProblem(type, cell) === undefined;
}
