import type { Command } from 'commander';
import type { AlterStep } from '../../../protocol/table.ts';
import { confirm } from '../confirm.ts';
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
      '                        sealed: only administrators read the values; never taken away again',
    ],
    examples: ['alter employees add note', 'alter employees rename job role, rules role required, remove note'],
  })
    .argument('<table>')
    .argument('<steps...>')
    .option('-y, --yes', 'do not ask before a column is sealed that has been public');
  return addWriteOptions(command).action((table: string, words: string[], options: AlterOptions) =>
    alter(context(), { table, words, options }),
  );
}

interface AlterOptions extends WriteOptions {
  readonly yes?: true;
}

interface Alter {
  readonly table: string;
  readonly words: readonly string[];
  readonly options: AlterOptions;
}

async function alter(context: Context, { table, words, options }: Alter): Promise<void> {
  const { definition } = await findTable(context, table);
  const steps = readAlterSteps(definition, words);
  const sealing = sealedBy(steps);
  if (sealing.length > 0) await confirm(context, sealingQuestion(table, sealing), options);
  const ledger = await context.ledger();
  const reply = await ledger.alterTable(table, steps, commandOptions(options, context));
  const done = steps.map((step) => show(stepWords(step), context.out.paint)).join(', ');
  await reportReply(context, reply, `changed table ${table}: ${done} (#${reply.seq})`);
  if (sealing.length > 0 && reply.dryRun !== true)
    await context.note(`the past of ${sealing.join(' and ')} stays public: ${pastNote}`);
}

/** The columns that were there and shall be sealed; one that is added has no past. */
function sealedBy(steps: readonly AlterStep[]): string[] {
  return steps.flatMap((step) => (step.do === 'rules' && step.set.sealed ? [step.column] : []));
}

const pastNote = 'what was recorded so far remains in the log, for everybody, for ever';

function sealingQuestion(table: string, columns: readonly string[]): string {
  return `Seal ${columns.join(' and ')} of ${table}? From now on only administrators read it; but ${pastNote}.`;
}
