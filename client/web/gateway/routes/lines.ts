import type { Context } from 'hono';
import { stream } from 'hono/streaming';
import type { Environment } from '../environment.ts';
import { refuse } from '../refusal.ts';

/** Characters that are gathered to one write. */
const partLengthMax = 64 * 1024;

/**
 * An answer of lines of JSON (NDJSON): `head`, then an item a line, and at last `{"end":{"count":N}}`, or `{"error":…}`
 * when it broke off: without one of the two it was cut. What fails before the first item is an answer of its own status.
 */
export async function answerLines<Item>(
  context: Context<Environment>,
  open: (signal: AbortSignal) => Promise<{ readonly head?: object; readonly items: AsyncIterable<Item> }>,
  lineOf: (item: Item) => string = (item) => JSON.stringify(item),
): Promise<Response> {
  const { signal } = context.req.raw;
  const opened = await open(signal);
  const items = opened.items[Symbol.asyncIterator]();
  const first = await items.next();
  context.header('content-type', 'application/x-ndjson; charset=utf-8');
  context.header('cache-control', 'no-store');
  return stream(context, async (out) => {
    out.onAbort(() => void items.return?.());
    let part = opened.head === undefined ? '' : `${JSON.stringify(opened.head)}\n`;
    let count = 0;
    try {
      for (let next = first; next.done !== true; next = await items.next()) {
        part += `${lineOf(next.value)}\n`;
        count += 1;
        if (part.length < partLengthMax && count !== 200) continue;
        await out.write(part);
        part = '';
      }
      await out.write(`${part}${JSON.stringify({ end: { count } })}\n`);
    } catch (error) {
      const told = await refuse(context, error).text();
      await out.write(`${part}${told}\n`);
    }
  });
}
