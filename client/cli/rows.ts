import type { Command } from 'commander';
import type { CurrentRow } from '../../protocol/errors.ts';
import type { TableSummary } from '../../protocol/replies.ts';
import { hasSealed } from '../../protocol/sealed.ts';
import type { Ledger } from '../client.ts';
import { type AsOfOption, addAsOfOption } from './as-of.ts';
import { interrupted } from './cli-error.ts';
import type { Context } from './context.ts';
import { findTable } from './definitions.ts';
import { RowGrid } from './print/rows.ts';
import { count } from './print/time.ts';
import { readFilter, readSort } from './syntax/condition.ts';
import { readPositive } from './write-options.ts';

/** The options of `list`, `search` and `blame`. */
export interface ListOptions extends AsOfOption {
  readonly where?: readonly string[];
  readonly sort?: string;
  readonly limit?: number;
  readonly all?: true;
  readonly search?: string;
}

/** For options that may be given several times. */
export function collect(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}

/** Adds the options that choose rows of a table. @param where what the help says of a condition */
export function addListOptions(command: Command, where = 'only rows that match, as in list'): Command {
  command
    .option('--where <condition>', where, collect)
    .option('--sort <columns>', 'COLUMN or COLUMN:desc, separated by commas; else by key')
    .option('--limit <n>', 'at most so many rows', readPositive)
    .option('--all', 'all rows (with --json they are all given unless --limit says otherwise)');
  return addAsOfOption(command);
}

/** Rows that a person is shown unless they ask for more. */
const shownRows = 100;
const pageRows = 500;

/** Prints the rows of a table: as JSON lines to programs, as an aligned table to people. */
export async function listRows(context: Context, name: string, options: ListOptions): Promise<void> {
  const table = await findTable(context, name, options.asOf);
  const most = options.limit ?? (options.all === true || context.json ? Number.POSITIVE_INFINITY : shownRows);
  const { pages, counted } = readPages(context, { table, options, most });
  if (context.json) await printJsonPages(context, pages);
  else await printGrid(context, { table, options, most, pages, counted });
}

/** What is to be read of a table. */
interface Reading {
  readonly table: TableSummary;
  readonly options: ListOptions;
  readonly most: number;
}

/** What is known of rows once they were read. */
interface Counted {
  rows: number;
  /** Whether there is at least one row beyond `most`. */
  more: boolean;
  /** As of which seq the rows are. */
  seq?: number;
}

type Pages = AsyncGenerator<readonly CurrentRow[], void, undefined>;

/** The rows of a list, page by page. */
export function readPages(context: Context, reading: Reading): { readonly pages: Pages; readonly counted: Counted } {
  const counted: Counted = { rows: 0, more: false };
  return { pages: gatherPages(context, reading, counted), counted };
}

/** Pages of at most `most` rows together; one row more is asked for, to learn whether there is more. */
async function* gatherPages(context: Context, { table, options, most }: Reading, counted: Counted): Pages {
  const { definition } = table;
  const filter = options.where === undefined ? undefined : readFilter(definition, options.where);
  const sort = options.sort === undefined ? undefined : readSort(definition, options.sort);
  const ledger: Ledger = await context.ledger();
  const open = hasSealed(definition) && (await context.opens());
  const request = { filter, sort, search: options.search, signal: context.signal, open, asOf: options.asOf };
  for (let after: string | undefined; ; ) {
    const limit = Math.min(most - counted.rows + 1, pageRows);
    const page = await ledger.list(definition.name, { ...request, limit, after });
    if (context.signal.aborted) throw interrupted();
    const rows = page.rows.slice(0, most - counted.rows);
    counted.seq = page.seq;
    counted.rows += rows.length;
    counted.more = page.rows.length > rows.length;
    if (rows.length > 0) yield rows;
    if (page.next === undefined || counted.more) return;
    after = page.next;
  }
}

async function printJsonPages(context: Context, pages: Pages): Promise<void> {
  for await (const rows of pages) {
    await context.out.write(rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  }
}

interface GridPrint extends Reading {
  readonly pages: Pages;
  readonly counted: Counted;
}

async function printGrid(context: Context, { table, options, most, pages, counted }: GridPrint): Promise<void> {
  const { paint, width } = context.out;
  const grid = new RowGrid({ definition: table.definition, paint, width });
  for await (const rows of pages) await context.print(...grid.lines(rows));
  if (counted.rows === 0) await context.note(`no rows${then(options, counted)}`);
  else await context.note(summary({ table, options, most, counted }));
  if (grid.hidden > 0) {
    await context.note(
      `${count(grid.hidden, 'more column')} did not fit: widen the terminal, or get a row to see it whole`,
    );
  }
}

function summary({ table, options, counted }: Reading & { readonly counted: Counted }): string {
  const isWhole = options.where === undefined && options.search === undefined;
  if (!counted.more) return `${count(counted.rows, 'row')}${then(options, counted)}`;
  const of = isWhole && table.rows !== undefined ? ` of ${table.rows}` : '';
  return `the first ${count(counted.rows, 'row')}${of}${then(options, counted)}; --all shows all, --limit N so many`;
}

/** Says which past it was. */
function then({ asOf }: ListOptions, { seq }: Counted): string {
  return asOf === undefined || seq === undefined ? '' : `, as of #${seq}`;
}
