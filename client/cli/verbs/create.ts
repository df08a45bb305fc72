import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { count } from '../print/time.ts';
import { readTableSpec } from '../syntax/column-spec.ts';
import { describedCommand } from '../verb.ts';
import { addWriteOptions, commandOptions, reportReply, type WriteOptions } from '../write-options.ts';

const columnSpecNotes: readonly string[] = [
  'A column is NAME[:TYPE][:RULE…]; without a type it is text.',
  '  types  text integer number decimal boolean date timestamp json',
  '  rules  key required unique sealed default=… min=… max=… pattern=… choices=a|b',
  '         min and max bound the value, and of a text the number of its characters;',
  '         a pattern (RE2) must match the whole text;',
  '         sealed: only administrators read the values, everybody else a commitment to them',
];

/** `rowcast create TABLE COLUMN…`: makes a table. */
export function createCommand(context: () => Context): Command {
  const command = describedCommand({
    name: 'create',
    summary: 'make a table',
    notes: [...columnSpecNotes, 'Without a key column the server makes a key for each row.'],
    examples: [
      'create employees id:text:key name:text:required salary:decimal:min=0:sealed \\\n      "job:text:choices=engineer|designer" email:text:unique hired:date note',
    ],
  })
    .argument('<table>')
    .argument('[columns...]', 'NAME:TYPE:RULE…');
  return addWriteOptions(command).action((table: string, columns: string[], options: WriteOptions) =>
    create(context(), { table, columns, options }),
  );
}

interface Create {
  readonly table: string;
  readonly columns: readonly string[];
  readonly options: WriteOptions;
}

async function create(context: Context, { table, columns, options }: Create): Promise<void> {
  const definition = readTableSpec(table, columns);
  const ledger = await context.ledger();
  const reply = await ledger.createTable(definition, commandOptions(options, context));
  const key = definition.key === undefined ? 'keys are made by the server' : `key ${definition.key}`;
  await reportReply(context, reply, `made table ${table}: ${count(columns.length, 'column')}, ${key} (#${reply.seq})`);
}
