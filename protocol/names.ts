import { z } from 'zod';
import { limits } from './limits.ts';

/** Names that JavaScript objects treat in their own way: a cell under one would vanish or poison (RELIABILITY W2). */
const reserved = new Set(['__proto__', 'constructor', 'prototype']);

export function isReservedName(name: string): boolean {
  return reserved.has(name);
}

export function utf8Length(text: string): number {
  return new TextEncoder().encode(text).length;
}

/** Whether a text has no more UTF-8 bytes than that. Three a unit are the most, so that hardly any has to be encoded. */
function fitsBytes(text: string, bytesMax: number): boolean {
  return text.length * 3 <= bytesMax || utf8Length(text) <= bytesMax;
}

const fitsIdentifier = (name: string): boolean => fitsBytes(name, limits.nameBytesMax);
const tooLong = `is longer than ${limits.nameBytesMax} bytes, PostgreSQL's limit for a name`;

/** Names that every object has of itself (`toString`): a row without such a cell would seem to have one (W2). */
const isObjectsOwn = (name: string): boolean => name in Object.prototype;

/** A table's name: letters, digits, `_` and `-`, starting with a letter or digit; it stands in topics and in SQL. */
export const tableNameSchema = z
  .string()
  .regex(
    /^[\p{L}\p{N}][\p{L}\p{M}\p{N}_-]*$/u,
    'a table name has letters, digits, _ and -, and starts with a letter or digit',
  )
  .refine(fitsIdentifier, tooLong)
  .refine((name) => !isReservedName(name) && !isObjectsOwn(name), 'this name is reserved');

/**
 * A column's name: any text of one line that does not begin or end with a space. A leading `_` is kept for the columns
 * that Rowcast itself adds to a table's SQL view (`_key`, `_version`, `_seq`, `_at`, `_by`).
 */
export const columnNameSchema = z
  .string()
  .min(1, 'a column needs a name')
  .regex(/^[^\p{C}\p{Zl}\p{Zp}]*$/u, 'a column name has no control characters')
  .refine((name) => name === name.trim(), 'a column name does not begin or end with a space')
  .refine((name) => !name.startsWith('_'), 'names that begin with _ are kept for Rowcast')
  .refine(fitsIdentifier, tooLong)
  .refine((name) => !isReservedName(name) && !isObjectsOwn(name), 'this name is reserved');

/** A row's key, as text. */
export const keySchema = z
  .string()
  .min(1, 'a key is not empty')
  .refine((key) => fitsBytes(key, limits.keyBytesMax), `a key has at most ${limits.keyBytesMax} bytes`);
