import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasBrowser } from '../../../support/browser.ts';
import { visit } from '../../../support/visit.ts';
import { WebStand } from '../../../support/web-stand.ts';

const columns = [{ name: 'id', type: 'text' as const }];
/** As the list of tables has it. */
function tableIn(page: Page, name: string): Locator {
  return page.locator(`nav button[title="${name}"]`);
}

/** More commands than the page keeps to be shown. */
const commands = 600;

describe.skipIf(!hasBrowser)('how many rows there are', { timeout: 60_000 }, () => {
  let stand: WebStand;
  beforeAll(async () => {
    stand = await WebStand.start();
    await stand.admin.createTable({ name: 'pay', key: 'id', columns });
  });
  afterAll(() => stand?.stop());

  test('is right however many changes are made while the tables are asked for', async () => {
    const { page } = await visit(stand);
    const pay = tableIn(page, 'pay');
    await pay.waitFor();
    const insert = (n: number) => stand.admin.insert('pay', { id: `k${n}` });
    await insert(0);
    await expect.poll(() => pay.innerText()).toMatch(/^pay\s+1\b/);
    // It is answered, and the answer is on its way for long.
    let release: () => void = () => undefined;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const answered = new Promise<void>((resolve) => {
      void page.route('**/api/table.list', async (route) => {
        const response = await route.fetch();
        resolve();
        await released;
        await route.fulfill({ response });
      });
    });
    await stand.admin.createTable({ name: 'other', key: 'id', columns });
    await answered;
    await Promise.all(Array.from({ length: commands }, (_, n) => insert(n + 1)));
    const large = Array.from({ length: 1_000 }, (_, n) => ({ id: `more ${n}` }));
    const { seq } = await stand.admin.batch(large.map((row) => ({ type: 'row.insert', table: 'pay', row })));
    await page.getByText(`newest change #${seq}`).waitFor();
    release();
    await tableIn(page, 'other').waitFor();
    await expect.poll(() => pay.innerText()).toMatch(/^pay\s+1,601\b/);
  });
});
