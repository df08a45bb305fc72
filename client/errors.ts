import type { ErrorBody, ErrorCode, Problem } from '../protocol/errors.ts';

/**
 * Why a call failed: the server's codes (protocol/errors.ts), and the client's own.
 *
 * - `timeout`: no answer in time. Of a command, see {@link RowcastError.outcomeUnknown}.
 * - `aborted`: the caller's AbortSignal. Of a command, see {@link RowcastError.outcomeUnknown}.
 * - `closed`: the ledger or the replica was closed.
 * - `protocol`: the server's answer cannot be understood or is cut off.
 * - `checkpoints`: what was verified cannot be read or kept on this machine.
 */
export type RowcastErrorCode = ErrorCode | 'timeout' | 'aborted' | 'closed' | 'protocol' | 'checkpoints';

export interface RowcastErrorDetails {
  /** What the server said, when it was the server that refused. */
  readonly body?: ErrorBody | undefined;
  /** The id under which the request was sent. */
  readonly id?: string | undefined;
  readonly outcomeUnknown?: boolean | undefined;
  readonly cause?: unknown;
}

/**
 * The one error of this library; match it by `code`, never by its text.
 *
 * @example
 * try {
 *   await ledger.update('rate', 'EUR', { value: '1.09' }, { expect: { version: 3 } });
 * } catch (error) {
 *   if (!(error instanceof RowcastError)) throw error;
 *   if (error.code === 'version_conflict') console.log(error.problems[0]?.current);
 *   if (error.outcomeUnknown) await ledger.update('rate', 'EUR', { value: '1.09' }, { id: error.id });
 * }
 */
export class RowcastError extends Error {
  override readonly name = 'RowcastError';
  readonly code: RowcastErrorCode;
  /** The server's whole refusal: epoch, head, retryAfterMs … */
  readonly body: ErrorBody | undefined;
  /** The request's id. The same command sent again under it takes effect once, whatever became of the first try. */
  readonly id: string | undefined;
  /** Whether the command may have taken effect all the same. Settle it by sending the same command under the same id. */
  readonly outcomeUnknown: boolean;

  constructor(code: RowcastErrorCode, message: string, details: RowcastErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.body = details.body;
    this.id = details.id;
    this.outcomeUnknown = details.outcomeUnknown ?? false;
  }

  /** Every bad row and column of a refused command; empty when there is nothing to list. */
  get problems(): readonly Problem[] {
    return this.body?.problems ?? [];
  }
}

/** Whether the same request may succeed a little later without anything being mended. */
export function isTransient(error: unknown): error is RowcastError {
  return error instanceof RowcastError && transient.has(error.code);
}

/** Whether a server does not have what it was asked for yet: another one may be some seconds behind. */
export function isAhead(error: unknown): error is RowcastError {
  return error instanceof RowcastError && error.code === 'ahead_of_server';
}

const transient: ReadonlySet<RowcastErrorCode> = new Set(['timeout', 'busy', 'unavailable', 'internal']);
