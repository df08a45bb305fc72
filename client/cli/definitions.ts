import type { Cursor } from '../../protocol/cursor.ts';
import type { Point } from '../../protocol/point.ts';
import type { TableSummary } from '../../protocol/replies.ts';
import { didYouMean } from '../../settings/nearest.ts';
import type { Ledger } from '../client.ts';
import type { TablesOptions } from '../options.ts';
import { CliError } from './cli-error.ts';
import type { Context } from './context.ts';
import { exitCodes } from './exit-codes.ts';

/**
 * A table as it is, or as it was (then without how many rows it had): its columns say how the words of the command line
 * are read.
 * @throws CliError when there is none
 */
export async function findTable(context: Context, table: string, asOf?: Point): Promise<TableSummary> {
  return (await findTableAt(context, table, asOf)).table;
}

/** The same, with how many rows it has. @throws CliError when there is none */
export async function findCountedTable(context: Context, table: string, asOf?: Point): Promise<CountedTable> {
  const options = { signal: context.signal, asOf };
  const { table: found } = await context.reading((ledger) => findTableIn(ledger, table, options));
  return { ...found, rows: found.rows ?? 0 };
}

type CountedTable = TableSummary & { readonly rows: number };

/** The same, with the moment of which it is. @throws CliError when there is none */
export async function findTableAt(context: Context, table: string, asOf?: Point): Promise<TableAt> {
  // How many rows there were costs a look at the log; how many there are does not.
  const past = asOf && ({ asOf, counts: false } as const);
  return await context.reading((ledger) => findTableIn(ledger, table, { signal: context.signal, ...past }));
}

interface TableAt {
  readonly table: TableSummary;
  readonly cursor: Cursor;
}

async function findTableIn(ledger: Ledger, name: string, options: TablesOptions): Promise<TableAt> {
  const { tables, seq, epoch } = await ledger.tables(options);
  const found = tables.find(({ definition }) => definition.name === name);
  if (found !== undefined) return { table: found, cursor: { seq, epoch } };
  const names = tables.map(({ definition }) => definition.name);
  const be = options.asOf === undefined ? { one: 'is', more: 'are' } : { one: 'was', more: 'were' };
  throw new CliError(`there ${be.one} no table ${name}${didYouMean(name, names)}`, {
    code: 'table_not_found',
    exit: exitCodes.notFound,
    next: names.length > 0 ? `there ${be.more} ${names.slice(0, 20).join(', ')}` : noTables(options),
  });
}

function noTables({ asOf }: TablesOptions): string {
  if (asOf !== undefined) return 'there was none yet';
  return 'there is none yet; make one: npx rowcast create, or npx rowcast sample employees';
}
