import type { CurrentRow } from '../../protocol/errors.ts';
import { hasSealed } from '../../protocol/sealed.ts';
import { RowcastError } from '../errors.ts';
import type { ImportLedger } from './import-ledger.ts';
import { importLimits } from './import-limits.ts';
import type { ImportMode } from './import-options.ts';
import type { FileRow } from './row-reader.ts';
import type { Spool } from './spool.ts';
import type { Target } from './target.ts';

interface TableRowsOptions {
  readonly target: Target;
  readonly mode: ImportMode;
  readonly rows: Spool<FileRow>;
  readonly signal?: AbortSignal | undefined;
}

/** How much larger than the file a table is when its rows are asked for one by one. */
const manyTimes = 20;
/** Rows of a page, and rows that are asked for at a time. */
const pageRows = 5_000;
const askedAtOnce = 16;

/** The rows of the table that the file may be about: all of them, or of a large table only those that a small file names. */
export async function* tableRows(
  ledger: ImportLedger,
  { target, mode, rows, signal }: TableRowsOptions,
): AsyncGenerator<CurrentRow, void, undefined> {
  const { definition } = target;
  const open = hasSealed(definition);
  const isFew = rows.length <= importLimits.rowsAskedFor && rows.length * manyTimes < target.rows;
  if (mode === 'mirror' || !isFew) {
    // In the order of the index: in that of a number that is the key, the server would sort all of them for each page.
    yield* ledger.rows(definition.name, { open, limit: pageRows, sort: [], signal });
    return;
  }
  const keys = [...rows].flatMap(({ key, former }) => (former === undefined ? [key] : [key, former]));
  for (let from = 0; from < keys.length; from += askedAtOnce) {
    const asked = keys.slice(from, from + askedAtOnce);
    const found = await Promise.all(asked.map((key) => findRow(ledger, definition.name, { key, open, signal })));
    yield* found.filter((row) => row !== undefined);
  }
}

async function findRow(
  ledger: ImportLedger,
  table: string,
  { key, ...options }: { readonly key: string; readonly open: boolean; readonly signal?: AbortSignal | undefined },
): Promise<CurrentRow | undefined> {
  try {
    return await ledger.get(table, key, options);
  } catch (error) {
    if (error instanceof RowcastError && error.code === 'row_not_found') return undefined;
    throw error;
  }
}
