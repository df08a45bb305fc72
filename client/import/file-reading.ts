import { limits } from '../../protocol/limits.ts';
import type { ColumnType } from '../../protocol/values.ts';
import type { FileFormat } from '../file-format.ts';
import { ColumnGuess } from './column-guess.ts';
import { type CsvOptions, CsvSource } from './csv-records.ts';
import { decodeText, type Encoding } from './decode.ts';
import { findFormat } from './format.ts';
import { ImportError } from './import-error.ts';
import { importLimits } from './import-limits.ts';
import { JsonSource } from './json-records.ts';
import type { BadRow, RawRecord, ValueForm } from './raw-record.ts';
import { Spool } from './spool.ts';
import { rowsPerTurn, turn } from './turn.ts';
import { UniqueColumns } from './unique-columns.ts';

export interface ReadFileOptions extends CsvOptions {
  /** Told from the file's name and beginning when left out. */
  readonly format?: FileFormat | undefined;
  /** UTF-8 or UTF-16 when left out, as the file's beginning tells. */
  readonly encoding?: Encoding | undefined;
  /** The file's name: its ending tells the format. */
  readonly name?: string | undefined;
  /** Whether a key is looked for among the columns, which takes memory for each row; it is unless given. */
  readonly guessKey?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called now and then with the rows that were read. */
  readonly onRows?: ((rows: number) => void) | undefined;
}

/** A column as the whole file shows it. */
export interface FileColumn {
  readonly name: string;
  /** Its place in the records. */
  readonly index: number;
  readonly type: ColumnType;
  /** Cells that are not empty. */
  readonly filled: number;
  readonly samples: readonly string[];
}

/** A file that was read once, to its end: what it is, and its records on disk. */
export interface FileReading {
  readonly format: FileFormat;
  readonly encoding: Encoding;
  readonly delimiter?: string | undefined;
  readonly form: ValueForm;
  readonly columns: readonly FileColumn[];
  /** A column that is filled in every row, with each value once, and is called as keys are or stands first. */
  readonly keyGuess: string | undefined;
  readonly notes: readonly string[];
  readonly records: Spool<RawRecord | BadRow>;
}

/** Reads a file of any size. @throws ImportError, and when the signal is aborted its reason */
export async function readFile(bytes: AsyncIterable<Uint8Array>, options: ReadFileOptions): Promise<FileReading> {
  // First, as nothing would end the reading of what was begun if this failed.
  const records = await Spool.open<RawRecord | BadRow>();
  try {
    const { encoding, chunks } = await decodeText(bytes, options.encoding);
    const { head, text, isWhole } = await peek(chunks);
    const format = options.format ?? findFormat(options.name, head);
    const source = format === 'csv' ? new CsvSource(head, text, { ...options, isWhole }) : new JsonSource(format, text);
    const guesses: ColumnGuess[] = [];
    const unique = options.guessKey === false ? undefined : new UniqueColumns();
    for await (const record of source.records) {
      // Each costs memory, and a guess with every row: not only at the end.
      refuseMany(source.columns);
      records.append(record);
      if ('values' in record) {
        lookAt(record, { guesses, form: source.form });
        unique?.look(record, { names: source.columns, nothing: source.form === 'json' ? 'null' : '' });
      }
      if (records.length % rowsPerTurn === 0) {
        options.onRows?.(records.length);
        await turn(options.signal);
      }
    }
    refuseMany(source.columns);
    const nothing = source instanceof CsvSource ? source.nothing : new Set<number>();
    const columns = source.columns.map((name, index): FileColumn => {
      const { type, filled, samples } = guesses[index] ?? new ColumnGuess(source.form);
      return { name, index, type, filled, samples };
    });
    return {
      format,
      encoding,
      delimiter: source instanceof CsvSource ? source.delimiter : undefined,
      form: source.form,
      columns: columns.filter((_, index) => !nothing.has(index)),
      keyGuess:
        source instanceof JsonSource && source.keyColumn !== undefined ? source.keyColumn : unique?.best(columns),
      notes: [...source.notes.filter((note) => note !== ''), ...(unique?.isGivenUp ? [noKeyGuess] : [])],
      records,
    };
  } catch (error) {
    await records.close();
    throw error;
  }
}

const noKeyGuess = `more than ${importLimits.keyGuessRows.toLocaleString('en')} rows: no key is looked for; name it if there is one`;

/** A file without rows has columns too. */
function refuseMany({ length }: readonly string[]): void {
  if (length <= limits.columnsMax) return;
  throw new ImportError('unreadable', `the file has ${length} columns; a table has ${limits.columnsMax} at most`, {
    next: 'is it the right delimiter, or are keys taken for names?',
  });
}

function lookAt({ values }: RawRecord, { guesses, form }: { guesses: ColumnGuess[]; form: ValueForm }): void {
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index];
    if (value === undefined || value === null) continue;
    let guess = guesses[index];
    if (guess === undefined) guesses[index] = guess = new ColumnGuess(form);
    guess.add(value);
  }
}

interface Peeked {
  readonly head: string;
  readonly text: AsyncIterable<string>;
  /** Whether the head is all there is. */
  readonly isWhole: boolean;
}

/** The beginning, and the text from the beginning on. */
async function peek(chunks: AsyncIterable<string>): Promise<Peeked> {
  const iterator = chunks[Symbol.asyncIterator]();
  let head = '';
  let isWhole = false;
  while (head.length < importLimits.headBytes && !isWhole) {
    const next = await iterator.next();
    if (next.done === true) isWhole = true;
    else head += next.value;
  }
  async function* all(): AsyncGenerator<string, void, undefined> {
    try {
      if (head !== '') yield head;
      for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) yield next.value;
    } finally {
      await iterator.return?.();
    }
  }
  return { head, text: all(), isWhole };
}
