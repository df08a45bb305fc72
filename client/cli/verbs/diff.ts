import type { Command } from 'commander';
import type { RowDiff, TableDiff } from '../../../protocol/diff.ts';
import type { Point } from '../../../protocol/point.ts';
import type { LedgerDiff } from '../../diff/read-diff.ts';
import { diffTexts, patchTexts } from '../../export/diff-texts.ts';
import { NewFile } from '../../export/new-file.ts';
import { now, readEnd, readPast } from '../as-of.ts';
import { interrupted, usageError } from '../cli-error.ts';
import type { Context } from '../context.ts';
import { fileError } from '../file-error.ts';
import { rowWords, tableWords } from '../print/change.ts';
import { type Paint, show } from '../print/paint.ts';
import { count, showDay } from '../print/time.ts';
import { describedCommand } from '../verb.ts';

interface DiffOptions {
  readonly table?: string;
  readonly summary?: true;
  readonly csv?: true;
  readonly cells?: true;
  readonly escapeFormulas?: true;
  readonly open?: true;
  readonly out?: string;
}

/** `rowcast diff FROM [TO]`: what is different between two points. */
export function diffCommand(context: () => Context): Command {
  return describedCommand({
    name: 'diff',
    summary: 'what is different between two points of the past, or since one',
    notes: [
      'Each row that is not as it was is told once, whatever happened to it in between. Where the second point is the earlier',
      'one, it is told what leads back there. With --json it is a patch, which rowcast apply does to another ledger; with --out',
      'it is a file, whole or not at all. Sealed cells are commitments in it, which no other ledger takes: --open gives their',
      'values, to administrators.',
    ],
    examples: [
      'diff 1042',
      'diff v1.0 v2.0 --table rates',
      'diff v2.0 v1.0',
      'diff "2026-05-01" --summary',
      'diff v1 v2 --out v2.patch',
      'diff v1 v2 --csv --out v2.csv',
    ],
  })
    .argument('<from>', 'a seq, SEQ@EPOCH, a time, the end of a day, or a tag', readEnd)
    .argument('[to]', 'another one, later or earlier; else now', readPast)
    .option('--table <table>', 'of one table only')
    .option('--summary', 'only how much of each table')
    .option('--csv', 'for a spreadsheet: a cell a line, with both its values')
    .option('--cells', 'with --json: as --csv has it, a cell a line, and no patch')
    .option('--escape-formulas', 'with --csv: make what a spreadsheet would run harmless')
    .option('--open', 'with --json, --csv or --out: the values of sealed cells, for administrators')
    .option('--out <file>', 'where to; a patch, or with --csv a CSV')
    .action((from: Point | typeof now, to: Point | undefined, options: DiffOptions) =>
      diff(context(), { ...options, from, to }),
    );
}

interface Asked extends DiffOptions {
  readonly from: Point | typeof now;
  readonly to: Point | undefined;
}

interface Saved {
  readonly out: string;
  readonly open: true | undefined;
}

async function diff(context: Context, { from, to, table, ...options }: Asked): Promise<void> {
  const { summary, csv, cells, escapeFormulas, open, out } = options;
  if (escapeFormulas === true && csv !== true) throw usageError('--escape-formulas is for spreadsheets: add --csv');
  if (cells === true && (csv === true || !context.json))
    throw usageError('--cells is of --json: a CSV always has them');
  const isFile = csv === true || context.json || out !== undefined;
  if (from === now && to === undefined) {
    throw usageError(`the day is not over: write when it began, "${showDay(new Date())} 00:00", or a second point`);
  }
  if (isFile && summary === true) throw usageError('--summary is for people: leave it out, or --csv, --json and --out');
  if (!isFile && open === true) throw usageError('--open is of a patch or a CSV: add --json or --csv');
  await context.reading(async (ledger) => {
    const opens = isFile ? open === true : await context.opens();
    const first = from === now ? { seq: (await ledger.status({ signal: context.signal })).seq } : from;
    const found = await ledger.diff(first, { to, table, signal: context.signal, open: opens });
    if (!isFile) return await printDiff(context, found, summary === true);
    const format = csv === true ? 'csv' : cells === true ? 'ndjson' : undefined;
    const texts = format === undefined ? patchTexts(found) : diffTexts(found, { format, escapeFormulas });
    if (out !== undefined) return await save(context, texts, { out, open });
    for await (const text of texts) await context.out.write(text);
  });
}

/** Whole or not at all. What was opened is its owner's alone to read. */
async function save(context: Context, texts: AsyncIterable<string>, { out, open }: Saved): Promise<void> {
  try {
    await using file = await NewFile.beside(out, { isPrivate: open });
    for await (const text of texts) {
      if (context.signal.aborted) throw interrupted();
      await file.write(text);
    }
    await file.finish();
    await file.keep();
  } catch (error) {
    throw fileError(error, out);
  }
  if (context.json) await context.printJson({ file: out });
  else await context.print(`${show(out, context.out.paint)} is written`);
}

const ops = ['insert', 'update', 'delete'] as const;
const opWords = { insert: 'added', update: 'changed', delete: 'removed' } as const;
type Counts = Record<RowDiff['op'], number>;

/** Table by table, as rows come so; tables of which no row is different stand at the end. */
async function printDiff(context: Context, found: LedgerDiff, isSummary: boolean): Promise<void> {
  const { paint } = context.out;
  const tables = new Map<string, Counts>();
  const told = new Set<string>();
  const head = (name: string): string[] => {
    if (told.has(name)) return [];
    told.add(name);
    return [
      paint.strong(show(name, paint)),
      ...found.tables.filter(({ table }) => table === name).map((one) => tableLine(one, paint)),
    ];
  };
  for await (const row of found.rows) {
    const counts = tables.get(row.table) ?? { insert: 0, update: 0, delete: 0 };
    counts[row.op] += 1;
    tables.set(row.table, counts);
    if (!isSummary) await context.print(...head(row.table), rowLine(row, paint));
  }
  for (const { table } of found.tables) await context.print(...head(table));
  for (const [name, counts] of tables) {
    if (isSummary) await context.print(...head(name), `  ${countWords(counts)}`);
  }
  await context.note(summaryLine(found, tables));
}

const marks = { insert: '+', update: '~', delete: '-', create: '+', alter: '~', drop: '-' } as const;

function rowLine(row: RowDiff, paint: Paint): string {
  const color = paint[opWords[row.op]];
  return `  ${color(marks[row.op])} ${paint.strong(show(row.key, paint, 80))}  ${rowWords(row, paint)}`.trimEnd();
}

function tableLine(table: TableDiff, paint: Paint): string {
  return `  ${tableWords(table, paint)}`;
}

function countWords(counts: Counts): string {
  return ops
    .filter((op) => counts[op] > 0)
    .map((op) => `${counts[op]} ${opWords[op]}`)
    .join(', ');
}

function summaryLine({ from, to, tables }: LedgerDiff, rows: ReadonlyMap<string, Counts>): string {
  const names = new Set([...tables.map(({ table }) => table), ...rows.keys()]);
  const between = `between #${from} and #${to}`;
  if (names.size === 0) return `nothing is different ${between}`;
  const all = { insert: 0, update: 0, delete: 0 };
  for (const counts of rows.values()) for (const op of ops) all[op] += counts[op];
  const words = countWords(all);
  return `${words === '' ? 'no row is different' : `rows: ${words}`}, in ${count(names.size, 'table')} ${between}`;
}
