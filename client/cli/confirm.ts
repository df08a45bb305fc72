import { askYes } from './ask.ts';
import { interrupted, usageError } from './cli-error.ts';
import type { Context } from './context.ts';

/** What makes the question needless: it was answered, or nothing will be done. */
interface Confirming {
  readonly yes?: true | undefined;
  readonly dryRun?: true | undefined;
}

/** Asks before what cannot be undone. @throws CliError unless the answer is yes, and where nobody can be asked */
export async function confirm(context: Context, question: string, { yes, dryRun }: Confirming): Promise<void> {
  if (yes === true || dryRun === true) return;
  if (!context.terminal.isInteractive) {
    throw usageError('there is no terminal to confirm this on', [], 'add --yes');
  }
  if (!(await askYes(question, { signal: context.signal }))) throw interrupted();
}
