import { isRowEntry } from '../protocol/entry.ts';
import { RowcastError } from './errors.ts';
import type { LogEntry } from './log-reader.ts';

/**
 * The delete that a row waits to be taken back of; undefined when the row is there.
 * @param newestFirst the changes of the row, from the newest back
 * @param id of the command that is to take it back: when it has done so already, it is that delete once more
 * @throws RowcastError `row_not_found` when there was never such a row
 */
export async function findDelete(
  newestFirst: AsyncIterable<LogEntry>,
  { table, key, id }: { readonly table: string; readonly key: string; readonly id: string | undefined },
): Promise<number | undefined> {
  for await (const { entry } of newestFirst) {
    // What is erased of a row is neither its end nor its beginning.
    if (!isRowEntry(entry) || entry.op === 'erase') continue;
    if (entry.op === 'delete') return entry.seq;
    return entry.command === id ? entry.reverts?.[0] : undefined;
  }
  throw new RowcastError('row_not_found', `table ${table} has never had a row ${key}`);
}
