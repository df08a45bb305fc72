import type { Command } from 'commander';
import { usageError } from '../cli-error.ts';
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

type UpdateOptions = WriteOptions & ExpectOptions;

/** `rowcast update TABLE KEY COLUMN=VALUE…`: sets the cells that are named and leaves the others. */
export function updateCommand(context: () => Context): Command {
  const command = describedCommand({
    name: 'update',
    summary: 'change cells of a row',
    notes: valueNotes,
    examples: [
      'update employees E7 salary=1200.00 --why "annual review"',
      'update employees E7 note= job=designer --if-version 3',
    ],
  })
    .argument('<table>')
    .argument('<key>')
    .argument('<values...>', 'COLUMN=VALUE');
  return addWriteOptions(addExpectOption(command)).action(
    (table: string, key: string, words: string[], options: UpdateOptions) =>
      update(context(), { table, key, words, options }),
  );
}

interface Update {
  readonly table: string;
  readonly key: string;
  readonly words: readonly string[];
  readonly options: UpdateOptions;
}

async function update(context: Context, { table, key, words, options }: Update): Promise<void> {
  const { definition } = await findTable(context, table);
  if (key.includes('=') && definition.columns.some(({ name }) => key.startsWith(`${name}=`))) {
    throw usageError(`which row? ${key} stands where its key belongs; write: rowcast update ${table} KEY ${key} …`);
  }
  const row = readCellArguments(definition, words);
  const ledger = await context.ledger();
  const expect = expectOf(options);
  const reply = await ledger.update(table, key, row, { ...commandOptions(options, context), expect });
  const name = show(key, context.out.paint);
  await reportReply(context, reply, `changed ${name} in ${table}, now version ${reply.version} (#${reply.seq})`);
}
