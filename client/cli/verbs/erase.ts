import type { Command } from 'commander';
import { confirm } from '../confirm.ts';
import type { Context } from '../context.ts';
import { show } from '../print/paint.ts';
import { describedCommand } from '../verb.ts';
import { addWriteOptions, commandOptions, reportReply, type WriteOptions } from '../write-options.ts';

interface EraseOptions extends WriteOptions {
  readonly columns?: string;
  readonly yes?: true;
}

/** `rowcast erase TABLE KEY`: deletes what the sealed cells of a row stand for, when the answer is yes. */
export function eraseCommand(context: () => Context): Command {
  const command = describedCommand({
    name: 'erase',
    summary: 'delete for good what the sealed cells of a row hold, its past included',
    notes: [
      'The row stays, with its commitments, and so does the change that says who erased it, when and why; every proof',
      'still holds. The values cannot be brought back by anybody.',
    ],
    examples: ['erase employees E07 --why "asked for on 3 May"', 'erase employees E07 --columns ssn --yes'],
  })
    .argument('<table>')
    .argument('<key>')
    .option('--columns <columns>', 'only these, separated by commas')
    .option('-y, --yes', 'do not ask');
  return addWriteOptions(command).action((table: string, key: string, options: EraseOptions) =>
    erase(context(), { table, key, options }),
  );
}

interface Erase {
  readonly table: string;
  readonly key: string;
  readonly options: EraseOptions;
}

async function erase(context: Context, { table, key, options }: Erase): Promise<void> {
  const columns = options.columns?.split(',').map((name) => name.trim());
  const what = columns === undefined ? 'everything sealed' : columns.join(' and ');
  const name = show(key, context.out.paint);
  const question = `Erase ${what} of ${name} in ${table}, past values too? They cannot be brought back.`;
  await confirm(context, question, options);
  const ledger = await context.ledger();
  const reply = await ledger.erase(table, key, { ...commandOptions(options, context), columns });
  const done = `erased ${what} of ${name} in ${table}: the values are gone, what proves them stays (#${reply.seq})`;
  await reportReply(context, reply, done);
}
