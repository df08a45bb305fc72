import type { Database } from '../database/database.ts';
import { Refused } from '../refused.ts';

/** What queries are given. */
export interface QueryContext {
  readonly database: Database;
  readonly pageRowsMax: number;
  /** Bytes of entries or rows in one reply. */
  readonly pageBytesMax: number;
}

export function refuseTable(table: string): Refused {
  return new Refused({
    code: 'table_not_found',
    message: `there is no table ${table}`,
  });
}

/** A granted query: the reply's body, or its text where it was made without parsing, and the lines that go with it. */
export interface QueryAnswer {
  readonly body: object | string;
  readonly lines?: string;
}
