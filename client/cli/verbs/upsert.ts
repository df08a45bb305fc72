import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { findTable } from '../definitions.ts';
import { show } from '../print/paint.ts';
import { readCellArguments } from '../syntax/cell-arguments.ts';
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
import { valueNotes } from './insert.ts';

interface UpsertOptions extends WriteOptions, ExpectOptions {
  readonly key?: string;
}

/** `rowcast upsert TABLE COLUMN=VALUE…`: adds a row, or changes it when its key is there. */
export function upsertCommand(context: () => Context): Command {
  const command = describedCommand({
    name: 'upsert',
    summary: 'add a row, or change it when its key is there',
    notes: valueNotes,
    examples: ['upsert employees id=E7 name=Ada salary=1000.00'],
  })
    .argument('<table>')
    .argument('[values...]', 'COLUMN=VALUE')
    .option('--key <key>', 'the key, in a table without a key column');
  return addWriteOptions(addExpectOption(command)).action((table: string, words: string[], options: UpsertOptions) =>
    upsert(context(), { table, words, options }),
  );
}

interface Upsert {
  readonly table: string;
  readonly words: readonly string[];
  readonly options: UpsertOptions;
}

async function upsert(context: Context, { table, words, options }: Upsert): Promise<void> {
  const { definition } = await findTable(context, table);
  const row = readCellArguments(definition, words);
  const ledger = await context.ledger();
  const reply = await ledger.upsert(table, row, {
    ...commandOptions(options, context),
    key: options.key,
    expect: expectOf(options),
  });
  const done = reply.version === 1 ? 'inserted' : 'changed';
  const name = show(reply.key ?? '', context.out.paint);
  await reportReply(context, reply, `${done} ${name} in ${table}, now version ${reply.version} (#${reply.seq})`);
}
