import { type RawBuilder, sql } from 'kysely';

/** A time as it stands in entries: ISO 8601 in UTC, to the microsecond. */
export function utcText(time: RawBuilder<unknown>): RawBuilder<string> {
  return sql`to_char(${time} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;
}
