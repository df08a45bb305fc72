import type { FileReading } from './file-reading.ts';
import type { ImportOptions } from './import-options.ts';
import { KeyIndex } from './key-index.ts';
import { ProblemList } from './problem-list.ts';
import { type FileRow, RowReader } from './row-reader.ts';
import { Spool } from './spool.ts';
import type { Target } from './target.ts';
import { rowsPerTurn, turn } from './turn.ts';

/** The rows of a file by the types of their table, on disk, and what is wrong with the others. */
export interface FileRows {
  readonly rows: Spool<FileRow>;
  /** Finds the place of a row by a key that it has or had. */
  readonly find: (key: string) => number | undefined;
  readonly problems: ProblemList;
}

/** Judges every record of a file. @throws when the signal is aborted, its reason */
export async function readRows(
  reading: FileReading,
  target: Target,
  { signal, onProgress, mode = 'insert' }: Pick<ImportOptions, 'signal' | 'onProgress' | 'mode'>,
): Promise<FileRows> {
  const rows = await Spool.open<FileRow>();
  const problems = new ProblemList();
  const index = new KeyIndex(reading.records.length, (row) => rows.at(row).key);
  let formerIndex: KeyIndex | undefined;
  const isTaken = (key: string): boolean => index.find(key) !== undefined;
  const reader = new RowReader(target, { form: reading.form, mode, isTaken });
  try {
    let seen = 0;
    for (const record of reading.records) {
      seen += 1;
      if (seen % rowsPerTurn === 0) {
        onProgress?.({ phase: 'checking', done: seen, of: reading.records.length });
        await turn(signal);
      }
      const read = 'values' in record ? reader.read(record) : { problems: [record] };
      if ('problems' in read) problems.add(...read.problems);
      else {
        const place = rows.length;
        addRow(read, { rows, index, problems, column: target.definition.key });
        if (read.former === undefined || rows.length === place) continue;
        formerIndex ??= new KeyIndex(reading.records.length, (row) => rows.at(row).former ?? '');
        formerIndex.add(read.former, place);
      }
    }
    return { rows, find: (key) => index.find(key) ?? formerIndex?.find(key), problems };
  } catch (error) {
    await rows.close();
    throw error;
  }
}

interface Adding {
  readonly rows: Spool<FileRow>;
  readonly index: KeyIndex;
  readonly problems: ProblemList;
  /** Of the key. */
  readonly column: string | undefined;
}

function addRow(row: FileRow, { rows, index, problems, column }: Adding): void {
  const twin = index.add(row.key, rows.length);
  if (twin === undefined) {
    rows.append(row);
    return;
  }
  const reason = `the key ${JSON.stringify(row.key)} stands on line ${rows.at(twin).line} already`;
  problems.add({ line: row.line, column, reason });
}
