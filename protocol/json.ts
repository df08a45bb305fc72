import { limits } from './limits.ts';
import { isReservedName } from './names.ts';

/** Any JSON value. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

/** Why a text was refused as JSON: the reason is for people and says what to write instead. */
export class JsonError extends Error {
  override name = 'JsonError';
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Strings, which are skipped, or numbers. A string that is a member's name is told by the colon behind it. */
const tokens = /"(?:[^"\\]|\\.)*"(\s*:)?|-?\d[\d.eE+-]*/g;
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
  if (checkValue(value, 0) !== names) throw new JsonError('a name stands twice in one object; write it once');
  return value;
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    throw new JsonError('not UTF-8; send JSON in UTF-8', { cause });
  }
}

/** Checks every number as it was written; returns how many member names there are. */
function checkTokens(text: string): number {
  let names = 0;
  for (const match of text.matchAll(tokens)) {
    const token = match[0];
    if (match[1] !== undefined) names += 1;
    else if (!token.startsWith('"') && suspect.test(token) && !isExactDouble(token)) {
      throw new JsonError(`the number ${token.slice(0, 40)} would be changed by a double; send it as a string`);
    }
  }
  return names;
}

/** Whether a double keeps this number: its shortest print has the same digits and magnitude. */
function isExactDouble(token: string): boolean {
  const value = Number(token);
  if (!Number.isFinite(value) || Object.is(value, -0)) return false;
  const [digits, exponent] = magnitude(token);
  const [printedDigits, printedExponent] = magnitude(String(value));
  return digits === printedDigits && exponent === printedExponent;
}

/** A number as its significant digits and the power of ten of the last of them. */
function magnitude(token: string): readonly [digits: string, exponent: number] {
  const [, whole = '', fraction = '', power = '0'] = /^-?(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(token) ?? [];
  const digits = (whole + fraction).replace(/^0+/, '');
  const trimmed = digits.replace(/0+$/, '');
  if (trimmed === '') return ['', 0];
  return [trimmed, Number(power) - fraction.length + digits.length - trimmed.length];
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
