import type { Command } from 'commander';
import { addAsOfOption } from '../as-of.ts';
import type { Context } from '../context.ts';
import { collect, type ListOptions, listRows } from '../rows.ts';
import { describedCommand } from '../verb.ts';
import { readPositive } from '../write-options.ts';

/** `rowcast list TABLE`: its rows, as of one moment. */
export function listCommand(context: () => Context): Command {
  const command = describedCommand({
    name: 'list',
    summary: 'the rows of a table',
    notes: [
      'Conditions: = != < <= > >= and in, such as "hired>=2026-01-01" or "job in engineer|designer"; "note=" finds empty',
      'cells and "note!=" filled ones. Several --where must all hold. A sealed column takes only these two, and no --sort.',
    ],
    examples: [
      "list employees --where 'job=engineer' --sort last_name:desc,name",
      'list employees --as-of "2026-05-01 12:00"',
      'list employees --json',
    ],
  })
    .argument('<table>')
    .option('--where <condition>', 'only rows that match; may be given several times', collect)
    .option('--sort <columns>', 'COLUMN or COLUMN:desc, separated by commas; else by key')
    .option('--limit <n>', 'at most so many rows', readPositive)
    .option('--all', 'all rows (with --json they are all given unless --limit says otherwise)');
  return addAsOfOption(command).action((table: string, options: ListOptions) => listRows(context(), table, options));
}
