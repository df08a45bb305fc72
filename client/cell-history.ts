import type { CellChange } from '../protocol/replies.ts';
import type { RequestOf } from '../protocol/requests.ts';
import type { CommandChannel } from './command-channel.ts';
import type { ReadingOptions } from './ledger-reads.ts';

/** The changes of a cell, page by page, all as of the seq of the first: what is written meanwhile does not come in. */
export async function* readCellHistory(
  channel: CommandChannel,
  request: RequestOf<'cell.history'>,
  { signal, timeoutMs }: ReadingOptions,
): AsyncGenerator<readonly CellChange[], void, undefined> {
  let page = request;
  for (;;) {
    const { body } = await channel.request(page, { signal, timeoutMs });
    yield body.changes;
    if (!body.more) return;
    page = { ...request, asOf: { seq: body.seq, epoch: body.epoch }, after: body.last };
  }
}
