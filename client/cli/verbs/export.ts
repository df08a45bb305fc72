import { type Command, InvalidArgumentError } from 'commander';
import { formatCursor } from '../../../protocol/cursor.ts';
import type { Point } from '../../../protocol/point.ts';
import type { Ledger } from '../../client.ts';
import type { Export, ExportSummary } from '../../export/export.ts';
import { type FileFormat, fileFormats, formatOfName } from '../../file-format.ts';
import type { ExportTableOptions } from '../../options.ts';
import { addAsOfOption, now, readEnd } from '../as-of.ts';
import { interrupted, usageError } from '../cli-error.ts';
import type { Context } from '../context.ts';
import { findTableAt } from '../definitions.ts';
import { fileError } from '../file-error.ts';
import { show } from '../print/paint.ts';
import { count } from '../print/time.ts';
import { Progress } from '../progress.ts';
import { collect } from '../rows.ts';
import { readFilter, readSort } from '../syntax/condition.ts';
import { readStart } from '../syntax/position.ts';
import { describedCommand } from '../verb.ts';
import { readPositive } from '../write-options.ts';

interface Options {
  readonly log?: true;
  readonly from?: Point;
  readonly to?: Point | typeof now;
  readonly asOf?: Point;
  readonly where?: readonly string[];
  readonly sort?: string;
  readonly search?: string;
  readonly limit?: number;
  readonly format?: FileFormat;
  readonly out?: string;
  readonly escapeFormulas?: true;
  readonly open?: true;
  readonly proof?: true;
}

/** `rowcast export TABLE`, `rowcast export --log`: a file, whole or not at all. */
export function exportCommand(context: () => Context): Command {
  const command = describedCommand({
    name: 'export',
    summary: 'a table, a query or the log as a file: CSV, JSON or NDJSON',
    notes: [
      'All rows are of one state, whatever is written meanwhile, and every value comes in its one exact form. In a CSV an',
      'empty field is an empty cell, and "" the empty text. With --out the file is there whole or not at all.',
      'Sealed cells are commitments; --open gives their values, to administrators.',
      "--escape-formulas puts a ' ahead of texts that a spreadsheet would run (=, +, -, @). Such a file is for",
      'spreadsheets only: it does not read back exactly.',
    ],
    examples: [
      'export employees --out employees.csv',
      'export employees --as-of 2025-closed --where job=engineer --format ndjson',
      'export employees --out employees.csv --proof',
      'export --log --from 1042 --out changes.ndjson',
    ],
  })
    .argument('[table]', 'with --log: only its changes')
    .option('--out <file>', 'where to; else to standard output')
    .option('--format <format>', 'csv, json or ndjson; else by the ending of the file, or csv', readFormat)
    .option('--where <condition>', 'only rows that match, as in list; may be given several times', collect)
    .option('--search <text>', 'only rows that hold a text')
    .option('--sort <columns>', 'COLUMN or COLUMN:desc, separated by commas; else by key as text')
    .option('--limit <n>', 'at most so many rows', readPositive)
    .option('--escape-formulas', 'CSV: make what a spreadsheet would run harmless')
    .option('--proof', 'with --out: write FILE.proof beside it, for npx rowcast verify FILE')
    .option('--open', 'the values of sealed cells, for administrators');
  return addAsOfOption(command)
    .option('--log', 'the log in place of a table')
    .option(
      '--from <point>',
      'with --log: the first change or day, or the time or tag behind which it begins',
      readStart,
    )
    .option('--to <point>', 'with --log: the last change, or a time, a day or a tag', readEnd)
    .action((table: string | undefined, options: Options) => runExport(context(), table, options));
}

function readFormat(text: string): FileFormat {
  const format = fileFormats.find((one) => one === text);
  if (format === undefined) throw new InvalidArgumentError('Write csv, json or ndjson.');
  return format;
}

async function runExport(context: Context, table: string | undefined, options: Options): Promise<void> {
  const format = formatOf(context, options);
  checkProof(options, format);
  if (options.escapeFormulas === true && format !== 'csv') {
    throw usageError('--escape-formulas is for spreadsheets, which read CSV: leave it out, or write --format csv');
  }
  const chosen =
    options.log === true ? chooseLog(context, table, options, format) : chooseTable(context, table, options, format);
  const exported = await chosen;
  if (options.out === undefined) await print(context, exported);
  else await save(context, exported, options.out, options.proof);
}

function checkProof({ proof, out, open, log }: Options, format: FileFormat): void {
  if (proof !== true) return;
  if (out === undefined) throw usageError('--proof stands beside a file: name it with --out');
  if (open === true)
    throw usageError('--proof is of what everybody has, and --open gives values instead: leave one out');
  if (log === true && format === 'csv') {
    throw usageError('the proof of a log is of its own lines: write --format ndjson or json, or leave --proof out');
  }
}

/** A program that asks for JSON wants a value a line. */
function formatOf(context: Context, { format, out, log }: Options): FileFormat {
  const named = format ?? (out === undefined ? undefined : formatOfName(out));
  return named ?? (context.json || log === true ? 'ndjson' : 'csv');
}

const ofTables = ['asOf', 'where', 'search', 'sort', 'limit', 'open'] as const;

async function chooseLog(
  context: Context,
  table: string | undefined,
  options: Options,
  format: FileFormat,
): Promise<Export> {
  const misfit = ofTables.find((name) => options[name] !== undefined);
  if (misfit !== undefined) {
    throw usageError(
      `--${misfit === 'asOf' ? 'as-of' : misfit} is of a table, and --log of its changes; use --from and --to`,
    );
  }
  const ledger = await context.ledger();
  const { from, escapeFormulas } = options;
  const to = options.to === now ? undefined : options.to;
  return ledger.exportLog({ table, from, to, format, escapeFormulas, signal: context.signal });
}

async function chooseTable(
  context: Context,
  name: string | undefined,
  options: Options,
  format: FileFormat,
): Promise<Export> {
  if (name === undefined) throw usageError('name the table, or write --log for the whole log');
  if (options.from !== undefined || options.to !== undefined) {
    throw usageError('--from and --to are of the log: add --log, or write --as-of for a table as it was');
  }
  // What the words mean is told by the columns of then, and the rows are of the same moment.
  const { table, cursor } = await findTableAt(context, name, options.asOf);
  const { definition } = table;
  const query: ExportTableOptions = {
    format,
    asOf: cursor,
    filter: options.where && readFilter(definition, options.where),
    sort: options.sort === undefined ? undefined : readSort(definition, options.sort),
    search: options.search,
    rowsMax: options.limit,
    escapeFormulas: options.escapeFormulas,
    open: options.open,
    signal: context.signal,
  };
  const ledger: Ledger = await context.ledger();
  return ledger.exportTable(definition.name, query);
}

async function print(context: Context, exported: Export): Promise<void> {
  for await (const text of exported) {
    if (context.signal.aborted) throw interrupted();
    await context.out.write(text);
  }
}

async function save(context: Context, exported: Export, path: string, proof?: true): Promise<void> {
  const progress = new Progress(context);
  let summary: ExportSummary;
  try {
    summary = await exported.save(path, { proof, onProgress: ({ records }) => progress.show(`exported ${records}`) });
  } catch (error) {
    throw fileError(error, path);
  } finally {
    progress.clear();
  }
  await report(context, path, summary);
  if (proof === true) await context.note(`its proof is ${path}.proof; check both anywhere: npx rowcast verify ${path}`);
}

async function report(
  context: Context,
  path: string,
  { cursor, records, bytes, sha256 }: ExportSummary,
): Promise<void> {
  if (context.json) {
    await context.printJson({ file: path, cursor: formatCursor(cursor), records, bytes, sha256 });
    return;
  }
  const { paint } = context.out;
  await context.print(
    `${show(path, paint)}: ${count(records, 'record')}, ${bytes.toLocaleString('en')} bytes, as of #${cursor.seq}`,
  );
}
