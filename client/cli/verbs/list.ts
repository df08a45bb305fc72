import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { addListOptions, type ListOptions, listRows } from '../rows.ts';
import { describedCommand } from '../verb.ts';

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
  }).argument('<table>');
  return addListOptions(command, 'only rows that match; may be given several times').action(
    (table: string, options: ListOptions) => listRows(context(), table, options),
  );
}
