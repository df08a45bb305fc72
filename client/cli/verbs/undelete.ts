import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { show } from '../print/paint.ts';
import { describedCommand } from '../verb.ts';
import { addWriteOptions, commandOptions, reportReply, type WriteOptions } from '../write-options.ts';

/** `rowcast undelete TABLE KEY`: brings a row back as it was when it was deleted. */
export function undeleteCommand(context: () => Context): Command {
  const command = describedCommand({
    name: 'undelete',
    summary: 'bring a deleted row back, as it was',
    notes: [
      'The delete is reverted: the log keeps both. What was erased of the row does not come back. More than one row at a',
      'time, and whatever else was changed with it, comes back with rowcast revert.',
    ],
    examples: ['undelete employees E7 --why "she stays"', 'undelete employees E7 --dry-run'],
  })
    .argument('<table>')
    .argument('<key>');
  return addWriteOptions(command).action((table: string, key: string, options: WriteOptions) =>
    undelete(context(), { table, key, options }),
  );
}

interface Undelete {
  readonly table: string;
  readonly key: string;
  readonly options: WriteOptions;
}

async function undelete(context: Context, { table, key, options }: Undelete): Promise<void> {
  const ledger = await context.ledger();
  const reply = await ledger.undelete(table, key, commandOptions(options, context));
  await reportReply(context, reply, `brought ${show(key, context.out.paint)} of ${table} back (#${reply.seq})`);
}
