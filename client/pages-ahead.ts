import { innerAbort } from './abort.ts';

/** A source of pages. */
export interface Paged<Page> {
  /** Asks for the page behind another; for the first one when there is none. */
  readonly ask: (before: Page | undefined, signal: AbortSignal) => Promise<Page>;
  readonly hasNext: (page: Page) => boolean;
}

/**
 * Pages one after another. The next one is on its way while this one is looked at, and never more than one, so that a slow
 * consumer holds back its own reading and nothing else. What is on its way ends with whoever wanted it.
 */
export async function* pagesAhead<Page>(
  { ask, hasNext }: Paged<Page>,
  outer: AbortSignal | undefined,
): AsyncGenerator<Page, void, undefined> {
  const abort = innerAbort(outer);
  try {
    for (let next: Promise<Page> | undefined = ask(undefined, abort.signal); next !== undefined; ) {
      const page: Page = await next;
      next = hasNext(page) ? ask(page, abort.signal) : undefined;
      // A page asked for ahead may fail when nobody waits for it any more.
      next?.catch(() => undefined);
      yield page;
    }
  } finally {
    abort.release();
  }
}

/** The same pages, of which the first is asked for now and not when somebody wants it; how that failed is told then. */
export function begun<Page>(pages: AsyncGenerator<Page, void, undefined>): AsyncGenerator<Page, void, undefined> {
  const first = pages.next();
  first.catch(() => undefined);
  return behind(first, pages);
}

async function* behind<Page>(
  first: Promise<IteratorResult<Page, void>>,
  pages: AsyncGenerator<Page, void, undefined>,
): AsyncGenerator<Page, void, undefined> {
  try {
    const { done, value } = await first;
    if (done === true) return;
    yield value;
    yield* pages;
  } finally {
    await pages.return();
  }
}
