import { limits } from '../../protocol/limits.ts';
import { askPassword } from './ask.ts';
import { CliError, usageError } from './cli-error.ts';
import type { Context } from './context.ts';
import { exitCodes } from './exit-codes.ts';
import { readFirstLine } from './standard-input.ts';

export interface PasswordOptions {
  readonly passwordStdin?: true;
}

export const passwordStdinText = 'read the password from standard input, for scripts';

/** A password that is chosen anew: from standard input, or asked for twice. @throws CliError */
export async function readNewPassword(
  context: Context,
  of: string,
  { passwordStdin }: PasswordOptions,
): Promise<string> {
  return demandLength(passwordStdin === true ? await readFirstLine(context.signal) : await askTwice(context, of));
}

/** The password, if it is long enough to be a new one. @throws CliError */
export function demandLength(password: string): string {
  const letters = [...password].length;
  if (letters < limits.passwordCharactersMin) {
    throw usageError(`a password has at least ${limits.passwordCharactersMin} characters; this has ${letters}`);
  }
  return password;
}

async function askTwice(context: Context, of: string): Promise<string> {
  const { signal } = context;
  demandTerminal(context);
  const first = await askPassword(`New password of ${of}`, { signal });
  if ((await askPassword('The same again', { signal })) === first) return first;
  throw new CliError('the two were not the same; nothing was changed', { code: 'usage', exit: exitCodes.usage });
}

export function demandTerminal({ terminal }: Context): void {
  if (terminal.isInteractive) return;
  throw usageError('there is no terminal to ask for the password on', [], 'add --password-stdin < FILE');
}
