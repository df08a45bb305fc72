import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasBrowser } from '../../../support/browser.ts';
import { administrator } from '../../../support/server.ts';
import { visit } from '../../../support/visit.ts';
import { WebStand } from '../../../support/web-stand.ts';
import { cellAt, shownKeys } from './grid.ts';

/** How many things there may be between one and another that is reached by Tab. */
const tabsMax = 120;

/** Presses Tab, or Shift+Tab, until this has the focus. */
async function tabTo(page: Page, name: string, key: 'Tab' | 'Shift+Tab' = 'Tab'): Promise<void> {
  for (let n = 0; n < tabsMax; n += 1) {
    if ((await focused(page)).startsWith(name)) return;
    await page.keyboard.press(key);
  }
  throw new Error(`${tabsMax} times ${key} do not lead to ${name}; the focus is at ${await focused(page)}`);
}

/** What a screen reader would call the element that has the focus, about. */
async function focused(page: Page): Promise<string> {
  return await page.evaluate(() => {
    const { activeElement: element } = document;
    if (!(element instanceof HTMLElement)) return '';
    const label = element instanceof HTMLInputElement ? element.labels?.[0]?.textContent : undefined;
    const name = (element.getAttribute('aria-label') ?? label ?? element.textContent ?? '').trim();
    return element.ariaHasPopup === 'menu' ? `${name}, menu` : name;
  });
}

async function isInGrid(page: Page): Promise<boolean> {
  return await page.evaluate(() => document.activeElement?.closest('.ag-root-wrapper') !== null);
}

describe.skipIf(!hasBrowser)('the page without a mouse', { timeout: 90_000 }, () => {
  let stand: WebStand;
  beforeAll(async () => {
    stand = await WebStand.start();
    await stand.admin.createTable({
      name: 'pay',
      key: 'id',
      columns: [
        { name: 'id', type: 'text' },
        { name: 'job', type: 'text' },
        { name: 'amount', type: 'integer' },
      ],
    });
    for (const id of ['E1', 'E2', 'E3']) await stand.admin.insert('pay', { id, job: 'engineer', amount: 1_000 });
    await stand.admin.createTable({ name: 'many', key: 'id', columns: [{ name: 'id', type: 'text' }] });
    await stand.admin.batch(
      Array.from({ length: 500 }, (_, n) => ({ type: 'row.insert', table: 'many', row: { id: `m${n}` } }) as const),
    );
  });
  afterAll(() => stand?.stop());

  test('from the address that was printed over a login, an edit, its undoing, a row and its past to the logout', async () => {
    // What was asked for with the login is refused when it is ended meanwhile.
    const { page, context } = await visit(stand, { provokes: /status of 401/ });
    // As if it were the first time.
    await context.clearCookies();
    await page.goto(await stand.pass());
    const { keyboard } = page;
    await page.getByText('Choose a table').waitFor();

    await tabTo(page, 'log in');
    await keyboard.press('Enter');
    const dialog = page.getByRole('dialog');
    await dialog.waitFor();
    await expect.poll(() => focused(page)).toMatch(/^Name/);
    await keyboard.type(administrator.name);
    await tabTo(page, 'Password');
    await keyboard.type(administrator.password);
    await keyboard.press('Enter');
    await dialog.waitFor({ state: 'detached' });
    await expect.poll(() => focused(page)).toBe(`${administrator.name}, menu`);

    await tabTo(page, 'pay');
    await keyboard.press('Enter');
    await cellAt(page, 'E1', 'job').waitFor();

    await tabTo(page, 'id');
    await keyboard.press('ArrowDown');
    await expect.poll(() => focused(page)).toBe('E1');
    await keyboard.press('ArrowDown');
    await keyboard.press('ArrowRight');
    await keyboard.press('Enter');
    await page.getByLabel('edit job').waitFor();
    await keyboard.type('manager');
    await keyboard.press('Enter');
    const job = async (): Promise<unknown> => (await stand.admin.get('pay', 'E2'))?.row.job;
    await expect.poll(job).toBe('manager');
    await page.getByText('changed E2.job').first().waitFor();
    await keyboard.press('Control+z');
    await expect.poll(job).toBe('engineer');
    // The page has its answer too: before, there is nothing to do again.
    await page
      .getByText(/^undone: /)
      .first()
      .waitFor();
    // What the cell showed before the undoing is no sign that it was done again.
    await cellAt(page, 'E2', 'job').getByText('engineer').waitFor();
    await keyboard.press('Control+Shift+z');
    await expect.poll(job).toBe('manager');
    await cellAt(page, 'E2', 'job').getByText('manager').waitFor();

    await keyboard.press('ArrowLeft');
    await keyboard.press('ArrowUp');
    await expect.poll(() => focused(page)).toBe('E2');
    await keyboard.press('Enter');
    const row = page.getByRole('complementary', { name: 'row E2' });
    await row.waitFor();
    await expect.poll(() => focused(page)).toBe('row E2');
    await tabTo(page, 'cells');
    await keyboard.press('ArrowRight');
    await row.getByRole('button', { name: 'make it as it was after this' }).first().waitFor();
    // The last version but one was the undoing: the row as it came in.
    await tabTo(page, 'make it as it was after this');
    await keyboard.press('Enter');
    await dialog.getByText('This would change').waitFor();
    await tabTo(page, 'do it');
    await keyboard.press('Enter');
    await dialog.waitFor({ state: 'detached' });
    await expect.poll(job).toBe('engineer');
    // A step back in time begins at the last change that the page knows of: it has to know of this one.
    await cellAt(page, 'E2', 'job').getByText('engineer').waitFor();
    await keyboard.press('Escape');
    await row.waitFor({ state: 'detached' });
    await expect.poll(() => focused(page)).toBe('E2');

    await tabTo(page, 'moment');
    await keyboard.press('ArrowLeft');
    await page.getByText('read only').waitFor();
    await cellAt(page, 'E2', 'job').getByText('manager').waitFor();
    await keyboard.press('End');
    await page.getByText('read only').waitFor({ state: 'detached' });
    await cellAt(page, 'E2', 'job').getByText('engineer').waitFor();

    await tabTo(page, `${administrator.name}, menu`, 'Shift+Tab');
    await keyboard.press('Enter');
    await page.getByRole('menuitem', { name: 'log out' }).waitFor();
    // The focus comes into the menu a moment after it has opened; before, it would be taken off what an arrow has led to.
    await expect.poll(() => page.evaluate(() => document.activeElement?.closest('[role=menu]') != null)).toBe(true);
    for (let n = 0; n < 12 && (await focused(page)) !== 'log out'; n += 1) await keyboard.press('ArrowDown');
    expect(await focused(page)).toBe('log out');
    await keyboard.press('Enter');
    await page.getByRole('button', { name: 'log in' }).waitFor();
  });

  test('from the last head of a column Tab leads to the rows that are in view, and on out of the grid', async () => {
    const { page } = await visit(stand, { path: '/t/many', loggedIn: true });
    const { keyboard } = page;
    await page.getByText('500 rows', { exact: true }).waitFor();
    await page.locator('.ag-grid-viewport').evaluate((viewport) => viewport.scrollTo({ top: 3_000 }));
    await cellAt(page, 'm0', 'id').waitFor({ state: 'detached' });
    await tabTo(page, 'id');
    await keyboard.press('Tab');
    const row = page.locator('.ag-row').filter({ has: page.locator(':focus') });
    expect(await row.getAttribute('row-id')).toMatch(/^m[1-9]/);
    expect(await page.locator('.ag-grid-viewport').evaluate((viewport) => viewport.scrollTop)).toBe(3_000);
    await keyboard.press('Tab');
    expect(await isInGrid(page)).toBe(false);
  });

  test('rows are sorted from the head of a column, which says so', async () => {
    const { page } = await visit(stand, { path: '/t/pay' });
    const head = page.locator('.ag-header-cell[col-id=id]');
    await cellAt(page, 'E1', 'id').waitFor();
    await tabTo(page, 'id');
    for (const [sort, keys] of [
      ['ascending', ['E1', 'E2', 'E3']],
      ['descending', ['E3', 'E2', 'E1']],
      ['none', ['E1', 'E2', 'E3']],
    ] as const) {
      await page.keyboard.press('Enter');
      await expect.poll(() => head.getAttribute('aria-sort')).toBe(sort);
      await expect.poll(() => shownKeys(page)).toEqual(keys);
    }
  });

  test('all cells are one stop on the way through the page, however many there are, and the way back is to the same cell', async () => {
    const { page } = await visit(stand, { path: '/t/many', loggedIn: true });
    const { keyboard } = page;
    await page.getByText('500 rows', { exact: true }).waitFor();
    await cellAt(page, 'm100', 'id').click();
    await page.getByRole('button', { name: 'close the row' }).click();
    await cellAt(page, 'm100', 'id').focus();
    await keyboard.press('ArrowDown');
    await expect.poll(() => focused(page)).toBe('m101');
    await keyboard.press('Tab');
    expect(await isInGrid(page)).toBe(false);
    await keyboard.press('Shift+Tab');
    await expect.poll(() => focused(page)).toBe('m101');
    await tabTo(page, 'filter the feed');
    await tabTo(page, 'moment');
    await tabTo(page, 'm101', 'Shift+Tab');
    await keyboard.press('Shift+Tab');
    expect(await isInGrid(page)).toBe(false);
  });

  test('from an editor one goes on to the next cell', async () => {
    const { page } = await visit(stand, { path: '/t/pay', loggedIn: true });
    await cellAt(page, 'E1', 'job').dblclick();
    await page.getByLabel('edit job').waitFor();
    await page.keyboard.press('Tab');
    await page.getByLabel('edit amount').waitFor();
  });

  test('a dialog gives the focus back to where it was opened', async () => {
    const { page } = await visit(stand, { path: '/t/pay', loggedIn: true });
    const { keyboard } = page;
    const dialog = page.getByRole('dialog');
    await page.getByRole('button', { name: 'row', exact: true }).focus();
    await keyboard.press('Enter');
    await dialog.waitFor();
    await keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await expect.poll(() => focused(page)).toBe('row');

    await page.getByRole('button', { name: 'more of pay' }).focus();
    await keyboard.press('Enter');
    await page.getByRole('menuitem', { name: 'drop the table' }).press('Enter');
    await dialog.waitFor();
    await keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await expect.poll(() => focused(page)).toBe('more of pay, menu');

    await cellAt(page, 'E3', 'job').click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'edit row' }).press('Enter');
    await dialog.waitFor();
    await keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await expect.poll(() => focused(page)).toMatch(/^engineer|^manager/);
  });

  test('a conflict gives the focus back to the cell', async () => {
    const { page } = await visit(stand, { path: '/t/pay', loggedIn: true, provokes: /status of 409/ });
    await cellAt(page, 'E3', 'amount').dblclick();
    await page.getByLabel('edit amount').fill('1500');
    await stand.admin.update('pay', 'E3', { amount: 1_300 });
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog');
    await dialog.waitFor();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await expect.poll(() => focused(page)).toBe('1300');
  });
});
