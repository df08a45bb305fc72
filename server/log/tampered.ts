import type { ErrorBody } from '../../protocol/errors.ts';

/** What is wrong with the log, and from which seq on, as far as that can be known. */
export interface Fault {
  readonly seq: number;
  readonly what: string;
}

/** The log is not what it was. The server does not start on it; the message says what to do. */
export class TamperedLogError extends Error {
  override readonly name = 'TamperedLogError';

  constructor({ what }: Fault) {
    super(
      `the log is not what it was: ${what}. Somebody has changed the database, or an older state of it was put back. ` +
        '`rowcast verify --database` tells what is bad and where; compare with a backup and with what clients hold ' +
        '(rowcast verify). If it was put back on purpose, start once with `rowcast server --begin-epoch`: the ledger begins a new life, and clients are told so',
    );
  }
}

/** What commands are answered when the log was found changed: nothing is written on top of it (P11). */
export function refusalOf({ what }: Fault): ErrorBody {
  return {
    code: 'tampered',
    message: `the log is not what it was: ${what}; nothing is written until its operator has looked`,
  };
}
