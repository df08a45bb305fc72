import { formatCursor } from '../../protocol/cursor.ts';
import { RowcastError } from '../errors.ts';
import { type FileReport, verifyFile } from '../export/proof/verify-file.ts';
import { stateFolder } from '../state-folder.ts';
import { CliError, interrupted } from './cli-error.ts';
import type { Context } from './context.ts';
import { exitCodes } from './exit-codes.ts';
import { fileError } from './file-error.ts';
import { type Paint, show } from './print/paint.ts';
import { count } from './print/time.ts';

/** Verifies a file by the proof beside it, and says what that shows and what it does not. @throws CliError */
export async function showExport(context: Context, file: string, key: string | undefined): Promise<void> {
  const report = await check(context, file, key);
  if (context.json) await context.printJson({ verified: true, file, ...report, cursor: formatCursor(report.cursor) });
  else await context.print(...reportLines(file, report, context.out.paint));
}

async function check({ signal }: Context, file: string, key: string | undefined): Promise<FileReport> {
  try {
    return await verifyFile(file, { key, checkpoints: stateFolder(), signal });
  } catch (error) {
    if (signal.aborted) throw interrupted();
    throw error instanceof RowcastError ? notAsExported(file, error) : unreadable(file, error);
  }
}

function notAsExported(file: string, { message, code }: RowcastError): CliError {
  return new CliError(`${file} is not what was exported, or its proof is not: ${message}`, {
    code,
    exit: exitCodes.tampered,
    next: 'do not rely on it; get both files again from where they came, or export anew',
  });
}

function unreadable(file: string, error: unknown): unknown {
  const path = error instanceof Error && 'path' in error ? String(error.path) : file;
  const told = fileError(error, path);
  if (!(told instanceof CliError) || !path.endsWith('.proof')) return told;
  return new CliError(told.message, {
    ...{ code: told.code, exit: told.exit, cause: error },
    next: `an export is verified by the proof beside it: npx rowcast export … --out ${file} --proof`,
  });
}

function reportLines(file: string, report: FileReport, paint: Paint): string[] {
  const { what, cursor, records, bytes, entries, checkpoint } = report;
  const line = (name: string, text: string): string => `${paint.dim(name.padEnd(12))}${show(text, paint, 400)}`;
  const of = what.kind === 'table' ? `table ${what.definition.name}` : stretchWords(what);
  return [
    line('file', `${of}, ${count(records, 'record')}, ${bytes.toLocaleString('en')} bytes, as of #${cursor.seq}`),
    line('content', contentWords(what)),
    line(
      'log',
      `${count(entries, 'change')} shown to be among the ${checkpoint.size.toLocaleString('en')} that were signed, root ${checkpoint.root}`,
    ),
    line('key', keyWords(report)),
    line('not shown', missingWords(report)),
    `${paint.strong('verified')} ${show(file, paint)} is what the log had${report.key === 'unknown' ? ', if the key is the right one' : ''}.`,
  ];
}

function stretchWords({ table, first, last }: FileReport['what'] & { kind: 'log' }): string {
  return `log #${first} to #${last}${table === undefined ? '' : `, table ${table}`}`;
}

function contentWords(what: FileReport['what']): string {
  if (what.kind === 'log') return 'each line is an entry of the log, byte for byte';
  return 'each row is, byte for byte, what a change of the log made of it';
}

function keyWords({ key, verifier }: FileReport): string {
  if (key === 'given') return 'the one that was given';
  if (key === 'known') return 'the one that this program knows of this ledger';
  return `not known here: ask the operator whether it is ${verifier}`;
}

function missingWords({ what, complete, cursor }: FileReport): string {
  if (complete) return 'nothing is left open: no entry is missing';
  if (what.kind === 'log') return 'that no change of the table was left out: that takes the whole log';
  return `that no row was left out, or changed again before #${cursor.seq}: that takes the whole log`;
}
