import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasBrowser } from '../../../support/browser.ts';
import { visit } from '../../../support/visit.ts';
import { WebStand } from '../../../support/web-stand.ts';
import { cellAt, shownKeys, shownRows } from './grid.ts';

describe.skipIf(!hasBrowser)('an address of the page', { timeout: 60_000 }, () => {
  let stand: WebStand;
  let past: string;
  beforeAll(async () => {
    stand = await WebStand.start();
    await stand.admin.createTable({
      name: 'rates',
      key: 'currency',
      columns: [
        { name: 'currency', type: 'text' },
        { name: 'rate', type: 'decimal' },
      ],
    });
    await stand.admin.insert('rates', { currency: 'EUR', rate: '1.08' });
    await stand.admin.insert('rates', { currency: 'GBP', rate: '1.27' });
    const { seq, epoch } = await stand.admin.status();
    past = `${seq}@${epoch}`;
    await stand.admin.tag('spring', { point: { seq: seq - 1 } });
    await stand.admin.update('rates', 'EUR', { rate: '1.10' });
    await stand.admin.delete('rates', 'GBP');
    const columns = [
      { name: 'id', type: 'text' as const },
      { name: 'name', type: 'text' as const },
      { name: 'pay', type: 'integer' as const },
      { name: 'since', type: 'date' as const },
    ];
    await stand.admin.createTable({ name: 'people', key: 'id', columns });
    for (const [id, name, pay, since] of [
      ['a', 'Ada', 30, '2024-01-01'],
      ['b', 'Bert', 10, '2025-06-01'],
      ['c', 'Cara', 20, '2026-01-01'],
      ['d', 'Dora', null, null],
    ] as const)
      await stand.admin.insert('people', { id, name, pay, since });
  });
  afterAll(() => stand?.stop());

  test('of a point of the past shows that to whoever opens it, and what is made since leaves it alone', async () => {
    const { page } = await visit(stand, { path: `/t/rates?at=${past}` });
    await cellAt(page, 'GBP', 'rate').waitFor();
    const then = new Map([
      ['EUR', { currency: 'EUR', rate: '1.08' }],
      ['GBP', { currency: 'GBP', rate: '1.27' }],
    ]);
    expect(await shownRows(page)).toEqual(then);
    const { seq } = await stand.admin.update('rates', 'EUR', { rate: '1.11' });
    await page.getByText(`newest change #${seq}`).waitFor();
    expect(await shownRows(page)).toEqual(then);
  });

  test('of a tag shows what was tagged', async () => {
    const { page } = await visit(stand, { path: '/t/rates?at=spring' });
    await cellAt(page, 'EUR', 'rate').waitFor();
    expect([...(await shownRows(page)).keys()]).toEqual(['EUR']);
  });

  test('says by which columns rows are sorted and filtered, and shows them so to whoever opens it', async () => {
    const { page } = await visit(stand, { path: '/t/people' });
    await cellAt(page, 'd', 'id').waitFor();
    const entries = await page.evaluate(() => history.length);
    await filterPay(page, 'is at least', '15');
    await expect.poll(() => shownKeys(page)).toEqual(['a', 'c']);
    await page.locator('.ag-header-cell[col-id=pay] .ag-header-cell-label').click();
    await expect.poll(() => shownKeys(page)).toEqual(['c', 'a']);
    await expect.poll(() => queryOf(page)).toBe('?sort=pay&where.pay=least:15');
    expect(await page.evaluate(() => history.length)).toBe(entries);

    const other = await visit(stand, { path: '/t/people?sort=pay&where.pay=least:15' });
    await expect.poll(() => shownKeys(other.page)).toEqual(['c', 'a']);
    await other.page.goto(
      `${stand.origin}/t/people?sort=-pay&where.since=between:2024-01-01..2025-12-31&where.name=contains:A`,
    );
    await expect.poll(() => shownKeys(other.page)).toEqual(['a']);
    await other.page.getByRole('button', { name: 'clear filters' }).click();
    await expect.poll(() => shownKeys(other.page)).toEqual(['a', 'c', 'b', 'd']);
    await expect.poll(() => queryOf(other.page)).toBe('?sort=-pay');
  });

  test('of the rows is what going back and forward leads to', async () => {
    const { page } = await visit(stand, { path: '/t/people?sort=-pay&where.pay=above:10' });
    await expect.poll(() => shownKeys(page)).toEqual(['a', 'c']);
    await page.getByRole('navigation', { name: 'tables' }).getByTitle('rates').click();
    await cellAt(page, 'EUR', 'rate').waitFor();
    expect(queryOf(page)).toBe('');
    await page.goBack();
    await expect.poll(() => shownKeys(page)).toEqual(['a', 'c']);
    await cellAt(page, 'a', 'id').click();
    await page.getByRole('complementary', { name: 'row a' }).waitFor();
    await page.getByRole('button', { name: 'clear filters' }).click();
    await expect.poll(() => shownKeys(page)).toEqual(['a', 'c', 'b', 'd']);
    await page.goBack();
    await expect.poll(() => shownKeys(page)).toEqual(['a', 'c']);
    await page.goForward();
    await expect.poll(() => shownKeys(page)).toEqual(['a', 'c', 'b', 'd']);
  });

  test('that was made by hand and says what there is not shows what there is', async () => {
    const bad =
      'sort=nothing&sort=&where.pay=much:1&where.pay=least&where.since=is:someday&where.none=is:1&where.pay=below:25';
    const { page } = await visit(stand, { path: `/t/people?${bad}` });
    await expect.poll(() => shownKeys(page)).toEqual(['b', 'c']);
  });

  test('of two moments says whether the rows are shown that do not differ', async () => {
    const { seq } = await stand.admin.status();
    const { page } = await visit(stand, { path: `/t/rates?since=${seq - 9}` });
    await page.getByText('what changed from').waitFor();
    const only = page.getByRole('switch', { name: 'only changes' });
    await only.uncheck({ force: true });
    await expect.poll(() => queryOf(page)).toBe(`?since=${seq - 9}&rows=all`);
    const other = await visit(stand, { path: `/t/rates${queryOf(page)}` });
    await other.page.getByText('what changed from').waitFor();
    expect(await other.page.getByRole('switch', { name: 'only changes' }).isChecked()).toBe(false);
    await other.page.getByRole('button', { name: 'end comparing' }).click();
    await expect.poll(() => queryOf(other.page)).toBe('');
  });

  test('says what the feed shows, and shows it so to whoever opens it, at whichever table', async () => {
    await stand.admin.update('rates', 'EUR', { rate: '1.12' }, { why: 'a review' });
    await stand.admin.update('people', 'd', { pay: 40 }, { why: 'a review' });
    await stand.admin.update('people', 'd', { pay: 50 });
    const { page } = await visit(stand, { path: '/t/people' });
    await cellAt(page, 'd', 'pay').waitFor();
    const entries = await page.evaluate(() => history.length);
    const feed = page.getByRole('region', { name: 'feed' });
    await feed.getByRole('button', { name: 'filter the feed' }).click();
    await feed.getByLabel('search the feed').fill('a review');
    await feed.getByText('changed', { exact: true }).click();
    await expect.poll(() => feed.getByRole('listitem').count()).toBe(2);
    await feed.getByText('this table').click();
    await expect.poll(() => feed.getByRole('listitem').count()).toBe(1);
    await expect.poll(() => queryOf(page)).toBe('?feed=table&feed.kind=changed&feed.q=a+review');
    expect(await page.evaluate(() => history.length)).toBe(entries);

    const other = await visit(stand);
    await other.page.getByRole('button', { name: 'hide the feed' }).click();
    await other.page.goto(page.url());
    const there = other.page.getByRole('region', { name: 'feed' });
    await there.getByText('only changed, with “a review”').waitFor();
    await expect.poll(() => there.getByRole('listitem').count()).toBe(1);
    await other.page.getByRole('navigation', { name: 'tables' }).getByTitle('rates').click();
    await cellAt(other.page, 'EUR', 'rate').waitFor();
    expect(queryOf(other.page)).toBe('?feed=table&feed.kind=changed&feed.q=a+review');
    await there.getByRole('button', { name: 'show everything' }).click();
    await expect.poll(() => queryOf(other.page)).toBe('?feed=table');
  });

  test('is what a file is of: its rows, in its order, and it is said by what a file cannot be filtered', async () => {
    const { page } = await visit(stand, { path: '/t/people?q=a&sort=-pay&where.pay=most:30&where.name=lacks:b' });
    await expect.poll(() => shownKeys(page)).toEqual(['a', 'c']);
    await page.getByRole('button', { name: 'export' }).click();
    await page.getByText('rows with “a”, where pay is at most 30, sorted by pay, as of now').waitFor();
    await page.getByText('not filtered by: name does not contain “b”').waitFor();
    const given = page.waitForEvent('download');
    await page.getByRole('menuitem', { name: 'CSV, for spreadsheets' }).click();
    const text = await readFile(await (await given).path(), 'utf8');
    expect(text).toBe('id,name,pay,since\na,Ada,30,2024-01-01\nc,Cara,20,2026-01-01\n');
  });

  test('of another life of the ledger is said to be that', async () => {
    const { page } = await visit(stand, { path: '/t/rates?at=3@elsewhere', provokes: /status of 409/ });
    await page
      .getByRole('alert')
      .filter({ hasText: /another|epoch|life/ })
      .waitFor();
    expect((await shownRows(page)).size).toBe(0);
  });

  test('of a table that there is not, and of a point that is none, says so', async () => {
    const { page } = await visit(stand, { path: '/t/nothing', provokes: /status of 40[04]/ });
    await page.getByRole('alert').filter({ hasText: 'nothing' }).waitFor();
    await page.goto(`${stand.origin}/t/rates?at=${encodeURIComponent('no point!')}`);
    await page.getByRole('alert').filter({ hasText: 'no point' }).waitFor();
  });
});

function queryOf(page: Page): string {
  return new URL(page.url()).search;
}

/** As somebody does it who types. */
async function filterPay(page: Page, how: string, value: string): Promise<void> {
  const head = page.locator('.ag-header-cell[col-id=pay]');
  await head.hover();
  await head.locator('.ag-header-cell-filter-button').click();
  const filter = page.locator('.ag-filter');
  // Its words are the page's own.
  expect(await filter.innerText()).not.toMatch(/[A-Z]/);
  await filter.getByRole('combobox').first().click();
  await page.getByRole('option', { name: how, exact: true }).click();
  await filter.locator('input[type=text]:visible').first().pressSequentially(value, { delay: 30 });
  await page.keyboard.press('Escape');
}
