import { createHash } from 'node:crypto';
import type { Cursor } from '../../protocol/cursor.ts';
import { RowcastError } from '../errors.ts';
import type { ExportSource } from './export-source.ts';
import { NewFile } from './new-file.ts';
import { Renderer, type RenderOptions } from './renderer.ts';

export interface ExportOptions extends RenderOptions {
  readonly signal?: AbortSignal | undefined;
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
    yield* this.#texts();
  }

  /**
   * Writes the file whole or not at all: under a name of its own beside `path`, and under that name when it is on the
   * disk. What stood there before stays until then.
   * @throws RowcastError, and the system's own error when it cannot be written
   */
  async save(path: string, { onProgress }: SaveOptions = {}): Promise<ExportSummary> {
    await using file = await NewFile.beside(path);
    let records = 0;
    for await (const text of this.#texts((items) => {
      records += items.length;
    })) {
      await file.write(text);
      onProgress?.({ records });
    }
    await file.keep();
    if (this.#summary === undefined) throw new RowcastError('aborted', 'the export was given up');
    return this.#summary;
  }

  async *#texts(onItems?: (items: readonly Item[]) => void): AsyncGenerator<string, void, undefined> {
    const { cursor, shape, pages } = await this.#open();
    const { signal } = this.#options;
    const renderer = new Renderer(shape, this.#options);
    const hash = createHash('sha256');
    let bytes = 0;
    const count = (text: string): string => {
      hash.update(text);
      bytes += Buffer.byteLength(text);
      return text;
    };
    yield count(renderer.begin());
    for await (const items of pages) {
      if (signal?.aborted) throw new RowcastError('aborted', 'the export was given up');
      onItems?.(items);
      yield count(renderer.items(items));
    }
    yield count(renderer.end());
    this.#summary = { cursor, records: renderer.count, bytes, sha256: hash.digest('hex') };
  }
}
