import type { TableDefinition } from '../../../../../protocol/table.ts';
import type { Cells, ColumnType } from '../../../../../protocol/values.ts';

/* What the gateway says of an import: client/import/import-preview.ts, with an id. */

export const importModes = ['insert', 'upsert', 'mirror'] as const;
export type ImportMode = (typeof importModes)[number];
export type ChangeKind = 'inserts' | 'updates' | 'deletes';

export interface SampleChange {
  readonly line?: number;
  readonly key: string;
  readonly row?: Cells;
  readonly was?: Cells;
}

export interface LineProblem {
  readonly line?: number;
  readonly column?: string;
  readonly reason: string;
}

export interface FileColumn {
  readonly name: string;
  readonly type: ColumnType;
  readonly filled: number;
  readonly samples: readonly string[];
}

export interface ImportPreview {
  readonly id: string;
  readonly table: string;
  readonly isNew: boolean;
  readonly mode: ImportMode;
  readonly definition: TableDefinition;
  readonly file: {
    readonly format: string;
    readonly encoding: string;
    readonly delimiter?: string;
    readonly columns: readonly FileColumn[];
    readonly notes: readonly string[];
    readonly rows: number;
  };
  readonly key?: string;
  readonly counts: Readonly<Record<ChangeKind | 'unchanged', number>>;
  readonly samples: Readonly<Record<ChangeKind, readonly SampleChange[]>>;
  readonly problems: readonly LineProblem[];
  readonly problemCount: number;
  readonly isJudged: boolean;
}

export interface ImportProgress {
  /** `settling`: an answer was lost, and it is asked what became of it. */
  readonly phase:
    | 'sending_file'
    | 'reading'
    | 'checking'
    | 'comparing'
    | 'judging'
    | 'sending'
    | 'committing'
    | 'settling';
  readonly done: number;
  readonly of?: number;
  readonly parts?: number;
}

export interface ImportResult {
  readonly changed: boolean;
  readonly changes: number;
  readonly seq?: number;
}

/** How the file is to be read, and what is done with its rows. */
export interface ImportChoices {
  readonly table: string;
  readonly mode: ImportMode;
  /** `auto`: found; `none`: made of what the rows hold; else `column:NAME`. */
  readonly key: 'auto' | 'none' | `column:${string}`;
  readonly types: Readonly<Record<string, ColumnType>>;
  readonly skip: readonly string[];
  readonly encoding: 'auto' | 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252';
  readonly delimiter: 'auto' | ',' | ';' | '\t' | '|';
  readonly hasHeader: boolean;
}

/** The choices as the gateway's address has them. */
export function importQuery(choices: ImportChoices, fileName: string): Record<string, string | undefined> {
  const { table, mode, key, types, skip, encoding, delimiter, hasHeader } = choices;
  const skipped = new Set(skip);
  const typed = Object.fromEntries(Object.entries(types).filter(([name]) => !skipped.has(name)));
  return {
    table,
    mode,
    name: fileName,
    key: key.startsWith('column:') ? key.slice('column:'.length) : undefined,
    no_key: key === 'none' ? '' : undefined,
    types: Object.keys(typed).length === 0 ? undefined : JSON.stringify(typed),
    skip: skip.length === 0 ? undefined : JSON.stringify(skip),
    encoding: encoding === 'auto' ? undefined : encoding,
    delimiter: delimiter === 'auto' ? undefined : delimiter,
    header: hasHeader ? undefined : 'false',
  };
}

/** A table's name that a file's name suggests. */
export function tableNameOf(fileName: string): string {
  const stem = fileName.replace(/\.[^.]*$/, '');
  const name = stem.replaceAll(/[^\p{L}\p{M}\p{N}_-]+/gu, '_').replaceAll(/^[^\p{L}\p{N}]+|[_-]+$/gu, '');
  return name === '' ? 'table' : name.slice(0, 40);
}
