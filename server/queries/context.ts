import type { Database } from '../database/database.ts';
import { tableLives } from '../projections/tables.ts';
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

/** All lives that a table's name has had. @throws Refused `table_not_found` when there was none */
export async function livesOf({ database }: QueryContext, table: string): Promise<number[]> {
  const lives = await tableLives(database, table);
  if (lives.length === 0) throw refuseTable(table);
  return lives;
}

/** A granted query: the reply's body, or its text where it was made without parsing, and the lines that go with it. */
export interface QueryAnswer {
  readonly body: object | string;
  readonly lines?: string;
}
