import type { Entry } from '../protocol/entry.ts';
import { limits } from '../protocol/limits.ts';
import type { EntriesReply } from '../protocol/replies.ts';
import type { RequestOf } from '../protocol/requests.ts';
import type { Answer, CommandChannel } from './command-channel.ts';
import { entryLines, parseEntry } from './lines.ts';
import { pagesAhead } from './pages-ahead.ts';

/** A change of the log. */
export interface LogEntry {
  /** Its exact text: the bytes that were recorded and hashed, as UTF-8. */
  readonly line: string;
  readonly entry: Entry;
}

/** The entries of one reply, as the lines that they are. */
export interface LinesPage extends EntriesReply {
  readonly lines: readonly string[];
  /** UTF-8 bytes of the entries. */
  readonly bytes: number;
}

/** The entries of one reply. */
export interface LogPage extends Omit<LinesPage, 'lines'> {
  readonly entries: readonly LogEntry[];
}

type EntriesRequest = RequestOf<'log.read'> | RequestOf<'row.history'>;
interface ReadOptions {
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number | undefined;
}
type EntriesAnswer = Answer<EntriesRequest['type']>;

/**
 * Reads entries page by page until there are no more, or until `limit` of them were read; the server reads the next page
 * while the client parses this one. All pages are of the epoch of the first: two lives of a ledger are never read as one.
 */
export async function* readLinesPages(
  channel: CommandChannel,
  request: EntriesRequest,
  options: ReadOptions = {},
): AsyncGenerator<LinesPage, void, undefined> {
  const { timeoutMs } = options;
  let left = request.limit ?? Number.POSITIVE_INFINITY;
  const ask = (before: EntriesAnswer | undefined, signal: AbortSignal): Promise<EntriesAnswer> => {
    left -= before?.body.count ?? 0;
    const { last: after, epoch } = before?.body ?? { last: request.after, epoch: request.epoch };
    return channel.request(
      { ...request, after, epoch, limit: Math.min(left, limits.entriesMax) },
      { signal, timeoutMs },
    );
  };
  const hasNext = ({ body }: EntriesAnswer): boolean => body.more && body.count < left;
  for await (const { body, lines } of pagesAhead({ ask, hasNext }, options.signal)) {
    yield { ...body, lines: entryLines(lines, body), bytes: lines?.byteLength ?? 0 };
  }
}

/** The same with the entries read. */
export async function* readPages(
  channel: CommandChannel,
  request: EntriesRequest,
  options: ReadOptions = {},
): AsyncGenerator<LogPage, void, undefined> {
  for await (const { lines, ...page } of readLinesPages(channel, request, options)) {
    yield { ...page, entries: lines.map(toLogEntry) };
  }
}

/** @throws RowcastError `protocol` when the line is no JSON */
export function toLogEntry(line: string): LogEntry {
  return { line, entry: parseEntry(line) };
}

/** The same, entry by entry. */
export async function* readEntries(pages: AsyncIterable<LogPage>): AsyncGenerator<LogEntry, void, undefined> {
  for await (const page of pages) yield* page.entries;
}
