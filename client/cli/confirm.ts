import { askYes } from './ask.ts';
import { interrupted, usageError } from './cli-error.ts';
import type { Context } from './context.ts';

/** Goes on when the answer is yes. @throws CliError when it is not, or nobody is there to give one */
export async function confirm(context: Context, question: string): Promise<void> {
  if (!context.terminal.isInteractive) {
    throw usageError('there is no terminal to confirm this on', [], 'add --yes');
  }
  if (!(await askYes(question, { signal: context.signal }))) throw interrupted();
}
