import { type ExitCode, exitCodes } from './exit-codes.ts';

export interface CliErrorDetails {
  /** For programs, in the JSON of the error. */
  readonly code: string;
  readonly exit: ExitCode;
  /** Everything that is wrong, one a line. */
  readonly problems?: readonly string[] | undefined;
  /** What to do next. */
  readonly next?: string | undefined;
  readonly cause?: unknown;
}

/** What the program itself refuses, before or without the server. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly code: string;
  readonly exit: ExitCode;
  readonly problems: readonly string[];
  readonly next: string | undefined;

  constructor(message: string, { code, exit, problems, next, cause }: CliErrorDetails) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.exit = exit;
    this.problems = problems ?? [];
    this.next = next;
  }
}

/** The arguments are wrong; `problems` says which and why. */
export function usageError(message: string, problems?: readonly string[], next?: string): CliError {
  return new CliError(message, { code: 'usage', exit: exitCodes.usage, problems, next });
}

/** Ctrl-C. Says nothing by itself. */
export function interrupted(): CliError {
  return new CliError('interrupted', { code: 'interrupted', exit: exitCodes.interrupted });
}
