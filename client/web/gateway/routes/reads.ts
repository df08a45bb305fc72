import { Hono } from 'hono';
import { type Filter, formatCursor, type LogEntry, type Sort } from '../../../index.ts';
import type { Environment } from '../environment.ts';
import { answerLines } from './lines.ts';
import { flagIn, jsonIn, numberIn, pointIn, takes } from './parameters.ts';

/** What reads any number of things, each as lines of JSON; with `as_of` as it was. */
export const reads = new Hono<Environment>()
  .get('/tables/:table/rows', takes('as_of', 'filter', 'sort', 'search'), (context) => {
    const { ledger, opens } = context.var.upstream;
    const { table } = context.req.param();
    return answerLines(context, async (signal) => {
      const options = {
        asOf: pointIn(context, 'as_of'),
        filter: jsonIn<Filter>(context, 'filter'),
        sort: jsonIn<Sort>(context, 'sort') ?? [],
        search: context.req.query('search'),
        open: opens,
        signal,
      };
      const first = await ledger.list(table, { ...options, limit: firstRows });
      const { seq, epoch, definition } = first;
      return {
        head: { cursor: formatCursor({ seq, epoch }), definition },
        items: rest(first, (after) => ledger.list(table, { ...options, limit: pageRows, after })),
      };
    });
  })
  .get('/tables/:table/rows/:key/history', takes('as_of', 'newest_first', 'limit'), (context) => {
    const { ledger, opens } = context.var.upstream;
    const { table, key } = context.req.param();
    const options = {
      asOf: pointIn(context, 'as_of'),
      newestFirst: flagIn(context, 'newest_first'),
      limit: numberIn(context, 'limit'),
      open: opens,
    };
    return answerLines(
      context,
      async (signal) => ({ items: ledger.history(table, key, { ...options, signal }) }),
      entryOf,
    );
  })
  .get('/tables/:table/rows/:key/history/:column', takes('as_of', 'newest_first'), (context) => {
    const { ledger, opens } = context.var.upstream;
    const { table, key, column } = context.req.param();
    const options = { asOf: pointIn(context, 'as_of'), newestFirst: flagIn(context, 'newest_first'), open: opens };
    return answerLines(context, async (signal) => ({
      items: ledger.cellHistory(table, key, column, { ...options, signal }),
    }));
  })
  .get('/log', takes('table', 'after', 'as_of', 'newest_first', 'limit'), (context) => {
    const { ledger, opens } = context.var.upstream;
    const options = {
      table: context.req.query('table'),
      after: numberIn(context, 'after'),
      asOf: pointIn(context, 'as_of'),
      newestFirst: flagIn(context, 'newest_first'),
      limit: numberIn(context, 'limit'),
      open: opens,
    };
    return answerLines(context, async (signal) => ({ items: ledger.readLog({ ...options, signal }) }), entryOf);
  });

/** Rows of the first page, which is to be on the screen soon, and of those that follow. */
const firstRows = 200;
const pageRows = 5_000;

/** An opened entry has other text than the log's line. */
function entryOf({ entry }: LogEntry): string {
  return JSON.stringify(entry);
}

interface Page<Item> {
  readonly rows: readonly Item[];
  readonly next?: string | undefined;
}

async function* rest<Item>(
  first: Page<Item>,
  ask: (after: string) => Promise<Page<Item>>,
): AsyncGenerator<Item, void, undefined> {
  let page = first;
  for (;;) {
    // The next one is read while this one is sent.
    const next = page.next === undefined ? undefined : ask(page.next);
    // It may fail while nobody waits for it: then the reader has left.
    next?.catch(() => undefined);
    yield* page.rows;
    if (next === undefined) return;
    page = await next;
  }
}
