import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { Shell } from '../shell/shell.ts';
import { describedCommand, type Verb } from '../verb.ts';

/** `rowcast shell`: a prompt for several commands in a row. */
export function shellCommand(verbs: readonly Verb[], context: () => Context): Command {
  return describedCommand({
    name: 'shell',
    summary: 'a prompt with completion, for several commands in a row',
    notes: [
      'Every verb works as on the command line. `use TABLE` names a table that need not be written any more, `menu`',
      'asks for everything, Ctrl-C ends a command and not the shell, `exit` leaves. Lines from a file or pipe are run',
      'one after another; the first that fails ends it.',
    ],
    examples: ['shell', 'shell employees', 'shell < commands.txt'],
  })
    .argument('[table]', 'the table to use')
    .action((table?: string) => new Shell(context(), verbs, table).run());
}
