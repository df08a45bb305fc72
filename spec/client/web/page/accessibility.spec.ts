import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasBrowser } from '../../../support/browser.ts';
import { visit } from '../../../support/visit.ts';
import { WebStand } from '../../../support/web-stand.ts';
import { violations } from './axe.ts';

const phone = { width: 390, height: 844 };
const desk = { width: 1_360, height: 820 };

describe.skipIf(!hasBrowser)('axe-core finds nothing against WCAG 2.1 AA', { timeout: 60_000 }, () => {
  let stand: WebStand;
  beforeAll(async () => {
    stand = await WebStand.start();
    await stand.loadSample('employees');
    const { rows } = await stand.admin.list('employees', { limit: 3 });
    const [column = ''] = Object.keys(rows[0]?.row ?? {}).filter((name) => name === 'city' || name === 'name');
    for (const { key } of rows) await stand.admin.update('employees', key, { [column]: 'Ada' }, { why: 'married' });
  });
  afterAll(() => stand?.stop());

  const table = async (page: Page): Promise<void> => page.locator('.ag-row').first().waitFor();

  for (const [colorScheme, size, viewport] of [
    ['light', 'a desk', desk],
    ['dark', 'a desk', desk],
    ['light', 'a phone', phone],
  ] as const) {
    test(`${colorScheme}, at ${size}: a table, of now and as it was`, async () => {
      const { page } = await visit(stand, { path: '/t/employees', colorScheme, viewport, loggedIn: true });
      await table(page);
      expect.soft(await violations(page)).toEqual([]);
      await page.goto(`${stand.origin}/t/employees?at=2`);
      await table(page);
      expect.soft(await violations(page)).toEqual([]);
    });
  }

  for (const colorScheme of ['light', 'dark'] as const) {
    test(`${colorScheme}: the start, and the login that is refused`, async () => {
      const { page } = await visit(stand, { colorScheme, provokes: /status of 401/ });
      await page.getByText('Choose a table').waitFor();
      expect.soft(await violations(page)).toEqual([]);
      await page.getByRole('button', { name: 'log in' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('Name').fill('ada');
      await dialog.getByRole('textbox', { name: 'Password' }).fill('not the password');
      await dialog.getByRole('button', { name: 'log in' }).click();
      await dialog.getByRole('alert').waitFor();
      expect.soft(await violations(page)).toEqual([]);
    });

    test(`${colorScheme}: an empty ledger, and a closed door`, async () => {
      const empty = await WebStand.start();
      try {
        const { page, context } = await visit(empty, { colorScheme, loggedIn: true, provokes: /status of 401/ });
        await page.getByText('There is no table yet').waitFor();
        expect.soft(await violations(page)).toEqual([]);
        await context.clearCookies();
        await page.reload();
        await page.getByText('This door is closed').waitFor();
        expect.soft(await violations(page)).toEqual([]);
      } finally {
        await empty.stop();
      }
    });
  }
});
