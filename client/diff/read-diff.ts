import type { RowDiff, TableDiff } from '../../protocol/diff.ts';
import type { Point } from '../../protocol/point.ts';
import type { ReplyOf } from '../../protocol/replies.ts';
import type { CommandChannel } from '../command-channel.ts';
import type { ReadingOptions } from '../ledger-reads.ts';
import type { Opener } from '../opener.ts';
import { pagesAhead } from '../pages-ahead.ts';

export interface DiffOptions extends ReadingOptions {
  /** The second point, later or earlier; the present when left out. */
  readonly to?: Point | undefined;
  /** Of one table only. */
  readonly table?: string | undefined;
}

/** What is different between two points of a ledger. */
export interface LedgerDiff {
  readonly epoch: string;
  /** The two seqs that it is between, of which either may be the greater. */
  readonly from: number;
  readonly to: number;
  /** The tables that were made, altered or dropped, or that are to be, back to an earlier point. */
  readonly tables: readonly TableDiff[];
  /** The rows, table by table, page by page as they are asked for; to be read once. */
  readonly rows: AsyncIterable<RowDiff>;
}

type Page = ReplyOf<'log.diff'>;

interface DiffParts {
  readonly channel: CommandChannel;
  readonly opener: Opener;
}

/** Asks for a diff: its tables at once, its rows as they are read. */
export async function readDiff(
  { channel, opener }: DiffParts,
  from: Point,
  { to, table, open, signal, timeoutMs }: DiffOptions,
): Promise<LedgerDiff> {
  const options = { signal, timeoutMs };
  const request = { type: 'log.diff', from, to, table } as const;
  const { body: first } = await channel.request(request, options);
  const ask = async (before: Page | undefined, signalAhead: AbortSignal): Promise<Page> => {
    if (before === undefined) return first;
    const { body } = await channel.request({ ...request, after: before.next }, { signal: signalAhead, timeoutMs });
    return body;
  };
  async function* rows(): AsyncGenerator<RowDiff, void, undefined> {
    for await (const page of pagesAhead({ ask, hasNext: ({ next }) => next !== undefined }, signal)) {
      yield* open === true ? await opener.rowDiffs(page.rows, options) : page.rows;
    }
  }
  return { epoch: first.epoch, from: first.from, to: first.to, tables: first.tables ?? [], rows: rows() };
}
