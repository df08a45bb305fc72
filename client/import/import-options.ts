import type { ColumnType } from '../../protocol/values.ts';
import type { ReadFileOptions } from './file-reading.ts';

/**
 * What is done with the rows of a file:
 * - `insert`: they are new; one whose key is there with other values is a problem.
 * - `upsert`: those whose key is there are changed, in the columns that the file has.
 * - `mirror`: the table becomes what the file is; rows that are not in it are deleted.
 */
export const importModes = ['insert', 'upsert', 'mirror'] as const;
export type ImportMode = (typeof importModes)[number];

export interface ImportOptions extends Omit<ReadFileOptions, 'onRows' | 'guessKey'> {
  readonly table: string;
  /** `insert` unless given. */
  readonly mode?: ImportMode | undefined;
  /**
   * The column of the file that names a row. Of a new table it becomes the key; left out, it is the one that looks like a
   * key. Without one (`false`), and in a table whose keys are generated, a row's key is made of what it holds.
   */
  readonly key?: string | false | undefined;
  /** Of a new table: types in place of those that were guessed, by column. */
  readonly types?: Readonly<Record<string, ColumnType>> | undefined;
  /** Columns of the file that are left out. */
  readonly skip?: readonly string[] | undefined;
  /** How many rows the file must have, bad ones included: another number is refused, as of a pipe that was cut off. */
  readonly expectRows?: number | undefined;
  /** Has the server judge the whole of it in a dry run, however large: others who write wait meanwhile. */
  readonly dryRun?: boolean | undefined;
  readonly onProgress?: ((progress: ImportProgress) => void) | undefined;
}

/** How far an import has got: rows of the file that were read and checked, of the table that were compared, changes that were sent. */
export interface ImportProgress {
  readonly phase: 'reading' | 'checking' | 'comparing' | 'judging' | 'sending' | 'committing';
  readonly done: number;
  /** Where it is known. */
  readonly of?: number | undefined;
  /** Of `committing`: in how many parts the changes lie ready at the server, as a stage that bears the command's id. */
  readonly parts?: number | undefined;
}
