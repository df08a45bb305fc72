import type { TableDefinition } from '../../protocol/table.ts';
import type { Comparison, SampleChange } from './comparison.ts';
import type { FileReading } from './file-reading.ts';
import type { ImportProblem } from './import-error.ts';
import type { ImportMode } from './import-options.ts';
import type { Target } from './target.ts';

/** What an import would do, as things stand. */
export interface ImportPreview {
  readonly table: string;
  /** Whether the table is made by this import. */
  readonly isNew: boolean;
  readonly mode: ImportMode;
  readonly definition: TableDefinition;
  readonly file: Omit<FileReading, 'records' | 'form' | 'keyGuess'> & { readonly rows: number };
  /** What a row's key is: a column's name, or undefined where it is made of what the row holds. */
  readonly key: string | undefined;
  readonly counts: Readonly<Record<'inserts' | 'updates' | 'deletes' | 'unchanged', number>>;
  /** The first changes of each kind. */
  readonly samples: Readonly<Record<'inserts' | 'updates' | 'deletes', readonly SampleChange[]>>;
  /** Everything that is wrong, by line; nothing can be imported until it is mended. */
  readonly problems: readonly ImportProblem[];
  /** How many problems there are; the list above holds 100,000. */
  readonly problemCount: number;
  /** Whether the server has judged the commands in a dry run; otherwise it does when they are committed. */
  readonly isJudged: boolean;
}

interface PreviewParts {
  readonly reading: FileReading;
  readonly target: Target;
  readonly comparison: Comparison;
  readonly mode: ImportMode;
  readonly isJudged: boolean;
}

export function previewOf({ reading, target, comparison, mode, isJudged }: PreviewParts): ImportPreview {
  const { definition, isNew, keyIndex } = target;
  const { format, encoding, delimiter, columns, notes, records } = reading;
  const { problems, unchanged } = comparison;
  const ownKey = columns.find(({ index }) => index === keyIndex)?.name;
  return {
    table: definition.name,
    isNew,
    mode,
    definition,
    file: { format, encoding, delimiter, columns, notes, rows: records.length },
    key: definition.key ?? ownKey,
    counts: {
      inserts: comparison.count('inserts'),
      updates: comparison.count('updates'),
      deletes: comparison.count('deletes'),
      unchanged,
    },
    samples: {
      inserts: comparison.samples('inserts'),
      updates: comparison.samples('updates'),
      deletes: comparison.samples('deletes'),
    },
    problems: problems.list,
    problemCount: problems.count,
    isJudged,
  };
}
