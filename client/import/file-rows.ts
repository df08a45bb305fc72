import type { FileReading } from './file-reading.ts';
import type { ImportOptions } from './import-options.ts';
import { OnceValues } from './once-values.ts';
import { ProblemList } from './problem-list.ts';
import { type BadFileRow, type FileRow, RowReader } from './row-reader.ts';
import { Spool } from './spool.ts';
import type { Target } from './target.ts';
import { rowsPerTurn, turn } from './turn.ts';
import { UniqueValues } from './unique-values.ts';

/** The rows of a file by the types of their table, on disk, and what is wrong with the others. */
export interface FileRows {
  readonly rows: Spool<FileRow>;
  /** Finds the place of a row by a key that it has or had. */
  readonly find: (key: string) => number | undefined;
  readonly unique: UniqueValues;
  readonly problems: ProblemList;
}

/** Judges every record of a file. @throws when the signal is aborted, its reason */
export async function readRows(
  reading: FileReading,
  target: Target,
  { signal, onProgress, mode = 'insert' }: Pick<ImportOptions, 'signal' | 'onProgress' | 'mode'>,
): Promise<FileRows> {
  const rows = await Spool.open<FileRow>();
  const gatherer = new Gatherer(rows, target, reading.records.length);
  const isTaken = (key: string): boolean => gatherer.find(key) !== undefined;
  const reader = new RowReader(target, { form: reading.form, mode, isTaken });
  try {
    let seen = 0;
    for (const record of reading.records) {
      seen += 1;
      if (seen % rowsPerTurn === 0) {
        onProgress?.({ phase: 'checking', done: seen, of: reading.records.length });
        await turn(signal);
      }
      gatherer.add('values' in record ? reader.read(record) : { line: record.line, problems: [record], cells: {} });
    }
    return gatherer;
  } catch (error) {
    await rows.close();
    throw error;
  }
}

class Gatherer implements FileRows {
  readonly rows: Spool<FileRow>;
  readonly unique: UniqueValues;
  readonly problems = new ProblemList();
  readonly #keyColumn: string | undefined;
  readonly #rowsMax: number;
  readonly #keys: OnceValues;
  #formerKeys: OnceValues | undefined;

  constructor(rows: Spool<FileRow>, target: Target, rowsMax: number) {
    this.rows = rows;
    this.unique = new UniqueValues(target, rows, rowsMax);
    this.#keyColumn = target.definition.key;
    this.#rowsMax = rowsMax;
    this.#keys = new OnceValues(rows, rowsMax, ({ key }) => key);
  }

  readonly find = (key: string): number | undefined => this.#keys.find(key) ?? this.#formerKeys?.find(key);

  add(row: FileRow | BadFileRow): void {
    const twin = row.key === undefined ? undefined : this.#keys.lineOf(row.key);
    if ('problems' in row) this.problems.add(...row.problems);
    if (twin !== undefined) {
      const reason = `the key ${JSON.stringify(row.key)} stands on line ${twin} already`;
      this.problems.add({ line: row.line, column: this.#keyColumn, reason });
    } else if ('problems' in row) this.#noteBad(row);
    else this.#keep(row);
  }

  #noteBad(row: BadFileRow): void {
    if (row.key !== undefined) this.#keys.addBad(row.key, row.line);
    this.problems.add(...this.unique.add(row, undefined));
  }

  #keep(row: FileRow): void {
    const place = this.rows.length;
    this.rows.append(row);
    this.#keys.add(row.key, place);
    this.problems.add(...this.unique.add(row, place));
    if (row.former === undefined) return;
    this.#formerKeys ??= new OnceValues(this.rows, this.#rowsMax, ({ former }) => former ?? '');
    this.#formerKeys.add(row.former, place);
  }
}
