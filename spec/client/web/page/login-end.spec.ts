import type { BrowserContext, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasBrowser } from '../../../support/browser.ts';
import { administrator } from '../../../support/server.ts';
import { visit } from '../../../support/visit.ts';
import { WebStand } from '../../../support/web-stand.ts';
import { cellAt } from './grid.ts';

/** The menu of whoever is logged in. */
function accountOf(page: Page): Locator {
  return page.getByRole('banner').getByRole('button', { name: administrator.name });
}

/** What Chromium says of a feed that is held back, and of what is refused. */
const provokes = /net::ERR_|status of 401/;

describe.skipIf(!hasBrowser)('a login that ends by itself', { timeout: 60_000 }, () => {
  let stand: WebStand;
  beforeAll(async () => {
    stand = await WebStand.start();
    await stand.admin.createTable({
      name: 'pay',
      key: 'id',
      columns: [
        { name: 'id', type: 'text' },
        { name: 'amount', type: 'integer' },
      ],
    });
    await stand.admin.insert('pay', { id: 'E1', amount: 1_000 });
  });
  afterAll(() => stand?.stop());

  async function expectTold(page: Page): Promise<void> {
    await page.getByText('Your login has ended').first().waitFor();
    await accountOf(page).waitFor({ state: 'detached' });
    await cellAt(page, 'E1', 'amount').getByText('1000').waitFor();
  }

  /** As another tab of the same browser does. */
  async function logOut(context: BrowserContext): Promise<void> {
    const headers = { 'x-rowcast': '1', origin: stand.origin };
    const answer = await context.request.post(`${stand.origin}/api/session.logout`, { headers, data: {} });
    expect(answer.ok()).toBe(true);
  }

  test('is told by the feed', async () => {
    const { page, context } = await visit(stand, { path: '/t/pay', loggedIn: true });
    await cellAt(page, 'E1', 'amount').waitFor();
    await accountOf(page).waitFor();
    await logOut(context);
    await expectTold(page);
  });

  test('is told by the first request that is refused, when the feed does not get through', async () => {
    const { page, context } = await visit(stand, { loggedIn: true, provokes });
    await context.route('**/api/feed**', (route) => route.abort());
    await page.goto(`${stand.origin}/t/pay`);
    await cellAt(page, 'E1', 'amount').waitFor();
    await logOut(context);
    await accountOf(page).waitFor();
    await cellAt(page, 'E1', 'amount').dblclick();
    await page.getByLabel('edit amount').fill('1200');
    await page.keyboard.press('Enter');
    await expectTold(page);
  });

  test('stands in the audit, of which the newest entries come first, and older ones when they are asked for', async () => {
    await stand.ledger.query(`
      INSERT INTO audit (seq, what, by, details) SELECT last + n, 'logout', 'old', '{}'
      FROM (SELECT max(seq) AS last FROM audit) AS audit, generate_series(1, 200) AS n`);
    const { page } = await visit(stand, { path: '/audit', loggedIn: true });
    const entries = page.getByRole('region', { name: 'people' }).getByRole('listitem');
    await expect.poll(() => entries.count()).toBe(200);
    expect(await entries.getByText(`${administrator.name} logged in`).count()).toBeGreaterThan(0);
    expect(await entries.getByText('the settings made').count()).toBe(0);
    await page.getByRole('button', { name: 'show more' }).click();
    await entries.last().getByText('the settings made').waitFor();
    expect(await page.getByRole('button', { name: 'show more' }).count()).toBe(0);
  });
});
