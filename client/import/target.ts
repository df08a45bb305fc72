import type { TableSummary } from '../../protocol/replies.ts';
import {
  type Column,
  findColumn,
  keyTypes,
  type TableDefinition,
  tableDefinitionSchema,
} from '../../protocol/table.ts';
import type { ColumnType } from '../../protocol/values.ts';
import { rowKeyName } from '../file-format.ts';
import type { FileColumn, FileReading } from './file-reading.ts';
import { ImportError } from './import-error.ts';
import type { ImportOptions } from './import-options.ts';

/** A column of the table and where the file has it. */
export interface TargetColumn {
  readonly column: Column;
  /** Its place in the records; -1 of a column that the file has not, and that is to become empty. */
  readonly index: number;
}

/** The table that a file goes to, and how. */
export interface Target {
  readonly definition: TableDefinition;
  /** Rows that are there; 0 of a new table. */
  readonly rows: number;
  readonly isNew: boolean;
  readonly columns: readonly TargetColumn[];
  /** Where the file has the rows' keys, in a table without a key column; undefined where they are made of their contents. */
  readonly keyIndex: number | undefined;
}

type TargetOptions = Pick<ImportOptions, 'table' | 'mode' | 'key' | 'types' | 'skip'>;

/** @param existing the table, if it is there @throws ImportError that lists everything that does not fit */
export function findTarget(reading: FileReading, options: TargetOptions, existing: TableSummary | undefined): Target {
  refuseAll(
    unknownNames(reading, options, existing).map((name) => `the file has no column ${JSON.stringify(name)}`),
    {
      code: 'usage',
      next: `it has ${reading.columns.map(({ name }) => name).join(', ')}`,
    },
  );
  const columns = reading.columns.filter(({ name }) => options.skip?.includes(name) !== true);
  const given = { ...reading, columns };
  return existing === undefined ? newTable(given, options) : existingTable(given, options, existing);
}

/** Columns that are asked for by name, and are not in the file. */
function unknownNames(
  { columns, form, records }: FileReading,
  { skip = [], types = {}, key }: TargetOptions,
  existing: TableSummary | undefined,
): string[] {
  const known = new Set(columns.map(({ name }) => name));
  // Of what a mirror shall leave alone, no object needs to say anything; an empty file says nothing at all.
  const kept = new Set(form === 'json' ? existing?.definition.columns.map(({ name }) => name) : []);
  if (existing !== undefined && form === 'json' && records.length === 0) return [];
  return [
    ...skip.filter((name) => !known.has(name) && !kept.has(name)),
    ...[...Object.keys(types), ...(key ? [key] : [])].filter((name) => !known.has(name)),
  ];
}

function newTable({ columns, keyGuess }: FileReading, { table, key, types = {}, mode }: TargetOptions): Target {
  const ownKey = columns.find(({ name }) => name === rowKeyName);
  const cells = columns.filter((column) => column !== ownKey);
  const typed = cells.map((column): TargetColumn => {
    const { name, index, type } = column;
    return { index, column: { name, type: types[name] ?? type } };
  });
  const guessed = key === undefined && ownKey === undefined ? keyGuess : undefined;
  const keyColumn = typed.find(({ column }) => column.name === (key === false ? undefined : (key ?? guessed)))?.column;
  const isUsable = keyColumn !== undefined && keyTypes.has(keyColumn.type);
  if (keyColumn !== undefined && key !== undefined && !isUsable) {
    throw new ImportError('usage', `${keyColumn.name} is ${keyColumn.type}; a key is ${[...keyTypes].join(', ')}`, {
      next: `name its type as well, or choose another column`,
    });
  }
  if (mode === 'upsert' && !isUsable && ownKey === undefined) throw noKey(table);
  const definition = {
    name: table,
    ...(isUsable && { key: keyColumn.name }),
    columns: typed.map(({ column }) => column),
  };
  const { error } = tableDefinitionSchema.safeParse(definition);
  refuseAll((error?.issues ?? []).map(({ path, message }) => `${path.map(String).join('.')}: ${message}`));
  return { definition, rows: 0, isNew: true, columns: typed, keyIndex: isUsable ? undefined : ownKey?.index };
}

function existingTable(
  { columns, form, records }: FileReading,
  { table, key, types, mode, skip }: TargetOptions,
  { definition, rows = 0 }: TableSummary,
): Target {
  refuseAll(
    otherTypes(definition, types).map(
      ([name, type]) => `${name} of table ${table} is ${type}; another type is only named of a new table`,
    ),
    { code: 'usage', next: `change the column first: npx rowcast alter ${table} retype COLUMN TYPE` },
  );
  const { key: keyColumn } = definition;
  const keyName = keyColumn ?? (key === false ? undefined : (key ?? rowKeyName));
  if (keyColumn !== undefined && key !== undefined && key !== keyColumn) {
    throw new ImportError('usage', `the key of table ${table} is ${keyColumn}, and cannot be another column`);
  }
  const fileKey = columns.find(({ name }) => name === keyName);
  const isKeyless = fileKey === undefined && records.length > 0;
  if (keyColumn !== undefined && isKeyless) {
    throw new ImportError('conflict', `the file has no column ${keyColumn}, which is the key of table ${table}`, {
      next: `it has ${columns.map(({ name }) => name).join(', ')}`,
    });
  }
  if (mode === 'upsert' && isKeyless) throw noKey(table);
  const fitting = fittingColumns(columns, { definition, keyName });
  return {
    definition,
    rows,
    isNew: false,
    columns: form === 'json' && mode === 'mirror' ? wholeRow(definition, { fitting, skip }) : fitting,
    keyIndex: keyColumn === undefined ? fileKey?.index : undefined,
  };
}

/** Columns of which another type is asked for than they have. The same one is no contradiction: an import may be run again. */
function otherTypes(definition: TableDefinition, types: TargetOptions['types'] = {}): [string, ColumnType][] {
  return definition.columns.flatMap(({ name, type }) =>
    types[name] === undefined || types[name] === type ? [] : [[name, type]],
  );
}

/** The file's columns that the table has, in the table's order. @throws ImportError when it has others */
function fittingColumns(
  columns: readonly FileColumn[],
  { definition, keyName }: { readonly definition: TableDefinition; readonly keyName: string | undefined },
): TargetColumn[] {
  const unknown = columns.filter(({ name }) => name !== keyName && findColumn(definition, name) === undefined);
  const { name: table } = definition;
  refuseAll(
    unknown.map(({ name }) => `table ${table} has no column ${JSON.stringify(name)}`),
    { next: `add it: npx rowcast alter ${table} add NAME:TYPE; or leave it out: --skip NAME` },
  );
  return definition.columns.flatMap((column) => {
    const found = columns.find(({ name }) => name === column.name);
    return found === undefined ? [] : [{ column, index: found.index }];
  });
}

/**
 * The columns of a table that is to become what objects are. An export leaves empty cells out: a column that is empty in
 * every row of it stands nowhere in the file, and is to become empty all the same.
 */
function wholeRow(
  definition: TableDefinition,
  { fitting, skip = [] }: { readonly fitting: readonly TargetColumn[]; readonly skip: TargetOptions['skip'] },
): TargetColumn[] {
  const places = new Map(fitting.map(({ column, index }) => [column.name, index]));
  return definition.columns
    .filter(({ name }) => !skip.includes(name))
    .map((column) => ({ column, index: places.get(column.name) ?? -1 }));
}

function noKey(table: string): ImportError {
  return new ImportError(
    'invalid',
    `rows of table ${table} have no key column to be found by, so none can be changed`,
    {
      next: 'name the column of the file that has the keys: --key COLUMN; or use insert or mirror',
    },
  );
}

interface Refusal {
  readonly code?: ImportError['code'];
  readonly next?: string;
}

function refuseAll(problems: readonly string[], { code = 'conflict', next }: Refusal = {}): void {
  const [first] = problems;
  if (first === undefined) return;
  throw new ImportError(code, problems.length === 1 ? first : 'the file does not fit', {
    problems: problems.length === 1 ? [] : problems.map((reason) => ({ reason })),
    ...(next !== undefined && { next }),
  });
}
