import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasBrowser } from '../../../support/browser.ts';
import { visit } from '../../../support/visit.ts';
import { WebStand } from '../../../support/web-stand.ts';
import { cellAt } from './grid.ts';
import { hold } from './hold.ts';

describe.skipIf(!hasBrowser)('how columns are arranged', { timeout: 60_000 }, () => {
  let stand: WebStand;
  /** Another ledger with a table of that name. */
  let other: WebStand;
  beforeAll(async () => {
    [stand, other] = await Promise.all([WebStand.start(), WebStand.startApart()]);
    for (const { admin } of [stand, other]) {
      const columns = ['id', 'name', 'job'].map((name) => ({ name, type: 'text' as const }));
      await admin.createTable({ name: 'people', key: 'id', columns });
      await admin.insert('people', { id: 'a', name: 'Ada', job: 'engineer' });
    }
    // Ledgers of the tests are copies of one, and so of one life.
    await (await other.killServer())('--begin-epoch');
    const epochs = await Promise.all([stand, other].map(async ({ admin }) => (await admin.status()).epoch));
    expect(epochs[0]).not.toBe(epochs[1]);
  });
  afterAll(async () => {
    await stand?.stop();
    await other?.stop();
  });

  const path = '/t/people';
  const heads = async (page: Page): Promise<string[]> => {
    await cellAt(page, 'a', 'id').waitFor();
    const all = page.locator('.ag-header-cell[col-id]:not([col-id^="ag-Grid"])');
    const placed = await all.evaluateAll((cells) =>
      cells.map((cell) => [cell.getBoundingClientRect().left, cell.getAttribute('col-id') ?? ''] as const),
    );
    return placed.sort(([one], [next]) => one - next).map(([, name]) => name);
  };

  test('is kept for the next time, and for no other ledger at the same address', async () => {
    const { page } = await visit(stand, { path });
    expect(await heads(page)).toEqual(['id', 'name', 'job']);
    await page.getByRole('button', { name: 'columns', exact: true }).click();
    await page.getByRole('menuitemcheckbox', { name: 'name' }).click();
    await expect.poll(() => heads(page)).toEqual(['id', 'job']);
    await page.reload();
    expect(await heads(page)).toEqual(['id', 'job']);

    const kept = await page.evaluate(() => ({ ...localStorage }));
    const { page: elsewhere, context } = await visit(other);
    await context.addInitScript((all) => Object.assign(localStorage, all), kept);
    await elsewhere.goto(`${other.origin}${path}`);
    expect(await heads(elsewhere)).toEqual(['id', 'name', 'job']);
    await page.goto(`${stand.origin}/`);
    await page.goto(`${stand.origin}${path}`);
    expect(await heads(page)).toEqual(['id', 'job']);
  });

  test('is to be chosen once the grid is there, however late its code comes', async () => {
    const { page } = await visit(stand);
    const release = await hold(page, '**/assets/table-grid*');
    await page.goto(`${stand.origin}${path}`);
    const columns = page.getByRole('button', { name: 'columns', exact: true });
    await columns.waitFor();
    expect(await columns.isDisabled()).toBe(true);
    release();
    await columns.click();
    await page.getByRole('menuitemcheckbox', { name: 'job' }).click();
    await expect.poll(() => heads(page)).toEqual(['id', 'name']);
  });

  test('is changed and put back in a browser that keeps nothing', async () => {
    const { page, context } = await visit(stand, { provokes: /localStorage is blocked/ });
    await context.addInitScript(() => {
      const refuse = (): never => {
        throw new DOMException('not here', 'SecurityError');
      };
      Object.assign(Storage.prototype, { getItem: refuse, setItem: refuse, removeItem: refuse });
    });
    await page.goto(`${stand.origin}${path}`);
    await heads(page);
    await page.getByRole('button', { name: 'columns', exact: true }).click();
    await page.getByRole('menuitemcheckbox', { name: 'name' }).click();
    await expect.poll(() => heads(page)).toEqual(['id', 'job']);
    await page.getByRole('menuitem', { name: 'reset columns' }).click();
    await expect.poll(() => heads(page)).toEqual(['id', 'name', 'job']);
    await page.getByRole('menuitemcheckbox', { name: 'name', checked: true }).waitFor();
  });
});
