import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { findTable } from '../definitions.ts';
import { show } from '../print/paint.ts';
import { readCellArguments } from '../syntax/cell-arguments.ts';
import { describedCommand } from '../verb.ts';
import { addWriteOptions, commandOptions, reportReply, type WriteOptions } from '../write-options.ts';

interface InsertOptions extends WriteOptions {
  readonly key?: string;
}

export const valueNotes: readonly string[] = [
  'Values are written by the type of their column:',
  '  name=Ada  salary=1000.00  hired=2026-11-22  active=true',
  '  note=          an empty cell         note:=\'""\'   JSON: here the empty text',
];

/** `rowcast insert TABLE COLUMN=VALUE…`: adds a row; refused when its key is there. */
export function insertCommand(context: () => Context): Command {
  const command = describedCommand({
    name: 'insert',
    summary: 'add a row',
    notes: valueNotes,
    examples: ['insert employees id=E7 name=Ada salary=1000.00', 'insert employees id=E8 name=Bob --why "hired today"'],
  })
    .argument('<table>')
    .argument('[values...]', 'COLUMN=VALUE')
    .option('--key <key>', 'the key, in a table without a key column');
  return addWriteOptions(command).action((table: string, words: string[], options: InsertOptions) =>
    insert(context(), { table, words, options }),
  );
}

interface Insert {
  readonly table: string;
  readonly words: readonly string[];
  readonly options: InsertOptions;
}

async function insert(context: Context, { table, words, options }: Insert): Promise<void> {
  const { definition } = await findTable(context, table);
  const row = readCellArguments(definition, words);
  const ledger = await context.ledger();
  const reply = await ledger.insert(table, row, { ...commandOptions(options, context), key: options.key });
  await reportReply(
    context,
    reply,
    `inserted ${show(reply.key ?? '', context.out.paint)} into ${table} (#${reply.seq})`,
  );
}
