import type { Database } from '../database/database.ts';
import type { Head } from '../log/head.ts';
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

/** Refuses a place that is of another life of the ledger, or beyond the end of the log. */
export function refusePlace(head: Head, seq: number, epoch: string | undefined): void {
  const where = { epoch: head.epoch, head: head.seq };
  if (epoch !== undefined && epoch !== head.epoch) {
    throw new Refused({ code: 'wrong_epoch', message: `the ledger's life is ${head.epoch}; start over`, ...where });
  }
  if (seq > head.seq) {
    throw new Refused({ code: 'ahead_of_server', message: `the log ends at ${head.seq}, before ${seq}`, ...where });
  }
}

/** A granted query: the reply's body, or its text where it was made without parsing, and the lines that go with it. */
export interface QueryAnswer {
  readonly body: object | string;
  readonly lines?: string;
}
