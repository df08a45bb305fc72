import { RowcastError } from '../errors.ts';
import type { LargeBatchProgress } from '../large-batch.ts';
import { Comparison } from './comparison.ts';
import { type FileReading, readFile } from './file-reading.ts';
import { readRows } from './file-rows.ts';
import { ImportError } from './import-error.ts';
import type { ImportLedger } from './import-ledger.ts';
import type { ImportOptions, ImportProgress } from './import-options.ts';
import { type ImportPreview, previewOf } from './import-preview.ts';
import { judge, placed, stepCount, stepsOf } from './import-steps.ts';
import { tableRows } from './table-rows.ts';
import { findTarget, type Target } from './target.ts';
import { rowsPerTurn } from './turn.ts';

export interface ImportCommitOptions {
  /** The command's; made when left out. Under it the same import may be committed again: it takes effect once. */
  readonly id?: string | undefined;
  /** The reason, which stands in the log for ever. */
  readonly why?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: ImportProgress) => void) | undefined;
}

/** What an import has done: one command, or none where everything was so already. */
export interface ImportResult {
  readonly changed: boolean;
  readonly changes: number;
  /** The id of the command, by which a revert names it: `ledger.revert({ command })` takes the whole import back. */
  readonly command?: string | undefined;
  /** Of its last change. */
  readonly seq?: number | undefined;
  readonly epoch?: string | undefined;
}

/** A file that was read and held against its table. Close it: it has files of its own on disk. */
export class Import {
  readonly #ledger: ImportLedger;
  readonly #target: Target;
  readonly #comparison: Comparison;
  readonly #preview: ImportPreview;

  private constructor(
    ledger: ImportLedger,
    parts: { readonly target: Target; readonly comparison: Comparison; readonly preview: ImportPreview },
  ) {
    this.#ledger = ledger;
    this.#target = parts.target;
    this.#comparison = parts.comparison;
    this.#preview = parts.preview;
  }

  /** @throws ImportError when the file cannot be read or does not fit; RowcastError */
  static async prepare(
    ledger: ImportLedger,
    bytes: AsyncIterable<Uint8Array>,
    options: ImportOptions,
  ): Promise<Import> {
    await refuseViewers(ledger, options);
    const { onProgress, signal } = options;
    const { tables } = await ledger.tables({ signal });
    const existing = tables.find(({ definition }) => definition.name === options.table);
    const reading = await readFile(bytes, {
      ...options,
      guessKey: existing === undefined && options.key === undefined,
      onRows: (done) => onProgress?.({ phase: 'reading', done }),
    });
    try {
      refuseOtherCount(reading, options);
      return await Import.#compare(ledger, findTarget(reading, options, existing), { reading, options });
    } finally {
      await reading.records.close();
    }
  }

  static async #compare(
    ledger: ImportLedger,
    target: Target,
    { reading, options }: { readonly reading: FileReading; readonly options: ImportOptions },
  ): Promise<Import> {
    const { signal, onProgress, mode = 'insert' } = options;
    const file = await readRows(reading, target, options);
    const { rows } = file;
    let comparison: Comparison | undefined;
    try {
      comparison = await Comparison.open({ target, mode, file });
      if (!target.isNew) {
        let seen = 0;
        for await (const row of tableRows(ledger, { target, mode, rows, signal })) {
          comparison.see(row);
          seen += 1;
          if (seen % rowsPerTurn === 0) onProgress?.({ phase: 'comparing', done: seen, of: target.rows });
        }
      }
      await comparison.finish(signal);
      const isJudged = await judge({ ledger, comparison, target, options });
      const preview = previewOf({ reading, target, comparison, mode, isJudged });
      return new Import(ledger, { target, comparison, preview });
    } catch (error) {
      await comparison?.close();
      throw error;
    } finally {
      await rows.close();
    }
  }

  get preview(): ImportPreview {
    return this.#preview;
  }

  /**
   * Does it: one command, which takes effect whole or not at all. Rows that were changed since the preview are refused.
   * When the outcome is unknown, commit it again under the same id; or where it is lost, prepare the same import again: it
   * finds nothing to do if it was done.
   * @throws ImportError with the lines that are refused, RowcastError
   */
  async commit({ id, why, signal, onProgress }: ImportCommitOptions = {}): Promise<ImportResult> {
    const { problems, problemCount } = this.#preview;
    if (problemCount > 0) throw new ImportError('invalid', 'the file has problems; nothing was written', { problems });
    const of = stepCount(this.#target, this.#comparison);
    if (of === 0) return { changed: false, changes: 0 };
    const told = ({ commands, committing, parts }: LargeBatchProgress): void =>
      onProgress?.({ phase: committing ? 'committing' : 'sending', done: commands, of, parts });
    try {
      const steps = stepsOf(this.#target, this.#comparison);
      const result = await this.#ledger.largeBatch(steps, { id, why, signal, onProgress: told });
      const { changed, changes = 0, command, seq, epoch } = result;
      return { changed, changes, command, seq, epoch };
    } catch (error) {
      throw placed(error, this.#target, this.#comparison);
    }
  }

  async close(): Promise<void> {
    await this.#comparison.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

function refuseOtherCount({ records }: FileReading, { expectRows = records.length }: ImportOptions): void {
  const { length } = records;
  if (length === expectRows) return;
  const found = length === 1 ? '1 row' : `${length.toLocaleString('en')} rows`;
  const expected = `${expectRows.toLocaleString('en')} ${expectRows === 1 ? 'is' : 'are'} expected`;
  throw new ImportError('invalid', `the file has ${found}, and ${expected}; nothing was written`, {
    next: length < expectRows ? 'was it cut off? get it once more' : 'is it the right file?',
  });
}

/** Before a large file is read for nothing. */
async function refuseViewers(ledger: ImportLedger, { signal }: ImportOptions): Promise<void> {
  const { role } = await ledger.request({ type: 'session.status' }, { signal });
  if (role !== 'administrator') throw new RowcastError('forbidden', 'only administrators may import');
}
