import { type RawBuilder, sql } from 'kysely';

/**
 * Arrays as one parameter each, for what is written all the time. `pg` makes a text of each element, quotes it and looks
 * twice for what is to be escaped, letter by letter, and PostgreSQL reads it back so: of a large insert that was a fifth of
 * the memory that this process went through.
 */

/** Numbers without fractions: seqs, versions, ids. */
export function bigints(numbers: readonly number[]): RawBuilder<number[]> {
  return sql`${`{${numbers.join()}}`}::bigint[]`;
}

/** Any texts, and null, which is NULL. */
export function texts(values: readonly (string | null)[]): RawBuilder<(string | null)[]> {
  return sql`${arrayText(values)}::text[]`;
}

/** Texts of one line each, never empty: JSON, as JSON.stringify prints it and which is full of quotes, ids, hashes, names. */
export function lines(values: readonly string[]): RawBuilder<string[]> {
  // Of nothing, joined, PostgreSQL would make one empty text.
  return sql`string_to_array(${values.length === 0 ? null : values.join('\n')}, ${'\n'})`;
}

const special = /["\\]/;

function arrayText(values: readonly (string | null)[]): string {
  if (values.length === 0) return '{}';
  if (values.includes(null) || special.test(values.join(''))) return `{${values.map(quoted).join()}}`;
  return `{"${values.join('","')}"}`;
}

function quoted(value: string | null): string {
  return value === null ? 'NULL' : `"${value.replace(/["\\]/g, '\\$&')}"`;
}
