import type { CellChange, ReplyOf } from '../protocol/replies.ts';
import type { RequestOf } from '../protocol/requests.ts';
import type { CommandChannel } from './command-channel.ts';
import type { ReadingOptions } from './ledger-reads.ts';
import { pagesAhead } from './pages-ahead.ts';

type Page = ReplyOf<'cell.history'>;

/** The changes of a cell, page by page, all as of the seq of the first: what is written meanwhile does not come in. */
export async function* readCellHistory(
  channel: CommandChannel,
  request: RequestOf<'cell.history'>,
  { signal: outer, timeoutMs }: ReadingOptions,
): AsyncGenerator<readonly CellChange[], void, undefined> {
  const ask = async (before: Page | undefined, signal: AbortSignal): Promise<Page> => {
    const place = before && { asOf: { seq: before.seq, epoch: before.epoch }, after: before.last };
    const { body } = await channel.request({ ...request, ...place }, { signal, timeoutMs });
    return body;
  };
  for await (const { changes } of pagesAhead({ ask, hasNext: ({ more }) => more }, outer)) yield changes;
}
