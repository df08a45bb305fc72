import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { show } from '../print/paint.ts';
import { describedCommand } from '../verb.ts';
import {
  addExpectOption,
  addWriteOptions,
  commandOptions,
  type ExpectOptions,
  expectOf,
  reportReply,
  type WriteOptions,
} from '../write-options.ts';

type DeleteOptions = WriteOptions & ExpectOptions;

/** `rowcast delete TABLE KEY`: takes a row away; its history stays. */
export function deleteCommand(context: () => Context): Command {
  const command = describedCommand({
    name: 'delete',
    summary: 'take a row away; its history stays',
    examples: ['delete employees E7 --why "left in May"', 'delete employees E7 --if-version 3'],
  })
    .argument('<table>')
    .argument('<key>');
  return addWriteOptions(addExpectOption(command)).action((table: string, key: string, options: DeleteOptions) =>
    remove(context(), { table, key, options }),
  );
}

interface Remove {
  readonly table: string;
  readonly key: string;
  readonly options: DeleteOptions;
}

async function remove(context: Context, { table, key, options }: Remove): Promise<void> {
  const ledger = await context.ledger();
  const expect = expectOf(options);
  const reply = await ledger.delete(table, key, { ...commandOptions(options, context), expect });
  await reportReply(context, reply, `deleted ${show(key, context.out.paint)} from ${table} (#${reply.seq})`);
}
