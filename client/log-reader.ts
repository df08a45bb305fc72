import type { Entry } from '../protocol/entry.ts';
import { limits } from '../protocol/limits.ts';
import type { EntriesReply } from '../protocol/replies.ts';
import type { RequestOf } from '../protocol/requests.ts';
import { innerAbort } from './abort.ts';
import type { Answer, CommandChannel } from './command-channel.ts';
import { entryLines, parseEntry } from './lines.ts';

/** A change of the log. */
export interface LogEntry {
  /** Its exact text: the bytes that were recorded and hashed, as UTF-8. */
  readonly line: string;
  readonly entry: Entry;
}

/** The entries of one reply. */
export interface LogPage extends EntriesReply {
  readonly entries: readonly LogEntry[];
  /** UTF-8 bytes of the entries. */
  readonly bytes: number;
}

type EntriesRequest = RequestOf<'log.read'> | RequestOf<'row.history'>;
type EntriesAnswer = Answer<EntriesRequest['type']>;

/**
 * Reads entries page by page until there are no more, or until `limit` of them were read.
 *
 * The next page is asked for before this one is parsed, so that the server reads while the client parses; never more
 * than one ahead, so that a slow consumer holds back its own reading and nothing else. All pages are of the epoch of the
 * first: two lives of a ledger are never read as one.
 */
export async function* readPages(
  channel: CommandChannel,
  request: EntriesRequest,
  options: { readonly signal?: AbortSignal | undefined; readonly timeoutMs?: number | undefined } = {},
): AsyncGenerator<LogPage, void, undefined> {
  const abort = innerAbort(options.signal);
  const { signal } = abort;
  let left = request.limit ?? Number.POSITIVE_INFINITY;
  const ask = (after: number | undefined, epoch: string | undefined): Promise<EntriesAnswer> => {
    const page = { ...request, after, epoch, limit: Math.min(left, limits.entriesMax) };
    const answer = channel.request(page, { signal, timeoutMs: options.timeoutMs });
    // A page asked for ahead may fail when nobody waits for it any more.
    answer.catch(() => undefined);
    return answer;
  };
  try {
    for (let next: Promise<EntriesAnswer> | undefined = ask(request.after, request.epoch); next !== undefined; ) {
      const { body, lines }: EntriesAnswer = await next;
      left -= body.count;
      next = body.more && left > 0 ? ask(body.last, body.epoch) : undefined;
      yield { ...body, entries: entryLines(lines, body).map(toLogEntry), bytes: lines?.byteLength ?? 0 };
    }
  } finally {
    abort.release();
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
