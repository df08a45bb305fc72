import { keySchema } from '../../protocol/names.ts';
import { rowProblems } from '../../protocol/rules.ts';
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
  read({ line, values }: RawRecord): FileRow | { readonly problems: readonly ImportProblem[] } {
    const problems: ImportProblem[] = [];
    const cells: Record<string, Cell> = {};
    for (const { column, index } of this.#target.columns) {
      if (this.#leavesOut && (values[index] ?? null) === null) continue;
      const read = readCell(this.#form, column.type, values[index]);
      if ('problem' in read) problems.push({ line, column: column.name, reason: read.problem });
      else cells[column.name] = read.cell;
    }
    if (problems.length > 0) return { problems };
    const { former, ...key } = this.#keyOf(values, cells);
    const bad = keySchema.safeParse(key.text).error?.issues[0]?.message;
    return bad === undefined
      ? { line, key: key.text, ...(former !== undefined && { former }), cells }
      : { problems: [{ line, column: key.column, reason: key.text === '' ? 'is the key and is empty' : bad }] };
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
