import type { Command } from 'commander';
import type { Point } from '../../../protocol/point.ts';
import type { TableSummary } from '../../../protocol/replies.ts';
import { type AsOfOption, addAsOfOption } from '../as-of.ts';
import type { Context } from '../context.ts';
import { findCountedTable } from '../definitions.ts';
import { columnSpecs } from '../print/definition.ts';
import { Grid } from '../print/grid.ts';
import { show } from '../print/paint.ts';
import { count } from '../print/time.ts';
import { quoteWord } from '../syntax/words.ts';
import { describedCommand } from '../verb.ts';

/** `rowcast tables [TABLE]`: which tables there are, or the columns of one. */
export function tablesCommand(context: () => Context): Command {
  const command = describedCommand({
    name: 'tables',
    summary: 'the tables, or the columns and rules of one',
    examples: ['tables', 'tables employees', 'tables --as-of 1042'],
  }).argument('[table]');
  return addAsOfOption(command).action((table: string | undefined, { asOf }: AsOfOption) =>
    table === undefined ? listTables(context(), asOf) : showTable(context(), table, asOf),
  );
}

async function listTables(context: Context, asOf: Point | undefined): Promise<void> {
  const { tables } = await context.reading((ledger) => ledger.tables({ signal: context.signal, asOf }));
  if (context.json) {
    for (const table of tables) await context.printJson(table);
    return;
  }
  if (tables.length === 0) {
    await context.note('there is no table yet; make one: npx rowcast create, or npx rowcast sample employees');
    return;
  }
  const { paint, width } = context.out;
  const columns = [
    { title: 'table' },
    { title: 'rows', right: true },
    { title: 'last change', right: true },
    { title: 'key' },
    { title: 'columns' },
  ];
  await context.print(...new Grid({ columns, paint, width }).lines(tables.map(tableRow)));
}

function tableRow({ definition: { name, key, columns }, rows, seq }: TableSummary): string[] {
  return [
    name,
    rows === undefined ? '' : String(rows),
    `#${seq}`,
    key ?? '(made by the server)',
    columns.map((column) => column.name).join(', '),
  ];
}

async function showTable(context: Context, name: string, asOf: Point | undefined): Promise<void> {
  const table = await findCountedTable(context, name, asOf);
  if (context.json) {
    await context.printJson(table);
    return;
  }
  const { definition, rows, seq } = table;
  const { paint, width } = context.out;
  const grid = new Grid({ columns: [{ title: 'column' }, { title: 'type' }, { title: 'rules' }], paint, width });
  const specs = columnSpecs(definition);
  const lines = definition.columns.map(({ name: column, type }, index) => {
    const rules = specs[index]?.slice(`${column}:${type}`.length + 1) ?? '';
    return [column, type, rules === '' ? undefined : rules];
  });
  const create = ['create', definition.name, ...specs].map(quoteWord).join(' ');
  await context.print(
    `${paint.strong(show(definition.name, paint))}  ${count(rows, 'row')}, last change #${seq}`,
    '',
    ...grid.lines(lines),
    '',
    paint.dim(`made anew by: npx rowcast ${show(create, paint)}`),
  );
}
