import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { addListOptions, type ListOptions, listRows } from '../rows.ts';
import { describedCommand } from '../verb.ts';

/** `rowcast search TABLE TEXT`: the rows with this text, in any case, in one of their text columns. */
export function searchCommand(context: () => Context): Command {
  const command = describedCommand({
    name: 'search',
    summary: 'the rows that hold a text, in upper or lower case, in one of their text columns',
    examples: ['search employees love', 'search employees engineer --sort name --limit 5'],
  })
    .argument('<table>')
    .argument('<text>');
  return addListOptions(command).action((table: string, search: string, options: ListOptions) =>
    listRows(context(), table, { ...options, search }),
  );
}
