import type { Command } from 'commander';
import type { RowEntry } from '../../../protocol/entry.ts';
import { isRowEntry } from '../../../protocol/entry.ts';
import { CliError } from '../cli-error.ts';
import type { Context } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';
import { opWord, showWhy } from '../print/change.ts';
import { type Paint, show, showCell } from '../print/paint.ts';
import { shownWidth } from '../print/shown-text.ts';
import { showTime } from '../print/time.ts';
import { describedCommand } from '../verb.ts';

/** `rowcast history TABLE KEY`: every version of a row, each as what it changed. */
export function historyCommand(context: () => Context): Command {
  return describedCommand({
    name: 'history',
    summary: 'every version of a row, each as what it changed',
    examples: ['history employees E7', 'history employees E7 --json'],
  })
    .argument('<table>')
    .argument('<key>')
    .action((table: string, key: string) => history(context(), table, key));
}

async function history(context: Context, table: string, key: string): Promise<void> {
  const { paint } = context.out;
  const found = await context.reading(async (ledger) => {
    let entries = 0;
    const open = !context.json && (await context.opens());
    for await (const { line, entry } of ledger.history(table, key, { signal: context.signal, open })) {
      entries += 1;
      if (context.json) await context.print(line);
      else if (isRowEntry(entry)) await context.print(...versionLines(entry, paint));
    }
    return entries;
  });
  if (found > 0) return;
  throw new CliError(`table ${table} never had a row ${key}`, {
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
