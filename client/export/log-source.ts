import type { Cursor } from '../../protocol/cursor.ts';
import type { CommandChannel } from '../command-channel.ts';
import type { ReadingOptions } from '../ledger-reads.ts';
import { type LogEntry, type LogPage, readPages } from '../log-reader.ts';
import { entryShape } from './entry-shape.ts';
import type { ExportSource } from './export-source.ts';

export interface LogStretch {
  /** Behind this seq. */
  readonly after: number;
  /** Up to this cursor. */
  readonly to: Cursor;
  readonly table?: string | undefined;
}

/** The entries of a stretch of the log, as they were recorded: sealed cells are commitments. */
export function openLogSource(
  channel: CommandChannel,
  { after, to, table }: LogStretch,
  options: ReadingOptions,
): ExportSource<LogEntry> {
  const request = { type: 'log.read', table, after, epoch: to.epoch } as const;
  return {
    what: { kind: 'log', table, first: after + 1, last: to.seq },
    cursor: to,
    shape: entryShape,
    pages: after >= to.seq ? nothing() : entriesUpTo(readPages(channel, request, options), to.seq),
    seqOf: ({ entry }) => entry.seq,
  };
}

/** The entries of pages up to a seq, which what comes behind it does not get past. */
export async function* entriesUpTo(
  pages: AsyncIterable<LogPage>,
  last: number,
): AsyncGenerator<readonly LogEntry[], void, undefined> {
  for await (const page of pages) {
    const beyond = page.entries.findIndex(({ entry }) => entry.seq > last);
    yield beyond < 0 ? page.entries : page.entries.slice(0, beyond);
    if (beyond >= 0 || page.last >= last) return;
  }
}

async function* nothing(): AsyncGenerator<readonly LogEntry[], void, undefined> {}
