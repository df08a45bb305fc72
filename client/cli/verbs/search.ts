import type { Command } from 'commander';
import { addAsOfOption } from '../as-of.ts';
import type { Context } from '../context.ts';
import { collect, type ListOptions, listRows } from '../rows.ts';
import { describedCommand } from '../verb.ts';
import { readPositive } from '../write-options.ts';

/** `rowcast search TABLE TEXT`: the rows with this text, in any case, in one of their text columns. */
export function searchCommand(context: () => Context): Command {
  const command = describedCommand({
    name: 'search',
    summary: 'the rows that hold a text, in upper or lower case, in one of their text columns',
    examples: ['search employees love', 'search employees engineer --sort name --limit 5'],
  })
    .argument('<table>')
    .argument('<text>')
    .option('--where <condition>', 'only rows that match, as in list', collect)
    .option('--sort <columns>', 'COLUMN or COLUMN:desc, separated by commas; else by key')
    .option('--limit <n>', 'at most so many rows', readPositive)
    .option('--all', 'all rows (with --json they are all given unless --limit says otherwise)');
  return addAsOfOption(command).action((table: string, search: string, options: ListOptions) =>
    listRows(context(), table, { ...options, search }),
  );
}
