import { type RawBuilder, sql } from 'kysely';

/**
 * Arrays as parameters for what is written all the time. As a parameter of an array type every value would be quoted
 * and escaped here, letter by letter, and read back so in PostgreSQL; JSON is full of quotes.
 */

/** Numbers without fractions: seqs, versions, ids. */
export function bigints(numbers: readonly number[]): RawBuilder<number[]> {
  return sql`${`{${numbers.join()}}`}::bigint[]`;
}

/** Texts of one line each: JSON, as JSON.stringify prints it, ids, hashes, names. Not keys, which may be any text. */
export function lines(texts: readonly string[]): RawBuilder<string[]> {
  // Nothing would be one empty text.
  return sql`string_to_array(${texts.length === 0 ? null : texts.join('\n')}, ${'\n'})`;
}
