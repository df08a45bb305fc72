import type { Command } from 'commander';
import type { CurrentRow } from '../../../protocol/errors.ts';
import { commitmentIn } from '../../../protocol/sealed.ts';
import { shownWidth } from '../../../protocol/shown-text.ts';
import type { TableDefinition } from '../../../protocol/table.ts';
import { type AsOfOption, addAsOfOption } from '../as-of.ts';
import type { Context } from '../context.ts';
import { findTable } from '../definitions.ts';
import { type Paint, sealedMark, show, showCell } from '../print/paint.ts';
import { showTime } from '../print/time.ts';
import { describedCommand } from '../verb.ts';

/** `rowcast get TABLE KEY`: one row, a cell a line. */
export function getCommand(context: () => Context): Command {
  const command = describedCommand({
    name: 'get',
    summary: 'one row, with its version and who made it so',
    examples: ['get employees E7', 'get employees E7 --as-of 1042', 'get employees E7 --json'],
  })
    .argument('<table>')
    .argument('<key>');
  return addAsOfOption(command).action((table: string, key: string, { asOf }: AsOfOption) =>
    get(context(), { table, key, asOf }),
  );
}

interface Getting extends AsOfOption {
  readonly table: string;
  readonly key: string;
}

async function get(context: Context, { table, key, asOf }: Getting): Promise<void> {
  const row = await context.reading(async (ledger) =>
    ledger.get(table, key, { signal: context.signal, open: await context.opens(), asOf }),
  );
  if (context.json) {
    await context.printJson(row);
    return;
  }
  const { definition } = await findTable(context, table, asOf);
  await context.print(...rowLines(definition, row, context.out.paint));
  const isErased = Object.values(row.row).some((cell) => commitmentIn(cell) !== undefined);
  if (isErased && (await context.opens())) await context.note(`${sealedMark} was erased: nobody can read it any more`);
}

function rowLines(
  { columns }: TableDefinition,
  { key, version, seq, at, by, row }: CurrentRow,
  paint: Paint,
): string[] {
  const width = Math.max(...columns.map(({ name }) => shownWidth(name)), 0) + 2;
  const cells = columns.map(({ name }) => {
    const space = ' '.repeat(width - shownWidth(name));
    return `${paint.dim(show(name, paint))}${space}${showCell(row[name], paint, Number.POSITIVE_INFINITY)}`;
  });
  const made = `version ${version}, #${seq}, by ${show(by, paint)} at ${showTime(at, new Date())}`;
  return [`${paint.strong(show(key, paint))}  ${paint.dim(made)}`, ...cells];
}
