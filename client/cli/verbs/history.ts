import type { Command } from 'commander';
import type { RowEntry } from '../../../protocol/entry.ts';
import { isRowEntry } from '../../../protocol/entry.ts';
import { shownWidth } from '../../../protocol/shown-text.ts';
import { type AsOfOption, addAsOfOption } from '../as-of.ts';
import { printCellHistory } from '../cell-history.ts';
import { CliError } from '../cli-error.ts';
import type { Context } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';
import { opWord, showWhy } from '../print/change.ts';
import { type Paint, show, showCell } from '../print/paint.ts';
import { showTime } from '../print/time.ts';
import { describedCommand } from '../verb.ts';
import { readPositive } from '../write-options.ts';

interface HistoryOptions extends AsOfOption {
  readonly newestFirst?: true;
  readonly limit?: number;
}

interface RowAsked extends HistoryOptions {
  readonly table: string;
  readonly key: string;
}

/** `rowcast history TABLE KEY [COLUMN]`: every version of a row, or every value of one of its cells. */
export function historyCommand(context: () => Context): Command {
  const command = describedCommand({
    name: 'history',
    summary: 'every version of a row, each as what it changed; with a column, every value of that cell',
    notes: ['A row that was deleted and made again has several lives; an empty line stands between them.'],
    examples: ['history employees E7', 'history employees E7 salary', 'history employees E7 --newest-first --limit 5'],
  })
    .argument('<table>')
    .argument('<key>')
    .argument('[column]')
    .option('--newest-first', 'from the newest change back')
    .option('--limit <n>', 'at most so many changes', readPositive);
  return addAsOfOption(command).action(
    async (table: string, key: string, column: string | undefined, options: HistoryOptions) => {
      const asked = { ...options, table, key };
      const found = await (column === undefined
        ? printVersions(context(), asked)
        : printCellHistory(context(), { ...asked, column }));
      if (!found) throw noRow(table, key);
    },
  );
}

/** Prints every version; whether there was any. */
async function printVersions(context: Context, { table, key, newestFirst, limit, asOf }: RowAsked): Promise<boolean> {
  const { paint } = context.out;
  return await context.reading(async (ledger) => {
    let last: RowEntry | undefined;
    const open = !context.json && (await context.opens());
    for await (const { line, entry } of ledger.history(table, key, {
      signal: context.signal,
      open,
      asOf,
      newestFirst,
      limit,
    })) {
      if (!isRowEntry(entry)) continue;
      const isNewLife = last !== undefined && (newestFirst ? last : entry).op === 'insert';
      if (context.json) await context.print(line);
      else await context.print(...(isNewLife ? [''] : []), ...versionLines(entry, paint));
      last = entry;
    }
    return last !== undefined;
  });
}

function noRow(table: string, key: string): CliError {
  return new CliError(`table ${table} never had a row ${key}`, {
    code: 'row_not_found',
    exit: exitCodes.notFound,
    next: `look for it: npx rowcast search ${table} TEXT`,
  });
}

/** A version: who, when and why, and under it the cells that it changed. */
function versionLines(entry: RowEntry, paint: Paint): string[] {
  const { version, seq, at, by, why } = entry;
  const head = [
    paint.strong(`v${version}`),
    opWord(entry, paint),
    `by ${show(by, paint)}`,
    showTime(at, new Date()),
    paint.dim(`#${seq}`),
    ...(why === undefined ? [] : [showWhy(why, paint)]),
  ];
  return [head.join('  '), ...diffLines(entry, paint)];
}

function diffLines({ op, row = {}, was = {}, columns = [] }: RowEntry, paint: Paint): string[] {
  if (op === 'erase')
    return [
      `    ${paint.removed('-')} what was sealed is gone for good: ${columns.map((name) => show(name, paint)).join(', ')}`,
    ];
  const names = Object.keys(op === 'insert' ? row : was);
  const width = Math.max(...names.map(shownWidth), 0);
  return names.map((name) => {
    const title = `${show(name, paint)}${' '.repeat(width - shownWidth(name))}`;
    if (op === 'insert') return `    ${paint.added('+')} ${title}  ${showCell(row[name], paint)}`;
    if (op === 'delete') return `    ${paint.removed('-')} ${title}  ${showCell(was[name], paint)}`;
    return `    ${paint.changed('~')} ${title}  ${showCell(was[name], paint)} → ${showCell(row[name], paint)}`;
  });
}
