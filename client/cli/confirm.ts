import { askYes } from './ask.ts';
import { interrupted, usageError } from './cli-error.ts';
import type { Context } from './context.ts';

/** Asks before what cannot be undone. @throws CliError unless the answer is yes, and where nobody can be asked */
export async function confirm(context: Context, question: string): Promise<void> {
  if (!context.terminal.isInteractive) {
    throw usageError('there is no terminal to confirm this on', [], 'add --yes');
  }
  if (!(await askYes(question, { signal: context.signal }))) throw interrupted();
}
