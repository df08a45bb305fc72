import { limits } from './limits.ts';
import { isReservedName } from './names.ts';

/** Any JSON value. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

/** Why a text was refused as JSON: the reason is for people and says what to write instead. */
export class JsonError extends Error {
  override name = 'JsonError';
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Where a string begins, or a number. */
const tokens = /"|-?\d[\d.eE+-]*/g;
/** Names that JavaScript moves ahead of all others in an object. */
const indexName = /^(?:0|[1-9]\d{0,9})$/;
/** Numbers that a double may not hold: from 16 characters on, with an exponent, or negative zero. */
const suspect = /[eE]|^-0(?:\.0*)?$|^.{16}/;

/**
 * Reads JSON without ever changing what was written: where JSON.parse would silently round a number, drop one of two
 * members of the same name or accept what cannot be stored, this throws a {@link JsonError} that names the reason.
 * Refused: bytes that are not UTF-8, numbers that a double does not hold, -0, repeated names, NUL and lone surrogates,
 * the names `__proto__`, `constructor` and `prototype`, and more than 64 levels.
 */
export function decodeJson(bytes: Uint8Array): Json {
  return parseJson(decodeUtf8(bytes));
}

/** The same for a text. */
export function parseJson(text: string): Json {
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch (cause) {
    throw new JsonError(`not JSON: ${(cause as Error).message}`, { cause });
  }
  const names = checkTokens(text);
  if (checkValue(value, 0) !== names.length) throw new JsonError('a name stands twice in one object; write it once');
  if (names.some((name) => indexName.test(name)) && namesOf(value).some((name, index) => name !== names[index])) {
    throw new JsonError('names that are numbers would be moved ahead of the others; write them first, in their order');
  }
  return value;
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    throw new JsonError('not UTF-8; send JSON in UTF-8', { cause });
  }
}

/** Checks every number as it was written; returns the names of all members, in order. The text is known to be JSON. */
function checkTokens(text: string): string[] {
  const names: string[] = [];
  tokens.lastIndex = 0;
  for (let match = tokens.exec(text); match !== null; match = tokens.exec(text)) {
    const [token] = match;
    if (token === '"') {
      const end = endOfString(text, match.index);
      tokens.lastIndex = end;
      if (isName(text, end)) names.push(unquote(text.slice(match.index, end)));
    } else if (suspect.test(token) && !isExactDouble(token)) {
      throw new JsonError(`the number ${token.slice(0, 40)} would be changed by a double; send it as a string`);
    }
  }
  return names;
}

function unquote(quoted: string): string {
  return quoted.includes('\\') ? (JSON.parse(quoted) as string) : quoted.slice(1, -1);
}

/** Behind the quote that ends a string: the next one with an even number of backslashes ahead of it. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); ; end = text.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (text[end - 1 - backslashes] === '\\') backslashes += 1;
    if (backslashes % 2 === 0) return end + 1;
  }
}

/** A string is a member's name when a colon follows. */
function isName(text: string, end: number): boolean {
  let at = end;
  while (text[at] === ' ' || text[at] === '\n' || text[at] === '\r' || text[at] === '\t') at += 1;
  return text[at] === ':';
}

/** The names of all members, in the order in which they are printed. */
function namesOf(value: Json): string[] {
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.flatMap(namesOf);
  return Object.entries(value).flatMap(([name, member]) => [name, ...namesOf(member)]);
}

/** Whether a double keeps this number: its shortest print has the same digits and magnitude. */
function isExactDouble(token: string): boolean {
  const value = Number(token);
  if (!Number.isFinite(value) || Object.is(value, -0)) return false;
  if (String(value) === token) return true;
  const [digits, exponent] = magnitude(token);
  const [printedDigits, printedExponent] = magnitude(String(value));
  return digits === printedDigits && exponent === printedExponent;
}

/** A number as its significant digits and the power of ten of the last of them. */
function magnitude(token: string): readonly [digits: string, exponent: number] {
  const [, whole = '', fraction = '', power = '0'] = /^-?(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(token) ?? [];
  const digits = (whole + fraction).replace(/^0+/, '');
  const trimmed = withoutLastZeros(digits);
  if (trimmed === '') return ['', 0];
  return [trimmed, Number(power) - fraction.length + digits.length - trimmed.length];
}

/** Not by an expression such as 0+$: that begins anew at each zero of a row that another digit ends, for hours in a long one. */
function withoutLastZeros(digits: string): string {
  let end = digits.length;
  while (digits[end - 1] === '0') end -= 1;
  return digits.slice(0, end);
}

/** Checks depth, texts and names; returns how many members there are. */
function checkValue(value: Json, depth: number): number {
  if (typeof value === 'string') checkText(value);
  if (typeof value !== 'object' || value === null) return 0;
  if (depth >= limits.depthMax) throw new JsonError(`more than ${limits.depthMax} levels of objects and arrays`);
  let members = 0;
  if (Array.isArray(value)) {
    for (const item of value) members += checkValue(item, depth + 1);
    return members;
  }
  for (const [name, member] of Object.entries(value)) {
    checkText(name);
    if (isReservedName(name)) throw new JsonError(`the name ${name} is reserved; choose another`);
    members += 1 + checkValue(member, depth + 1);
  }
  return members;
}

function checkText(text: string): void {
  if (text.includes('\0')) throw new JsonError('a text holds NUL (U+0000), which PostgreSQL cannot keep');
  if (!text.isWellFormed()) throw new JsonError('a text holds a lone surrogate, which is not a character');
}
