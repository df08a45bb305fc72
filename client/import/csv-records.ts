import { Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { csvOptions, findDialect } from './csv-dialect.ts';
import { HeaderNames } from './header.ts';
import { ImportError } from './import-error.ts';
import { importLimits } from './import-limits.ts';
import type { BadRow, RawRecord, RecordSource } from './raw-record.ts';

export interface CsvOptions {
  /** One character; told from the file when left out. */
  readonly delimiter?: string | undefined;
  /** Whether the first record names the columns; it does unless given. */
  readonly header?: boolean | undefined;
}

/** What csv-parse gives of a record: its fields, and the text they were cut from. */
interface CsvRecord {
  readonly record: readonly string[];
  readonly raw: string;
}

interface PlacedRecord extends CsvRecord {
  /** On which it begins, from 1. */
  readonly line: number;
}

/**
 * Records of delimited text. Whether an empty field was quoted, and on which line a record begins, is read from its own
 * text: csv-parse counts the line ends within quotes twice, and tells of quotes at four times the cost.
 */
export class CsvSource implements RecordSource {
  readonly form = 'text';
  readonly delimiter: string;
  readonly records: AsyncIterable<RawRecord | BadRow>;
  readonly #header = new HeaderNames();
  readonly #hasHeader: boolean;
  /** Columns without a name, of which nobody has seen a value yet. */
  readonly #unnamed = new Set<number>();
  #blank = 0;

  constructor(head: string, text: AsyncIterable<string>, options: CsvOptions & { readonly isWhole: boolean }) {
    const found = findDialect(head, options.isWhole);
    this.delimiter = options.delimiter ?? found.delimiter;
    this.#hasHeader = options.header ?? true;
    this.records = this.#read(withoutStart(text, found.skip), found.skip > 0 ? 2 : 1);
  }

  get columns(): readonly string[] {
    return this.#header.names;
  }

  get notes(): readonly string[] {
    if (this.#blank === 0) return this.#header.notes;
    const rows = this.#blank === 1 ? '1 row' : `${this.#blank.toLocaleString('en')} rows`;
    return [...this.#header.notes, `${rows} without any value: skipped`];
  }

  /** Columns that have neither a name nor a value: what a spreadsheet leaves at its right edge. */
  get nothing(): ReadonlySet<number> {
    return this.#unnamed;
  }

  async *#read(text: AsyncIterable<string>, firstLine: number): AsyncGenerator<RawRecord | BadRow, void, undefined> {
    let isFirst = true;
    for await (const { record, raw, line } of this.#parse(text, firstLine)) {
      if (isBlank(record, raw)) {
        this.#blank += 1;
        continue;
      }
      if (isFirst) this.#begin(record);
      const isHeader = isFirst && this.#hasHeader;
      isFirst = false;
      if (!isHeader) yield this.#toRecord(record, raw, line);
    }
    if (isFirst) throw new ImportError('unreadable', 'the file has no rows');
  }

  async *#parse(text: AsyncIterable<string>, firstLine: number): AsyncGenerator<PlacedRecord, void, undefined> {
    let next = firstLine;
    const parser = parse({
      ...csvOptions,
      delimiter: this.delimiter,
      raw: true,
      max_record_size: importLimits.recordUnitsMax,
      // Here and not where records come out, as those before an error are lost with it, and it tells the line too.
      on_record: (given) => {
        // The types do not know what `raw` makes of a record.
        const { record, raw } = given as unknown as CsvRecord;
        const { before, within } = lineEnds(raw);
        const line = next + before;
        next = line + within;
        return { record, raw, line } as unknown as string[];
      },
    });
    const source = Readable.from(text, { objectMode: false });
    source.once('error', (error) => parser.destroy(error));
    try {
      for await (const record of source.pipe(parser)) yield record as PlacedRecord;
    } catch (error) {
      throw error instanceof CsvError ? toImportError(error, next) : error;
    } finally {
      source.destroy();
    }
  }

  #begin(record: readonly string[]): void {
    for (const [index, field] of record.entries()) {
      if (this.#hasHeader && field.trim() === '') this.#unnamed.add(index);
      this.#header.add(this.#hasHeader ? field : `column_${index + 1}`);
    }
  }

  #toRecord(fields: readonly string[], raw: string, line: number): RawRecord | BadRow {
    const { length } = this.columns;
    // What spreadsheets leave at the right edge is no cell.
    const isRagged = fields.length < length || fields.slice(length).some((field) => field !== '');
    if (isRagged) {
      const found = `has ${fields.length} ${fields.length === 1 ? 'field' : 'fields'}`;
      return { line, reason: `${found} where there are ${length} columns` };
    }
    const quoted = fields.includes('') && raw.includes('""') ? quotedEmpties(raw, this.delimiter) : undefined;
    const values = fields
      .slice(0, length)
      .map((field, index) => (field === '' && quoted?.has(index) !== true ? null : field));
    for (const index of this.#unnamed) if (fields[index] !== '') this.#unnamed.delete(index);
    return { line, values };
  }
}

/** What spreadsheets save of rows that are formatted or were emptied. A quote, even around nothing, says that there is a value. */
function isBlank(fields: readonly string[], raw: string): boolean {
  return fields.every((field) => field.trim() === '') && !raw.includes('"');
}

function toImportError({ code, message }: CsvError, line: number): ImportError {
  if (code === 'CSV_QUOTE_NOT_CLOSED') {
    return new ImportError('unreadable', `in the row that begins on line ${line}, a quote is never closed`);
  }
  if (code === 'CSV_MAX_RECORD_SIZE') {
    const most = importLimits.recordUnitsMax.toLocaleString('en');
    return new ImportError('unreadable', `line ${line}: this row is longer than ${most} characters`, {
      next: 'is there a quote that is never closed?',
    });
  }
  return new ImportError('unreadable', `line ${line}: ${message}`);
}

/** Line ends ahead of a record (blank lines), and from its beginning to the next. A CRLF behind it has lost its LF. */
function lineEnds(raw: string): { readonly before: number; readonly within: number } {
  let start = 0;
  while (raw[start] === '\r' || raw[start] === '\n') start += 1;
  let within = 0;
  for (let at = start; at < raw.length; at += 1) {
    const unit = raw.charCodeAt(at);
    if (unit === 10 || (unit === 13 && raw.charCodeAt(at + 1) !== 10)) within += 1;
  }
  return { before: countEnds(raw.slice(0, start)), within };
}

function countEnds(text: string): number {
  return text.match(/\r\n|\r|\n/g)?.length ?? 0;
}

/** Which fields of a record are written `""`. */
function quotedEmpties(raw: string, delimiter: string): ReadonlySet<number> {
  const found = new Set<number>();
  let at = raw.search(/[^\r\n]/);
  for (let index = 0; at >= 0 && at <= raw.length; index += 1) {
    if (raw[at] === '"' && raw[at + 1] === '"' && isFieldEnd(raw, at + 2, delimiter)) found.add(index);
    const from = raw[at] === '"' ? closingQuote(raw, at) : at;
    const next = raw.indexOf(delimiter, from);
    if (next < 0) break;
    at = next + delimiter.length;
  }
  return found;
}

function isFieldEnd(raw: string, at: number, delimiter: string): boolean {
  return at >= raw.length || raw.startsWith(delimiter, at) || raw[at] === '\r' || raw[at] === '\n';
}

function closingQuote(raw: string, open: number): number {
  for (let at = raw.indexOf('"', open + 1); at >= 0; at = raw.indexOf('"', at + 2)) if (raw[at + 1] !== '"') return at;
  return raw.length;
}

async function* withoutStart(text: AsyncIterable<string>, units: number): AsyncGenerator<string, void, undefined> {
  let left = units;
  for await (const chunk of text) {
    const kept = chunk.slice(left);
    left = Math.max(0, left - chunk.length);
    if (kept !== '') yield kept;
  }
}
