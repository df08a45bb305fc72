import type { Cursor } from '../../protocol/cursor.ts';
import type { CurrentRow } from '../../protocol/errors.ts';
import type { RequestOf } from '../../protocol/requests.ts';
import type { CommandChannel } from '../command-channel.ts';
import { RowcastError } from '../errors.ts';
import { type ReadingOptions, type RowPage, readRowPages } from '../ledger-reads.ts';
import type { ExportSource } from './export-source.ts';
import type { LeafWalk } from './proof/leaf-walk.ts';
import { RowProver } from './proof/row-prover.ts';
import { rowShape } from './row-shape.ts';

export interface TableSourceOptions extends ReadingOptions {
  /** At most so many rows, over all pages. */
  readonly rowsMax?: number | undefined;
  /** Puts values in place of commitments. */
  readonly openRows: (rows: readonly CurrentRow[]) => Promise<readonly CurrentRow[]>;
  /** Walks over the leaves of the log, to prove what is exported. */
  readonly prove: ((cursor: Cursor) => LeafWalk) | undefined;
}

/** Rows asked for at once; a server gives fewer when it holds that to be too many. */
const pageRows = 5_000;

/** A table, or what of it a query chooses: all pages are as of the seq of the first one. */
export async function openTableSource(
  channel: CommandChannel,
  request: RequestOf<'row.list'>,
  options: TableSourceOptions,
): Promise<ExportSource<CurrentRow>> {
  const limit = Math.min(options.rowsMax ?? pageRows, pageRows);
  const pages = readRowPages(channel, { ...request, limit }, options);
  const first = await pages.next();
  if (first.done === true) throw new RowcastError('aborted', 'the export was given up');
  const { epoch, seq, definition } = first.value;
  const { filter, sort, search } = request;
  const { prove } = options;
  const cursor = { seq, epoch };
  return {
    what: { kind: 'table', definition, filter, sort, search, limit: options.rowsMax },
    cursor,
    shape: rowShape(definition),
    pages: rowsOf(first.value, pages, options),
    prover:
      prove &&
      (() => new RowProver({ channel, walk: prove(cursor), table: definition.name, cursor, signal: options.signal })),
  };
}

async function* rowsOf(
  first: RowPage,
  rest: AsyncGenerator<RowPage, void, undefined>,
  { rowsMax, openRows }: TableSourceOptions,
): AsyncGenerator<readonly CurrentRow[], void, undefined> {
  let left = rowsMax ?? Number.POSITIVE_INFINITY;
  try {
    for (let page: RowPage | undefined = first; page !== undefined && left > 0; ) {
      const rows = page.rows.slice(0, left);
      left -= rows.length;
      yield await openRows(rows);
      const next: IteratorResult<RowPage, void> = left > 0 ? await rest.next() : { done: true, value: undefined };
      page = next.done === true ? undefined : next.value;
      if (page !== undefined && (page.epoch !== first.epoch || page.seq !== first.seq)) {
        throw new RowcastError('too_old', 'the ledger began a new life while it was exported; begin anew');
      }
    }
  } finally {
    await rest.return();
  }
}
