import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasBrowser } from '../../../support/browser.ts';
import { visit } from '../../../support/visit.ts';
import { WebStand } from '../../../support/web-stand.ts';
import { expectEqualToLedger } from './equal.ts';
import { cellAt } from './grid.ts';

describe.skipIf(!hasBrowser)('an administrator edits on the page', { timeout: 60_000 }, () => {
  let stand: WebStand;
  beforeAll(async () => {
    stand = await WebStand.start();
    await stand.admin.createTable({
      name: 'pay',
      key: 'id',
      columns: [
        { name: 'id', type: 'text' },
        { name: 'job', type: 'text' },
        { name: 'amount', type: 'integer', max: 9_000 },
      ],
    });
    for (const id of ['E1', 'E2', 'E3', 'E4', 'E5'])
      await stand.admin.insert('pay', { id, job: 'engineer', amount: 1_000 });
  });
  afterAll(() => stand?.stop());

  /** Writes into a cell as a person does, up to the key that ends it. */
  async function type(page: Page, key: string, column: string, text: string): Promise<void> {
    await cellAt(page, key, column).dblclick();
    await page.getByLabel(`edit ${column}`).fill(text);
  }

  /** A click beside a cell would open the row. */
  const amountOf = async (key: string): Promise<unknown> => (await stand.admin.get('pay', key))?.row.amount;

  test('in place: everybody sees it, and it can be undone', async () => {
    const editor = await visit(stand, { path: '/t/pay', loggedIn: true });
    const watcher = await visit(stand, { path: '/t/pay' });
    await cellAt(watcher.page, 'E1', 'amount').getByText('1000').waitFor();
    await type(editor.page, 'E1', 'amount', '1200');
    await editor.page.keyboard.press('Enter');
    await cellAt(watcher.page, 'E1', 'amount').getByText('1200').waitFor();
    expect(await amountOf('E1')).toBe(1_200);
    await editor.page.getByRole('button', { name: 'undo' }).first().click();
    await cellAt(watcher.page, 'E1', 'amount').getByText('1000').waitFor();
    for (const { page } of [editor, watcher]) await expectEqualToLedger(page, stand, 'pay');
    expect(await amountOf('E1')).toBe(1_000);
  });

  test('P2 what the server refuses is said at the cell, and nothing is changed', async () => {
    const { page } = await visit(stand, { path: '/t/pay', loggedIn: true, provokes: /status of 422/ });
    const { seq } = await stand.admin.status();
    await cellAt(page, 'E2', 'amount').waitFor();
    await type(page, 'E2', 'amount', '9001');
    await page.keyboard.press('Enter');
    await page
      .getByText(/9,?000/)
      .first()
      .waitFor();
    expect(await stand.admin.status()).toMatchObject({ seq });
  });

  test('somebody else was faster with the same cell: both values are shown, and the person chooses', async () => {
    const { page } = await visit(stand, { path: '/t/pay', loggedIn: true, provokes: /status of 409/ });
    for (const [key, choice, end, result] of [
      ['E3', 'write mine', 'write what I chose', 1_500],
      ['E4', 'keep theirs', 'keep theirs', 1_300],
    ] as const) {
      await cellAt(page, key, 'amount').waitFor();
      await type(page, key, 'amount', '1500');
      await stand.admin.update('pay', key, { amount: 1_300 });
      await page.keyboard.press('Enter');
      const dialog = page.getByRole('dialog');
      await dialog.getByText('1300').waitFor();
      await dialog.getByText('1500').waitFor();
      await dialog.getByText('ada').first().waitFor();
      await dialog.getByRole('radio', { name: choice }).click();
      await dialog.getByRole('button', { name: end }).click();
      await dialog.waitFor({ state: 'detached' });
      await expect.poll(() => amountOf(key)).toBe(result);
    }
    await expectEqualToLedger(page, stand, 'pay');
  });

  test('somebody else was faster with another cell of the row: both stand', async () => {
    const { page } = await visit(stand, { path: '/t/pay', loggedIn: true, provokes: /status of 409/ });
    await cellAt(page, 'E5', 'amount').waitFor();
    await type(page, 'E5', 'amount', '1700');
    await stand.admin.update('pay', 'E5', { job: 'manager' });
    await page.keyboard.press('Enter');
    await expect
      .poll(async () => (await stand.admin.get('pay', 'E5'))?.row)
      .toMatchObject({ amount: 1_700, job: 'manager' });
    await expectEqualToLedger(page, stand, 'pay');
  });
});
