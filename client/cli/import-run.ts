import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { addAbortSignal } from 'node:stream';
import { onAbort } from '../abort.ts';
import { RowcastError } from '../errors.ts';
import type { FileFormat } from '../file-format.ts';
import type { Encoding } from '../import/decode.ts';
import type { Import, ImportResult } from '../import/import.ts';
import { ImportError } from '../import/import-error.ts';
import type { ImportMode, ImportOptions, ImportProgress } from '../import/import-options.ts';
import { CliError, interrupted } from './cli-error.ts';
import { confirm } from './confirm.ts';
import type { Context } from './context.ts';
import { exitCodeOf } from './exit-codes.ts';
import { fileError } from './file-error.ts';
import { ImportProgressBar } from './import-progress.ts';
import { previewLines } from './print/import-preview.ts';
import { readColumnTypes, readDelimiter } from './syntax/import-words.ts';
import { rangeText } from './syntax/reverted.ts';

export interface ImportVerbOptions {
  readonly mode: ImportMode;
  readonly key?: string | false;
  readonly type?: readonly string[];
  readonly skip?: readonly string[];
  readonly format?: FileFormat;
  readonly encoding?: Encoding;
  readonly delimiter?: string;
  readonly header: boolean;
  readonly expectRows?: number;
  readonly dryRun?: true;
  readonly yes?: true;
  readonly why?: string;
}

interface ImportRun {
  readonly file: string;
  readonly table: string;
  readonly options: ImportVerbOptions;
}

/** Reads a file, shows what it would do, asks, and does it. */
export async function runImport(context: Context, run: ImportRun): Promise<void> {
  const bar = new ImportProgressBar(context);
  try {
    const plan = await prepare(context, run, bar);
    try {
      bar.clear();
      await commit(context, { ...run, plan, bar });
    } finally {
      await plan.close();
    }
  } catch (error) {
    bar.clear();
    // Of the file itself it was told where it is read: what else is on a disk is the import's own.
    if (!(context.signal.aborted && isAbort(error))) throw fileError(error, 'the temporary file');
    await context.note('interrupted; nothing was written');
    throw interrupted();
  } finally {
    bar.clear();
  }
}

/** Whether it is how what was given up ends. What else goes wrong is told, also when somebody has pressed Ctrl-C. */
function isAbort(error: unknown): boolean {
  return error instanceof RowcastError
    ? error.code === 'aborted'
    : error instanceof Error && error.name === 'AbortError';
}

async function prepare(context: Context, { file, table, options }: ImportRun, bar: ImportProgressBar): Promise<Import> {
  const bytes =
    file === '-'
      ? addAbortSignal(context.signal, process.stdin)
      : bar.counted(...(await openFile(file, context.signal)));
  const ledger = await context.ledger();
  const importOptions: ImportOptions = {
    table,
    mode: options.mode,
    key: options.key,
    types: options.type && readColumnTypes(options.type),
    skip: options.skip,
    name: file === '-' ? undefined : file,
    format: options.format,
    encoding: options.encoding,
    delimiter: options.delimiter === undefined ? undefined : readDelimiter(options.delimiter),
    header: options.header,
    expectRows: options.expectRows,
    dryRun: options.dryRun,
    signal: context.signal,
    onProgress: (progress) => bar.tell(progress),
  };
  return await ledger.import(bytes, importOptions);
}

async function openFile(file: string, signal: AbortSignal): Promise<[AsyncIterable<Uint8Array>, number]> {
  try {
    const { size } = await stat(file);
    return [readOf(file, signal), size];
  } catch (cause) {
    throw fileError(cause, file);
  }
}

/** A folder, and much else, is only refused when it is read. */
async function* readOf(file: string, signal: AbortSignal): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield* createReadStream(file, { signal });
  } catch (cause) {
    throw fileError(cause, file);
  }
}

interface Committing extends ImportRun {
  readonly plan: Import;
  readonly bar: ImportProgressBar;
}

/** Problems that a person is shown at once. */
const shownProblems = 50;

async function commit(context: Context, { file, table, options, plan, bar }: Committing): Promise<void> {
  const { preview } = plan;
  const { problems, problemCount, counts } = preview;
  const name = file === '-' ? 'standard input' : basename(file);
  if (problemCount > 0) {
    const shown = context.json ? problems : problems.slice(0, shownProblems);
    throw new ImportError('invalid', `${name} cannot be imported as it is; nothing was written`, {
      problems: shown,
      more: problemCount - shown.length,
      next: `mend these lines, and import it again${shown.length < problems.length ? '; --json lists them all' : ''}`,
    });
  }
  const { paint, width } = context.out;
  if (!context.json) await context.print(...previewLines(preview, { paint, width, file: name }));
  const isNothing = !preview.isNew && counts.inserts + counts.updates + counts.deletes === 0;
  if (options.dryRun === true || isNothing) {
    if (context.json) await context.printJson({ ...preview, changed: false, changes: 0 });
    else
      await context.print(
        paint.strong(isNothing ? 'it is so already; nothing was recorded' : 'dry run: nothing was written'),
      );
    return;
  }
  await confirm(context, `Import this into ${table}?`, options);
  const result = await record(context, { plan, bar, why: options.why });
  if (context.json) {
    await context.printJson({ ...preview, ...result });
    return;
  }
  const { changes, seq = 0 } = result;
  const range = rangeText(seq, changes);
  const number = changes === 1 ? '1 change' : `${changes.toLocaleString('en')} changes in one set`;
  await context.print(`imported ${name} into ${table}: ${number} (#${range.replace('..', ' to #')})`);
  await context.note(`look at it: npx rowcast list ${table}`);
  await context.note(`take it back: npx rowcast revert ${range}`);
}

interface Recording {
  readonly plan: Import;
  readonly bar: ImportProgressBar;
  readonly why: string | undefined;
}

/** @throws CliError that says how an unknown outcome is settled: an import that was done finds nothing to do */
async function record(context: Context, { plan, bar, why }: Recording): Promise<ImportResult> {
  const stop = new AbortController();
  let phase: ImportProgress['phase'] = 'sending';
  const onInterrupt = (): void => {
    if (phase === 'sending') stop.abort();
    else void context.note('it is being recorded and cannot be stopped any more; Ctrl-C again leaves without waiting');
  };
  const onProgress = (progress: ImportProgress): void => {
    phase = progress.phase;
    bar.tell(progress);
  };
  // It may have been pressed already: between the preview and here, or while the question was answered.
  const forget = onAbort(context.signal, onInterrupt);
  try {
    return await plan.commit({ why, signal: stop.signal, onProgress });
  } catch (error) {
    if (!(error instanceof RowcastError && error.outcomeUnknown)) throw error;
    throw new CliError(`${error.message}; it is not known whether the import was recorded`, {
      code: error.code,
      exit: exitCodeOf(error.code),
      next: 'run the same import again: if it was recorded, it changes nothing',
      cause: error,
    });
  } finally {
    forget();
    bar.clear();
  }
}
