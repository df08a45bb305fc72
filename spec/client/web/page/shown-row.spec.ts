import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasBrowser } from '../../../support/browser.ts';
import { visit } from '../../../support/visit.ts';
import { WebStand } from '../../../support/web-stand.ts';
import { cellAt, shownKeys } from './grid.ts';

const rows = 3_000;
const keyOf = (n: number): string => `k${String(n).padStart(4, '0')}`;
const far = keyOf(rows - 40);

describe.skipIf(!hasBrowser)('a row that is open', { timeout: 60_000 }, () => {
  let stand: WebStand;
  beforeAll(async () => {
    stand = await WebStand.start();
    for (const name of ['long', 'short']) {
      const columns = [
        { name: 'id', type: 'text' as const },
        { name: 'n', type: 'integer' as const },
      ];
      await stand.admin.createTable({ name, key: 'id', columns });
    }
    for (let from = 0; from < rows; from += 1_000) {
      const part = Array.from({ length: 1_000 }, (_, n) => ({ id: keyOf(from + n), n: from + n }));
      await stand.admin.batch(part.map((row) => ({ type: 'row.insert', table: 'long', row })));
    }
    await stand.admin.insert('short', { id: 'only', n: 1 });
    await stand.admin.update('long', far, { n: -1 }, { why: 'far below' });
  });
  afterAll(() => stand?.stop());

  const wide = { width: 1_600, height: 820 };

  function lineOf(page: Page, why: string): Locator {
    const line = page.getByRole('region', { name: 'feed' }).getByRole('listitem').filter({ hasText: why });
    return line.getByRole('button', { name: /long/ });
  }

  async function expectShown(page: Page, key: string): Promise<void> {
    await cellAt(page, key, 'n').waitFor();
    await expect.poll(() => marked(page)).toEqual([key]);
    expect(await isSeen(cellAt(page, key, 'n'))).toBe(true);
  }

  test('from its line in the feed is scrolled to and marked until it is closed', async () => {
    const { page } = await visit(stand, { path: '/t/long', viewport: wide });
    await cellAt(page, keyOf(0), 'n').waitFor();
    await page.getByText(`${rows.toLocaleString('en')} rows`, { exact: true }).waitFor();
    expect(await shownKeys(page)).not.toContain(far);
    await lineOf(page, 'far below').click();
    await expectShown(page, far);
    await page.getByRole('button', { name: 'close the row' }).click();
    await expect.poll(() => marked(page)).toEqual([]);
  });

  test('stays where the reader has gone to, while the table changes', async () => {
    const { page } = await visit(stand, { path: `/t/long?row=${far}`, viewport: wide });
    await expectShown(page, far);
    await page.locator('.ag-grid-viewport').evaluate((box) => box.scrollTo({ top: 0 }));
    await cellAt(page, keyOf(0), 'n').waitFor();
    await stand.admin.update('long', keyOf(0), { n: 77 });
    await cellAt(page, keyOf(0), 'n').getByText('77').waitFor();
    expect(await isSeen(cellAt(page, keyOf(0), 'n'))).toBe(true);
  });

  test('in an address that was shared is scrolled to and marked, of now, of the past and in what differs', async () => {
    const { seq } = await stand.admin.status();
    for (const query of ['', `at=${seq}&`]) {
      const { page } = await visit(stand, { path: `/t/long?${query}row=${far}`, viewport: wide });
      await expectShown(page, far);
    }
    const { page } = await visit(stand, { path: `/t/long?since=1&row=${far}`, viewport: wide });
    await expectShown(page, far);
  });

  test('of another table is shown there', async () => {
    const { page } = await visit(stand, { path: '/t/short', viewport: wide });
    await cellAt(page, 'only', 'n').waitFor();
    await lineOf(page, 'far below').click();
    await page.getByRole('region', { name: 'table long' }).waitFor();
    await expectShown(page, far);
  });

  test('that the search hides is said to be hidden, and shown when that is asked for', async () => {
    const { page } = await visit(stand, { path: `/t/long?q=${keyOf(7)}&row=${far}`, viewport: wide });
    await cellAt(page, keyOf(7), 'n').waitFor();
    await page.getByText(`${far} is hidden`).waitFor();
    expect(await marked(page)).toEqual([]);
    await page.getByRole('button', { name: 'show it' }).click();
    await expectShown(page, far);
    expect(new URL(page.url()).search).toBe(`?row=${far}`);
  });
});

/** The keys of the rows that are marked as open. */
async function marked(page: Page): Promise<string[]> {
  const rows = page.locator('.ag-row[class*="_open_"]');
  const keys = await rows.evaluateAll((all) => all.map((row) => row.getAttribute('row-id') ?? ''));
  return [...new Set(keys)];
}

/** Whether it is at the place of the screen where it stands, and not below something else. */
async function isSeen(cell: Locator): Promise<boolean> {
  return await cell.evaluate((element) => {
    const { left, top, width, height } = element.getBoundingClientRect();
    return element.contains(document.elementFromPoint(left + width / 2, top + height / 2));
  });
}
