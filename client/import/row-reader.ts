import { keySchema } from '../../protocol/names.ts';
import { rowProblems, ruleProblem } from '../../protocol/rules.ts';
import { findColumn, type TableDefinition } from '../../protocol/table.ts';
import { type Cell, type Cells, cellText } from '../../protocol/values.ts';
import { readCell } from './cell-reader.ts';
import { ContentKeys } from './content-key.ts';
import type { ImportProblem } from './import-error.ts';
import type { ImportMode } from './import-options.ts';
import type { RawRecord, ValueForm } from './raw-record.ts';
import type { Target } from './target.ts';

/** A row of the file as the table would have it. */
export interface FileRow {
  readonly line: number;
  readonly key: string;
  /** Under which the row may be in the table as well. */
  readonly former?: string;
  /** Of every column that the file has, null where it is empty; of JSON without what a row does not name, except to mirror. */
  readonly cells: Cells;
}

interface FoundKey {
  readonly text: string;
  readonly column?: string;
  readonly former?: string;
}

/** A row with which something is wrong, and what could be read of it. */
export interface BadFileRow {
  readonly line: number;
  readonly problems: readonly ImportProblem[];
  readonly key?: string;
  readonly cells: Cells;
}

interface RowReaderOptions {
  readonly form: ValueForm;
  readonly mode: ImportMode;
  /** Whether a row of the file has this key already. */
  readonly isTaken: (key: string) => boolean;
}

/** Makes rows of records, by the types of the table that they go to. */
export class RowReader {
  readonly #target: Target;
  readonly #form: ValueForm;
  /** An object that does not name a cell says nothing of it, but the whole of a row that is to become what the object is. */
  readonly #leavesOut: boolean;
  readonly #contentKeys: ContentKeys;

  constructor(target: Target, { form, mode, isTaken }: RowReaderOptions) {
    this.#target = target;
    this.#form = form;
    this.#leavesOut = form === 'json' && mode !== 'mirror';
    this.#contentKeys = new ContentKeys(target.definition, isTaken);
  }

  /** The row, or everything that is wrong with its cells by themselves. */
  read({ line, values }: RawRecord): FileRow | BadFileRow {
    const problems: ImportProblem[] = [];
    const cells: Record<string, Cell> = {};
    for (const { column, index } of this.#target.columns) {
      if (this.#leavesOut && (values[index] ?? null) === null) continue;
      const read = readCell(this.#form, column.type, values[index]);
      if ('problem' in read) problems.push({ line, column: column.name, reason: read.problem });
      else cells[column.name] = read.cell;
    }
    return problems.length > 0 ? this.#bad({ line, values }, cells, problems) : this.#whole({ line, values }, cells);
  }

  #whole({ line, values }: RawRecord, cells: Cells): FileRow | BadFileRow {
    const { former, ...key } = this.#keyOf(values, cells);
    const problem = keyProblem(key, line);
    if (problem !== undefined) return { line, problems: [problem], cells };
    return { line, key: key.text, ...(former !== undefined && { former }), cells };
  }

  /** Whoever mends it should hear of all that is wrong with it: what did read is judged by the rules as well. */
  #bad({ line, values }: RawRecord, cells: Cells, problems: readonly ImportProblem[]): BadFileRow {
    const { definition, keyIndex, columns } = this.#target;
    const broken = columns.flatMap(({ column }): ImportProblem[] => {
      const cell = cells[column.name];
      const reason = cell === undefined ? undefined : ruleProblem(column, cell);
      return reason === undefined ? [] : [{ line, column: column.name, reason }];
    });
    const hasKey = definition.key === undefined ? keyIndex !== undefined : definition.key in cells;
    if (!hasKey) return { line, problems: [...problems, ...broken], cells };
    const key = this.#keyOf(values, cells);
    const wrongKey = keyProblem(key, line);
    if (wrongKey === undefined) return { line, problems: [...problems, ...broken], key: key.text, cells };
    return { line, problems: [...problems, ...broken, wrongKey], cells };
  }

  #keyOf(values: RawRecord['values'], cells: Cells): FoundKey {
    const { definition, keyIndex } = this.#target;
    if (definition.key !== undefined) {
      return { text: cellText(cells[definition.key] ?? ''), column: definition.key };
    }
    if (keyIndex === undefined) {
      const { key, ...former } = this.#contentKeys.next(withoutEmpty(cells));
      return { text: key, ...former };
    }
    const read = readCell(this.#form, 'text', values[keyIndex]);
    return { text: 'cell' in read ? cellText(read.cell ?? '') : '' };
  }
}

function keyProblem({ text, column }: FoundKey, line: number): ImportProblem | undefined {
  const bad = keySchema.safeParse(text).error?.issues[0]?.message;
  return bad === undefined ? undefined : { line, column, reason: text === '' ? 'is the key and is empty' : bad };
}

/** Without empty cells, which a row need not name. */
export function withoutEmpty(cells: Cells): Cells {
  return Object.fromEntries(Object.entries(cells).filter(([, cell]) => cell !== null));
}

/**
 * The row as an insert names it: an empty cell is only said where it would get a default otherwise.
 */
export function insertedCells(definition: TableDefinition, cells: Cells): Cells {
  const needed = ([name, cell]: readonly [string, Cell]): boolean =>
    cell !== null || findColumn(definition, name)?.default !== undefined;
  return Object.fromEntries(Object.entries(cells).filter(needed));
}

/** What the rules of the table say against a row as it would be. */
export function brokenRules(definition: TableDefinition, whole: Cells, line: number): ImportProblem[] {
  return rowProblems(definition, whole).map(({ column, message }) => ({ line, column, reason: message }));
}

/** A new row with the defaults of what it does not name. */
export function withDefaults(definition: TableDefinition, cells: Cells): Cells {
  const defaults = definition.columns.flatMap(({ name, default: value }) =>
    value === undefined || name in cells ? [] : [[name, value] as const],
  );
  return { ...cells, ...Object.fromEntries(defaults) };
}
