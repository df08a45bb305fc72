import type { RowDiff, TableDiff } from '../../protocol/diff.ts';
import type { Point } from '../../protocol/point.ts';
import type { ReplyOf } from '../../protocol/replies.ts';
import type { CommandChannel } from '../command-channel.ts';
import type { ReadingOptions } from '../ledger-reads.ts';
import type { Opener } from '../opener.ts';

export interface DiffOptions extends ReadingOptions {
  /** The later point; the present when left out. */
  readonly to?: Point | undefined;
  /** Of one table only. */
  readonly table?: string | undefined;
}

/** What is different between two points of a ledger. */
export interface LedgerDiff {
  readonly epoch: string;
  /** The two seqs that it is between. */
  readonly from: number;
  readonly to: number;
  /** The tables that were made, altered or dropped. */
  readonly tables: readonly TableDiff[];
  /** The rows, table by table, page by page as they are asked for; to be read once. */
  readonly rows: AsyncIterable<RowDiff>;
}

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
  const ask = async (after?: string): Promise<ReplyOf<'log.diff'>> => {
    const { body } = await channel.request({ type: 'log.diff', from, to, table, after }, options);
    return body;
  };
  const first = await ask();
  async function* rows(): AsyncGenerator<RowDiff, void, undefined> {
    for (let page = first; ; page = await ask(page.next)) {
      yield* open === true ? await opener.rowDiffs(page.rows, options) : page.rows;
      if (page.next === undefined) return;
    }
  }
  return { epoch: first.epoch, from: first.from, to: first.to, tables: first.tables ?? [], rows: rows() };
}
