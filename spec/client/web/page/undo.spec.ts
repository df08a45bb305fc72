import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { hasBrowser } from '../../../support/browser.ts';
import { visit } from '../../../support/visit.ts';
import { WebStand } from '../../../support/web-stand.ts';
import { cellAt } from './grid.ts';
import { hold } from './hold.ts';
import { fillLogin, logInAgain } from './log-in.ts';

const bob = { name: 'bob', password: 'a word of bob' };

describe.skipIf(!hasBrowser)('what a person has done on the page', { timeout: 60_000 }, () => {
  let stand: WebStand;
  beforeAll(async () => {
    stand = await WebStand.start();
    await stand.admin.accounts.add({ user: bob.name, role: 'administrator', password: bob.password });
    await stand.admin.createTable({
      name: 'pay',
      key: 'id',
      columns: [
        { name: 'id', type: 'text' },
        { name: 'amount', type: 'integer' },
      ],
    });
    for (const id of ['E1', 'E2', 'E3']) await stand.admin.insert('pay', { id });
  });
  beforeEach(async () => {
    for (const id of ['E1', 'E2', 'E3']) await stand.admin.update('pay', id, { amount: 1_000 });
  });
  afterAll(() => stand?.stop());

  async function edit(page: Page, key: string, text: string): Promise<void> {
    await cellAt(page, key, 'amount').dblclick();
    await page.getByLabel('edit amount').fill(text);
    await page.keyboard.press('Enter');
  }

  /** Up to the answer. */
  async function editAndHear(page: Page, key: string, text: string): Promise<void> {
    await edit(page, key, text);
    await page
      .getByRole('status')
      .filter({ hasText: `changed ${key}.amount` })
      .waitFor();
  }

  const amounts = async (): Promise<unknown[]> =>
    (await stand.admin.list('pay')).rows.map(({ row }) => row.amount ?? null);
  const undoButton = (page: Page) => page.getByRole('main').getByRole('button', { name: 'undo' }).first();
  const reason = (page: Page) => page.getByLabel('reason for the edits that follow');

  async function logOut(page: Page, user: string): Promise<void> {
    await page.getByRole('banner').getByRole('button', { name: user }).click();
    await page.getByRole('menuitem', { name: 'log out' }).click();
    await page.getByRole('banner').getByRole('button', { name: 'log in' }).click();
  }

  test('is theirs alone: who logs in again goes on with it, and somebody else begins with nothing', async () => {
    const { page } = await visit(stand, { path: '/t/pay', loggedIn: true });
    await cellAt(page, 'E1', 'amount').waitFor();
    await reason(page).fill('a word of ada');
    await editAndHear(page, 'E1', '1100');
    await logOut(page, 'ada');
    await logInAgain(page);
    await expect.poll(() => reason(page).inputValue()).toBe('a word of ada');
    expect(await undoButton(page).isEnabled()).toBe(true);

    await logOut(page, 'ada');
    await fillLogin(page.getByRole('dialog', { name: 'Log in' }), bob);
    await page.getByRole('banner').getByRole('button', { name: bob.name }).waitFor();
    await expect.poll(() => reason(page).inputValue()).toBe('');
    expect(await undoButton(page).isEnabled()).toBe(false);
    await cellAt(page, 'E2', 'amount').click();
    await page.keyboard.press('Control+z');
    await page.getByText('nothing of yours to undo').waitFor();
    expect(await amounts()).toEqual([1_100, 1_000, 1_000]);
    await editAndHear(page, 'E2', '1200');
    const made = [];
    for await (const { entry } of stand.admin.history('pay', 'E2')) made.push(entry);
    expect(made.at(-1)).toMatchObject({ by: bob.name, row: { amount: 1_200 } });
    expect(made.at(-1)).not.toHaveProperty('why');
  });

  test('is undone and done again one after another, however quick the keys are', async () => {
    const { page } = await visit(stand, { path: '/t/pay', loggedIn: true });
    await cellAt(page, 'E1', 'amount').waitFor();
    await editAndHear(page, 'E1', '1100');
    await editAndHear(page, 'E2', '1200');
    for (const [key, expected] of [
      ['Control+z', [1_000, 1_000, 1_000]],
      ['Control+Shift+z', [1_100, 1_200, 1_000]],
    ] as const) {
      const release = await hold(page, '**/api/change.revert');
      await page.keyboard.press(key);
      await page.keyboard.press(key);
      release();
      await expect.poll(amounts).toEqual(expected);
    }
  });

  test('is undone though its answer is not there yet', async () => {
    const { page } = await visit(stand, { path: '/t/pay', loggedIn: true });
    await cellAt(page, 'E1', 'amount').waitFor();
    await editAndHear(page, 'E1', '1100');
    const release = await hold(page, '**/api/row.update');
    const asked = page.waitForRequest('**/api/row.update');
    await edit(page, 'E2', '1200');
    await asked;
    await page.keyboard.press('Control+z');
    release();
    await page.getByText('undone: changed E2.amount').waitFor();
    expect(await amounts()).toEqual([1_100, 1_000, 1_000]);
  });

  test('is not undone where nothing is left of it, which is said; the one before it is then', async () => {
    const { page } = await visit(stand, { path: '/t/pay', loggedIn: true });
    await cellAt(page, 'E1', 'amount').waitFor();
    await editAndHear(page, 'E1', '1100');
    await editAndHear(page, 'E2', '1200');
    await stand.admin.update('pay', 'E2', { amount: 1_000 });
    await page.keyboard.press('Control+z');
    await page.getByText('nothing left to undo of “changed E2.amount”').waitFor();
    await page.keyboard.press('Control+z');
    await page.getByText('undone: changed E1.amount').waitFor();
    expect(await amounts()).toEqual([1_000, 1_000, 1_000]);
    await page.keyboard.press('Control+Shift+z');
    await expect.poll(amounts).toEqual([1_100, 1_000, 1_000]);
  });

  test('is undone also where it was a taking back, from the drawer of a row and from the feed', async () => {
    const { page } = await visit(stand, { path: '/t/pay?row=E1', loggedIn: true });
    await cellAt(page, 'E1', 'amount').waitFor();
    await editAndHear(page, 'E1', '1100');
    const row = page.getByRole('complementary', { name: 'row E1' });
    await row.getByRole('tab', { name: /change/ }).click();
    await row
      .getByRole('button', { name: /^take this change back/ })
      .first()
      .click();
    const dialog = page.getByRole('dialog');
    const { seq: head } = await stand.admin.status();
    await dialog.getByRole('button', { name: 'do it' }).click();
    await page
      .getByRole('status')
      .filter({ hasText: `took #${head} back` })
      .waitFor();
    await expect.poll(amounts).toEqual([1_000, 1_000, 1_000]);
    await dialog.waitFor({ state: 'detached' });
    await page.keyboard.press('Control+z');
    await expect.poll(amounts).toEqual([1_100, 1_000, 1_000]);
    await row.getByRole('button', { name: 'close the row' }).click();

    const feed = page.getByRole('region', { name: 'feed' });
    const line = feed.getByRole('listitem').first();
    await line.hover();
    await line.getByRole('button', { name: /take .*back/ }).click();
    await dialog.getByRole('button', { name: 'do it' }).click();
    await expect.poll(amounts).toEqual([1_000, 1_000, 1_000]);
    await page
      .getByRole('status')
      .filter({ hasText: /^took #/ })
      .getByRole('button', { name: 'undo' })
      .click();
    await expect.poll(amounts).toEqual([1_100, 1_000, 1_000]);
  });

  test('is undone by key also from the box of a row', async () => {
    const { page } = await visit(stand, { path: '/t/pay', loggedIn: true });
    await cellAt(page, 'E1', 'amount').waitFor();
    await editAndHear(page, 'E1', '1100');
    await page.locator('.ag-row[row-id=E3]').getByRole('checkbox').first().click();
    await page.getByText('1 selected').waitFor();
    await page.keyboard.press('Control+z');
    await page.getByText('undone: changed E1.amount').waitFor();
    expect(await amounts()).toEqual([1_000, 1_000, 1_000]);
  });
});
