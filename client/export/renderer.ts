import { stringify } from 'csv-stringify/sync';
import type { FileFormat } from '../file-format.ts';
import { harmless } from './formulas.ts';
import type { RecordShape } from './record-shape.ts';

export interface RenderOptions {
  readonly format: FileFormat;
  /** In a CSV: texts that a spreadsheet would run as formulas get a `'` ahead. Such a file does not read back exactly. */
  readonly escapeFormulas?: boolean | undefined;
}

/**
 * Makes the text of a file, part by part. The same items give the same bytes, in whatever parts they come: whoever
 * verifies a file makes it once more and compares.
 *
 * A CSV has a line end of LF, the names first, and quotes where they are needed. An empty field is an empty cell, and
 * `""` is the empty text.
 */
export class Renderer<Item> {
  readonly #shape: RecordShape<Item>;
  readonly #options: RenderOptions;
  #count = 0;

  constructor(shape: RecordShape<Item>, options: RenderOptions) {
    this.#shape = shape;
    this.#options = options;
  }

  /** How many items there were. */
  get count(): number {
    return this.#count;
  }

  begin(): string {
    const { format } = this.#options;
    if (format === 'csv') return this.#csv([this.#shape.columns]);
    return format === 'json' ? '[' : '';
  }

  items(items: readonly Item[]): string {
    const isFirst = this.#count === 0;
    this.#count += items.length;
    if (items.length === 0) return '';
    const { format } = this.#options;
    if (format === 'csv') return this.#csv(items.map((item) => this.#shape.fields(item)));
    const lines = items.map((item) => this.#shape.json(item));
    if (format === 'ndjson') return `${lines.join('\n')}\n`;
    return `${isFirst ? '' : ','}\n${lines.join(',\n')}`;
  }

  end(): string {
    if (this.#options.format !== 'json') return '';
    return this.#count === 0 ? ']\n' : '\n]\n';
  }

  #csv(records: readonly (readonly (string | null)[])[]): string {
    const written =
      this.#options.escapeFormulas === true
        ? records.map((fields) => fields.map(harmless))
        : records.map((one) => [...one]);
    if (!written.some(isBlank)) return stringify(written, { quoted_match: emptyText });
    return written.map((one) => stringify([one], { quoted_match: isBlank(one) ? anyText : emptyText })).join('');
  }
}

/** Only a text is matched, so what is null stays without quotes. */
const emptyText = /^$/;
const anyText = /^/;

/** Without quotes it would be read as a row that a spreadsheet has left empty, and skipped. */
function isBlank(fields: readonly (string | null)[]): boolean {
  return fields.every((field) => field === null || field.trim() === '');
}
