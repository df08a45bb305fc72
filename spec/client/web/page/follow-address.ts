import type { Page } from 'playwright-core';

/** As a link within the page does. */
export async function followAddress(page: Page, path: string): Promise<void> {
  await page.evaluate((to) => {
    history.pushState({}, '', to);
    dispatchEvent(new PopStateEvent('popstate'));
  }, path);
}
