import type { LogEntry, LogPage } from '../log-reader.ts';

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
