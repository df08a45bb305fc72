import { createHash } from 'node:crypto';
import type { Cursor } from '../../protocol/cursor.ts';
import { RowcastError } from '../errors.ts';
import type { ExportSource } from './export-source.ts';
import { NewFile } from './new-file.ts';
import type { Prover } from './proof/prover.ts';
import { sidecarOf } from './proof/sidecar.ts';
import { sidecarTexts } from './proof/write-sidecar.ts';
import { Renderer, type RenderOptions } from './renderer.ts';

export interface ExportOptions extends RenderOptions {
  readonly signal?: AbortSignal | undefined;
  /** It holds values that are sealed: a saved file is its owner's alone to read. */
  readonly open?: boolean | undefined;
}

/** What was exported. */
export interface ExportSummary {
  /** As of where. */
  readonly cursor: Cursor;
  /** Rows, or entries. */
  readonly records: number;
  /** Of the file, in UTF-8. */
  readonly bytes: number;
  /** Of the file, in hexadecimal. */
  readonly sha256: string;
}

export interface SaveOptions {
  /** Writes `FILE.proof` beside it, by which {@link verifyFile} checks the file without the server. */
  readonly proof?: boolean | undefined;
  readonly onProgress?: ((progress: { readonly records: number }) => void) | undefined;
}

/**
 * A file in the making: iterate over its text, or {@link Export.save} it. It is read anew each time, as of one state,
 * whatever is written meanwhile, and never held whole.
 *
 * @example
 * await ledger.exportTable('rates', { format: 'csv', asOf: { tag: '2025-closed' } }).save('rates.csv');
 */
export class Export<Item = unknown> implements AsyncIterable<string> {
  readonly #open: () => Promise<ExportSource<Item>>;
  readonly #options: ExportOptions;
  #summary: ExportSummary | undefined;

  constructor(open: () => Promise<ExportSource<Item>>, options: ExportOptions) {
    this.#open = open;
    this.#options = options;
  }

  /** Of what was read last, to its end; undefined before. */
  get summary(): ExportSummary | undefined {
    return this.#summary;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<string, void, undefined> {
    yield* this.#texts(await this.#open());
  }

  /**
   * The proof of the file, part by part, as {@link Export.save} writes it beside it. Everything is read once more for it:
   * give what is exported an `asOf` with its epoch, so that file and proof are of one state.
   * @throws RowcastError `bad_request` when there is none for such a file, and `too_large`
   */
  async *proof(): AsyncGenerator<string, void, undefined> {
    const source = await this.#open();
    const prover = this.#prover(source);
    const texts = this.#texts(source, (items) => prover.take(items));
    // Only what it adds up to matters.
    for await (const _ of texts);
    const summary = this.#whole;
    yield* sidecarTexts({ ...source, summary, proof: await prover.finish(), options: this.#options });
  }

  /**
   * Writes the file whole or not at all: under a name of its own beside `path`, and under that name when it is on the
   * disk. What stood there before stays until then. A device or a pipe is written into.
   * @throws RowcastError, and the system's own error when it cannot be written
   */
  async save(path: string, { proof = false, onProgress }: SaveOptions = {}): Promise<ExportSummary> {
    await using file = await NewFile.beside(path, { isPrivate: this.#options.open });
    if (proof && !file.isFile)
      throw new RowcastError('bad_request', `a proof stands beside a file, and ${path} is none`);
    const source = await this.#open();
    const prover = proof ? this.#prover(source) : undefined;
    let records = 0;
    const texts = this.#texts(source, async (items) => {
      records += items.length;
      await prover?.take(items);
      onProgress?.({ records });
    });
    for await (const text of texts) await file.write(text);
    const summary = this.#whole;
    await using sidecar = prover && (await NewFile.beside(sidecarOf(path)));
    if (prover !== undefined && sidecar !== undefined) {
      for (const text of sidecarTexts({ ...source, summary, proof: await prover.finish(), options: this.#options })) {
        await sidecar.write(text);
      }
    }
    // Both are on the disk before either has its name: what fails until then leaves a pair that was there as it was.
    await sidecar?.finish();
    await file.finish();
    // First the proof: a file that has its name has its proof too.
    await sidecar?.keep();
    await file.keep();
    return summary;
  }

  /** Of what was read to its end just now. */
  get #whole(): ExportSummary {
    if (this.#summary !== undefined) return this.#summary;
    throw new RowcastError('aborted', 'the export was given up');
  }

  #prover({ prover }: ExportSource<Item>): Prover<Item> {
    if (prover !== undefined) return prover();
    throw new RowcastError(
      'bad_request',
      'there is no proof for such a file: leave values sealed, and the log its own lines',
    );
  }

  async *#texts(
    { cursor, shape, pages }: ExportSource<Item>,
    onItems: (items: readonly Item[]) => Promise<void> = async () => undefined,
  ): AsyncGenerator<string, void, undefined> {
    const { signal } = this.#options;
    const renderer = new Renderer(shape, this.#options);
    const hash = createHash('sha256');
    let bytes = 0;
    const count = (text: string): string => {
      hash.update(text);
      bytes += Buffer.byteLength(text);
      return text;
    };
    this.#summary = undefined;
    yield count(renderer.begin());
    for await (const items of pages) {
      if (signal?.aborted) throw new RowcastError('aborted', 'the export was given up');
      await onItems(items);
      yield count(renderer.items(items));
    }
    yield count(renderer.end());
    this.#summary = { cursor, records: renderer.count, bytes, sha256: hash.digest('hex') };
  }
}
