import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { findTable } from '../definitions.ts';
import { stepWords } from '../print/definition.ts';
import { show } from '../print/paint.ts';
import { readAlterSteps } from '../syntax/alter-steps.ts';
import { describedCommand } from '../verb.ts';
import { addWriteOptions, commandOptions, reportReply, type WriteOptions } from '../write-options.ts';

/** `rowcast alter TABLE STEP…`: changes a table's columns, all steps as one change. */
export function alterCommand(context: () => Context): Command {
  const command = describedCommand({
    name: 'alter',
    summary: "change a table's columns",
    notes: [
      'A step is one of these; several are separated by commas and done as one change:',
      '  add COLUMN-SPEC       as in create: note, or bonus:decimal:default=0',
      '  rename COLUMN NAME',
      '  remove COLUMN',
      '  retype COLUMN TYPE    refused when a cell would lose something',
      '  rules COLUMN RULE…    required, unique=false, min=0; a rule with nothing behind = is taken away',
    ],
    examples: ['alter employees add note', 'alter employees rename job role, rules role required, remove note'],
  })
    .argument('<table>')
    .argument('<steps...>');
  return addWriteOptions(command).action((table: string, words: string[], options: WriteOptions) =>
    alter(context(), { table, words, options }),
  );
}

interface Alter {
  readonly table: string;
  readonly words: readonly string[];
  readonly options: WriteOptions;
}

async function alter(context: Context, { table, words, options }: Alter): Promise<void> {
  const { definition } = await findTable(context, table);
  const steps = readAlterSteps(definition, words);
  const ledger = await context.ledger();
  const reply = await ledger.alterTable(table, steps, commandOptions(options, context));
  const done = steps.map((step) => show(stepWords(step), context.out.paint)).join(', ');
  await reportReply(context, reply, `changed table ${table}: ${done} (#${reply.seq})`);
}
