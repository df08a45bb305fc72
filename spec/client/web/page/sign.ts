import type { Locator, Page } from 'playwright-core';

/** Where the page says how it stands to the ledger, when it says so. */
export function sign(page: Page, words: 'live' | 'no server' | 'no connection' | 'full'): Locator {
  return page.locator('header [data-state]').filter({ hasText: words });
}
