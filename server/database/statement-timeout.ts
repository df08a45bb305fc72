import { sqlState } from './sql-state.ts';

/**
 * PostgreSQL has given a statement up after statement_timeout. As it was not the COMMIT, the transaction did nothing, and
 * the same work would take as long again: whoever asked for it has to ask for less.
 */
export class StatementTimeoutError extends Error {
  override name = 'StatementTimeoutError';
  readonly timeoutMs: number;

  constructor(timeoutMs: number, cause: unknown) {
    super(`a statement took longer than ${timeoutMs} ms and was given up`, { cause });
    this.timeoutMs = timeoutMs;
  }
}

/** A statement that has failed. */
interface FailedStatement {
  readonly text: string;
  readonly tookMs: number;
  readonly error: unknown;
}

/**
 * Tells a statement that had its time from one that somebody has cancelled: both have the SQLSTATE 57014, and the message
 * may be in any language. A wait for a stranger's lock is neither: it ends by lock_timeout (55P03), which is shorter.
 */
export function hadItsTime({ text, tookMs, error }: FailedStatement, timeoutMs: number): boolean {
  return sqlState(error) === '57014' && text !== 'commit' && tookMs >= timeoutMs;
}
