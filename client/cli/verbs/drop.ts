import type { Command } from 'commander';
import { confirm } from '../confirm.ts';
import type { Context } from '../context.ts';
import { findCountedTable } from '../definitions.ts';
import { count } from '../print/time.ts';
import { describedCommand } from '../verb.ts';
import { addWriteOptions, commandOptions, reportReply, type WriteOptions } from '../write-options.ts';

interface DropOptions extends WriteOptions {
  readonly yes?: true;
}

/** `rowcast drop TABLE`: takes a table away, when the answer is yes. */
export function dropCommand(context: () => Context): Command {
  const command = describedCommand({
    name: 'drop',
    summary: 'take a table away; its changes stay in the log',
    examples: ['drop employees', 'drop employees --yes --why "moved to the other ledger"'],
  })
    .argument('<table>')
    .option('-y, --yes', 'do not ask');
  return addWriteOptions(command).action((table: string, options: DropOptions) => drop(context(), table, options));
}

async function drop(context: Context, table: string, options: DropOptions): Promise<void> {
  const { rows } = await findCountedTable(context, table);
  await confirm(context, `Drop table ${table} with ${count(rows, 'row')}?`, options);
  const ledger = await context.ledger();
  const reply = await ledger.dropTable(table, commandOptions(options, context));
  await reportReply(context, reply, `dropped table ${table} with ${count(rows, 'row')} (#${reply.seq})`);
}
