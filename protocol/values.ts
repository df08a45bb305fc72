import { type Json, JsonError, parseJson } from './json.ts';
import { limits } from './limits.ts';

/**
 * The types of a column and the one form that each value has on the wire. A value comes back exactly as it was sent;
 * what has no exact form is refused.
 *
 * | type | on the wire |
 * |---|---|
 * | text | a string |
 * | integer | a number up to ±(2^53 − 1), beyond that a string of digits, up to 64 bits |
 * | number | a number: an IEEE 754 double |
 * | decimal | a string: `-?digits[.digits]`, trailing zeros kept |
 * | boolean | true or false |
 * | date | a string `YYYY-MM-DD` |
 * | timestamp | a string `YYYY-MM-DDThh:mm:ss[.ffffff](Z or ±hh:mm)` |
 * | json | any JSON value but null |
 *
 * null is the empty cell of every type.
 */
export const columnTypes = ['text', 'integer', 'number', 'decimal', 'boolean', 'date', 'timestamp', 'json'] as const;
export type ColumnType = (typeof columnTypes)[number];

/** A cell's value on the wire. */
export type Cell = Json;
/** The cells of a row by column name. Empty cells are left out of a whole row; in a change null empties a cell. */
export type Cells = Readonly<Record<string, Cell>>;

const int64Max = 2n ** 63n - 1n;
const int64Min = -(2n ** 63n);

/**
 * Says what is wrong with a value for a column of this type; undefined when it may be kept. null is always right. A text
 * is what somebody has typed, and is answered as to a person; another kind of value was sent by a program.
 */
export function cellProblem(type: ColumnType, value: Cell): string | undefined {
  return value === null ? undefined : checks[type](value);
}

const checks: Record<ColumnType, (value: Cell) => string | undefined> = {
  text: (value) => (typeof value === 'string' ? tooLong(value) : 'is not text; send a string'),
  integer: integerProblem,
  number: numberProblem,
  decimal: decimalProblem,
  boolean: (value) => (typeof value === 'boolean' ? undefined : 'is not true or false'),
  date: (value) =>
    typeof value === 'string' && isDate(value)
      ? undefined
      : 'is not a date; write it as 2026-11-26, year, month and day',
  timestamp: (value) =>
    typeof value === 'string' && instantMicros(value) !== undefined
      ? undefined
      : 'is not a timestamp; write it as 2026-11-26T12:30:00Z, or with an offset such as +02:00',
  json: (value) => tooLong(JSON.stringify(value)),
};

function tooLong(text: string): string | undefined {
  return text.length > limits.cellUnitsMax ? `is longer than ${limits.cellUnitsMax} characters` : undefined;
}

function integerProblem(value: Cell): string | undefined {
  if (typeof value === 'number') {
    if (!Number.isInteger(value) || Object.is(value, -0)) return 'is not an integer';
    return Number.isSafeInteger(value) ? undefined : 'is beyond 2^53 - 1; send it as a string of digits';
  }
  if (typeof value !== 'string' || !/^-?[1-9]\d{0,19}$/.test(value)) {
    return typeof value === 'string'
      ? 'is not an integer; write a whole number such as 1200'
      : 'is not an integer; send a JSON number, or beyond 2^53 - 1 a string of digits';
  }
  const exact = BigInt(value);
  if (exact > int64Max || exact < int64Min) return 'is too large for an integer; a decimal column takes it';
  return Number.isSafeInteger(Number(value)) ? 'is within 2^53 - 1; send it as a JSON number' : undefined;
}

function numberProblem(value: Cell): string | undefined {
  if (typeof value === 'string' && Number.isNaN(Number(value))) return 'is not a number; write one such as 12.5';
  if (typeof value !== 'number' || !Number.isFinite(value)) return 'is not a number; send a JSON number';
  return Object.is(value, -0) ? 'is negative zero, which JSON prints as 0; send 0' : undefined;
}

function decimalProblem(value: Cell): string | undefined {
  if (typeof value !== 'string') return 'is not a decimal; send a string such as "1234.50"';
  if (!/^-?(0|[1-9]\d*)(\.\d+)?$/.test(value)) return 'is not a decimal; write a number such as 1234.50';
  if (/^-0(\.0*)?$/.test(value)) return 'is negative zero; write it without the sign';
  return value.length > limits.decimalDigitsMax ? `has more than ${limits.decimalDigitsMax} digits` : undefined;
}

function isDate(text: string): boolean {
  const [, year, month, day] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text) ?? [];
  if (year === undefined || year === '0000') return false;
  const time = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(time.getTime()) && time.getUTCMonth() + 1 === Number(month) && time.getUTCDate() === Number(day);
}

/** Microseconds since 1970 of an RFC 3339 timestamp; undefined when the text is none. */
export function instantMicros(text: string): bigint | undefined {
  const match =
    /^(\d{4}-\d\d-\d\d)T([01]\d|2[0-3]):([0-5]\d):([0-5]\d)(?:\.(\d{1,6}))?(?:Z|([+-])(0\d|1[0-5]):([0-5]\d))$/.exec(
      text,
    );
  if (match === null) return undefined;
  const [, date = '', hour, minute, second, fraction = '', sign, offsetHour = '0', offsetMinute = '0'] = match;
  if (!isDate(date)) return undefined;
  const offsetMinutes = (Number(offsetHour) * 60 + Number(offsetMinute)) * (sign === '-' ? -1 : 1);
  const millis = Date.parse(`${date}T${hour}:${minute}:${second}Z`) - offsetMinutes * 60_000;
  return BigInt(millis) * 1_000n + BigInt(fraction.padEnd(6, '0'));
}

/** The text form of a cell: how it is shown, how it becomes a key, and by what a change of type is judged. */
export function cellText(value: Cell): string {
  if (typeof value === 'string') return value;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** The cell of this type that has this text form; undefined when there is none. The inverse of {@link cellText}. */
export function cellFromText(type: ColumnType, text: string): Cell | undefined {
  const value = readers[type](text);
  if (value === undefined || value === null) return undefined;
  return cellProblem(type, value) === undefined && cellFormText(type, value) === text ? value : undefined;
}

/** The text form of a cell of a known type: a json string keeps its quotes, so that json reads back as json. */
export function cellFormText(type: ColumnType, value: Cell): string {
  return type === 'json' ? JSON.stringify(value) : cellText(value);
}

const asText = (text: string): Cell => text;
const readers: Record<ColumnType, (text: string) => Cell | undefined> = {
  text: asText,
  decimal: asText,
  date: asText,
  timestamp: asText,
  integer: (text) => (Number.isSafeInteger(Number(text)) ? Number(text) : text),
  number: (text) => (text.trim() === '' ? undefined : Number(text)),
  boolean: (text) => (text === 'true' ? true : text === 'false' ? false : undefined),
  json: (text) => {
    try {
      return parseJson(text);
    } catch (error) {
      if (error instanceof JsonError) return undefined;
      throw error;
    }
  },
};

/**
 * The same value in another type, or undefined when something would be lost. A change of type is lossless when the
 * value's text form is, to the letter, the text form of a value of the new type: 5 → "5" and "1.10" (decimal) → "1.10"
 * (text) are; "1.10" (decimal) → 1.1 (number) and "007" (text) → 7 (integer) are not.
 */
export function retypeCell(value: Cell, from: ColumnType, to: ColumnType): Cell | undefined {
  return value === null ? null : cellFromText(to, cellFormText(from, value));
}

/**
 * One text for all cells that {@link compareCells} calls equal: "1.0" and "1.00" as decimals, one instant in two
 * offsets. What a unique column is judged by.
 */
export function cellIdentity(type: ColumnType, value: Cell): string {
  if (type === 'timestamp') return String(instantMicros(value as string));
  if (type !== 'decimal') return cellText(value);
  const [whole = '', fraction = ''] = (value as string).split('.');
  const kept = fraction.replace(/0+$/, '');
  const text = kept === '' ? whole : `${whole}.${kept}`;
  return text === '-0' ? '0' : text;
}

/**
 * Compares two cells of one type; negative, zero or positive. Texts by code point, so that a client and PostgreSQL
 * (COLLATE "C") agree; timestamps by instant; decimals exactly. json has no order and is compared as text.
 */
export function compareCells(type: ColumnType, a: Cell, b: Cell): number {
  switch (type) {
    case 'integer':
      return compareOrdered(BigInt(a as string | number), BigInt(b as string | number));
    case 'decimal':
      return compareDecimals(a as string, b as string);
    case 'timestamp':
      return compareOrdered(instantMicros(a as string) ?? 0n, instantMicros(b as string) ?? 0n);
    case 'number':
      return compareOrdered(a as number, b as number);
    case 'boolean':
      return Number(a) - Number(b);
    case 'text':
    case 'date':
    case 'json':
      return compareCodePoints(cellText(a), cellText(b));
    default:
      return type satisfies never;
  }
}

function compareOrdered<T extends bigint | number>(a: T, b: T): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function compareDecimals(a: string, b: string): number {
  const scale = Math.max(fractionLength(a), fractionLength(b));
  return compareOrdered(scaled(a, scale), scaled(b, scale));
}

function fractionLength(decimal: string): number {
  const point = decimal.indexOf('.');
  return point < 0 ? 0 : decimal.length - point - 1;
}

function scaled(decimal: string, scale: number): bigint {
  return BigInt(decimal.replace('.', '') + '0'.repeat(scale - fractionLength(decimal)));
}

/** Code point order is UTF-16 order but for surrogates, which stand for what lies beyond U+FFFF. */
function compareCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at += 1) {
    const left = a.charCodeAt(at);
    const right = b.charCodeAt(at);
    if (left !== right) {
      const leftBeyond = left >= 0xd800 && left <= 0xdfff;
      const rightBeyond = right >= 0xd800 && right <= 0xdfff;
      return leftBeyond === rightBeyond ? left - right : leftBeyond ? 1 : -1;
    }
  }
  return a.length - b.length;
}
