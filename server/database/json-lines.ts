import { type RawBuilder, sql } from 'kysely';

/**
 * JSON texts as one parameter, an array of texts in SQL. As a parameter of an array type each would be escaped here, letter
 * by letter, and read back so there, and JSON is full of quotes. JSON.stringify prints no line feed.
 */
export function jsonLines(texts: readonly string[]): RawBuilder<string[]> {
  return sql`string_to_array(${texts.join('\n')}, ${'\n'})`;
}
