import type { TableSummary } from '../../protocol/replies.ts';
import { didYouMean } from '../../settings/nearest.ts';
import type { Ledger } from '../client.ts';
import { CliError } from './cli-error.ts';
import type { Context } from './context.ts';
import { exitCodes } from './exit-codes.ts';

/** A table as it is: its columns say how the words of the command line are read. @throws CliError when there is none */
export async function findTable(context: Context, table: string): Promise<TableSummary> {
  return await context.reading((ledger) => findTableIn(ledger, table, context.signal));
}

async function findTableIn(ledger: Ledger, name: string, signal: AbortSignal): Promise<TableSummary> {
  const { tables } = await ledger.tables({ signal });
  const found = tables.find(({ definition }) => definition.name === name);
  if (found !== undefined) return found;
  const names = tables.map(({ definition }) => definition.name);
  throw new CliError(`there is no table ${name}${didYouMean(name, names)}`, {
    code: 'table_not_found',
    exit: exitCodes.notFound,
    next:
      names.length === 0
        ? 'there is none yet; make one: npx rowcast create, or npx rowcast sample employees'
        : `there are ${names.slice(0, 20).join(', ')}`,
  });
}
