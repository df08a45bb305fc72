import type { ExitCode } from './exit-codes.ts';

/** Ends the program with a failure that was told already. */
export class ToldError extends Error {
  override readonly name = 'ToldError';
  readonly exit: ExitCode;

  constructor(exit: ExitCode) {
    super('told already');
    this.exit = exit;
  }
}
