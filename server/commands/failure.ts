import type { ErrorBody } from '../../protocol/errors.ts';
import { sqlState } from '../database/sql-state.ts';
import { StatementTimeoutError } from '../database/statement-timeout.ts';
import { InvariantError } from '../domain/state.ts';

/**
 * What a failed transaction means. `again`: the database was away or busy, and nothing is known of the outcome; the
 * same group is committed again. `refused`: it cannot write for now (its disk is full), and trying at once would only
 * make a storm. `command`: one of the commands is at fault.
 */
type Failure =
  | { readonly kind: 'again' | 'refused'; readonly answer: ErrorBody }
  | { readonly kind: 'command'; readonly answer?: ErrorBody };

const unavailable: ErrorBody = {
  code: 'unavailable',
  message: 'the database does not answer, and whether the command took effect is not known; send it again under its id',
  retryAfterMs: 1_000,
};
const full: ErrorBody = {
  code: 'unavailable',
  message: "the database's disk is full: nothing can be written until there is room; reading goes on",
  retryAfterMs: 10_000,
};

/** SQLSTATE classes that blame what was asked for: bad data, broken constraints, wrong statements, limits of size. */
const commandClasses = new Set(['21', '22', '23', '2B', '42', '54', 'XX']);

/** Judges by what cannot be PostgreSQL's or the network's fault; all else may have happened at COMMIT (D3). */
export function classifyFailure(error: unknown): Failure {
  const state = sqlState(error);
  if (error instanceof StatementTimeoutError) return { kind: 'command', answer: tooSlow(error) };
  if (state === '53100') return { kind: 'refused', answer: full };
  if (state === '2BP01') return { kind: 'command', answer: dependedOn(error) };
  if (state !== undefined) {
    return commandClasses.has(state.slice(0, 2)) ? { kind: 'command' } : { kind: 'again', answer: unavailable };
  }
  const isOurs =
    error instanceof InvariantError ||
    error instanceof TypeError ||
    error instanceof RangeError ||
    error instanceof SyntaxError;
  return isOurs ? { kind: 'command' } : { kind: 'again', answer: unavailable };
}

/** Somebody's view stands on the SQL view of a table that was to change. */
function dependedOn(error: unknown): ErrorBody {
  const detail = error instanceof Error && 'detail' in error ? String(error.detail) : '';
  return { code: 'invalid', message: `the table's SQL view is in use: ${detail}. Drop what depends on it first` };
}

/** Trying again would hold the head's lock as long again, and everybody else up. */
function tooSlow({ timeoutMs }: StatementTimeoutError): ErrorBody {
  const message =
    `the command was given up, as a query of it took longer than statement_timeout_ms (${timeoutMs}), and nothing was ` +
    'changed: send it in smaller parts (revert fewer tables or rows), or have statement_timeout_ms raised on the server';
  return { code: 'too_large', message };
}
