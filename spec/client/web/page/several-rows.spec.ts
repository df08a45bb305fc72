import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { hasBrowser } from '../../../support/browser.ts';
import { type VisitOptions, visit } from '../../../support/visit.ts';
import { WebStand } from '../../../support/web-stand.ts';
import { expectEqualToLedger } from './equal.ts';
import { cellAt } from './grid.ts';
import { hold } from './hold.ts';

const provokes = /status of 409/;

describe.skipIf(!hasBrowser)('several rows that are changed together on the page', { timeout: 60_000 }, () => {
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
    await stand.admin.createTable({
      name: 'staff',
      key: 'id',
      columns: [
        { name: 'id', type: 'text' },
        { name: 'ssn', type: 'text', sealed: true },
      ],
    });
    await stand.admin.insert('staff', { id: 'S1', ssn: 'secret of S1' });
  });
  beforeEach(async () => {
    for (const { key } of (await stand.admin.list('pay')).rows) await stand.admin.delete('pay', key);
    for (const id of ['E1', 'E2', 'E3']) await stand.admin.insert('pay', { id, job: 'engineer', amount: 1_000 });
  });
  afterAll(() => stand?.stop());

  /** By key, job and amount. */
  async function rows(): Promise<Record<string, unknown[]>> {
    const { rows: all } = await stand.admin.list('pay');
    return Object.fromEntries(all.map(({ key, row }) => [key, [row.job, row.amount]]));
  }

  async function open(options: VisitOptions = {}): Promise<Page> {
    const { page, context } = await visit(stand, { path: '/t/pay', loggedIn: true, ...options });
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    return page;
  }

  async function paste(page: Page, at: readonly [key: string, column: string], text: string): Promise<void> {
    await page.evaluate((copied) => navigator.clipboard.writeText(copied), text);
    await cellAt(page, ...at).click();
    await page.keyboard.press('Control+v');
  }

  async function select(page: Page, keys: readonly string[]): Promise<void> {
    for (const key of keys) await page.locator(`.ag-row[row-id=${key}]`).getByRole('checkbox').first().click();
    await page.getByText(`${keys.length} selected`).waitFor();
  }

  test('are pasted as it was shown, with new ones, and undone as one', async () => {
    const page = await open();
    await paste(page, ['E1', 'job'], 'id\tjob\tamount\nE1\tlead\t1100\nE3\tlead\t1300\nE4\tnew\t1400');
    const dialog = page.getByRole('dialog', { name: 'Paste' });
    await dialog.getByText('2 rows would change, 1 row would be added').waitFor();
    await dialog.getByText('1000 → 1300').waitFor();
    await dialog.getByLabel('reason').fill('from the sheet');
    await dialog.getByRole('button', { name: 'paste' }).click();
    await dialog.waitFor({ state: 'detached' });
    const pasted = { E1: ['lead', 1_100], E2: ['engineer', 1_000], E3: ['lead', 1_300], E4: ['new', 1_400] };
    expect(await rows()).toEqual(pasted);
    await expectEqualToLedger(page, stand, 'pay');
    const note = page.getByRole('status').filter({ hasText: 'pasted into 3 rows' });
    await note.getByRole('button', { name: 'undo' }).click();
    await page.getByText('undone: pasted into 3 rows').waitFor();
    expect(Object.keys(await rows())).toEqual(['E1', 'E2', 'E3']);
    expect((await rows()).E3).toEqual(['engineer', 1_000]);
  });

  test('are not pasted where the server refuses one of them, which is said', async () => {
    const page = await open({ provokes: /status of 422/ });
    await paste(page, ['E1', 'amount'], '1100\n9001');
    const dialog = page.getByRole('dialog', { name: 'Paste' });
    await dialog.getByText('It cannot be pasted so').waitFor();
    await dialog.getByText(/9,?000/).waitFor();
    expect(await dialog.getByRole('button', { name: 'paste' }).isEnabled()).toBe(false);
    expect((await rows()).E1).toEqual(['engineer', 1_000]);
  });

  test('keep what others made of other cells, and of the same cells what the person chooses', async () => {
    const page = await open({ provokes });
    const release = await hold(page, '**/api/batch');
    await paste(page, ['E1', 'amount'], '1100\n1200\n1300');
    const asked = page.getByRole('dialog', { name: 'Paste' });
    await asked.waitFor();
    await stand.admin.update('pay', 'E1', { job: 'lead' });
    await stand.admin.update('pay', 'E2', { amount: 2_200 });
    await stand.admin.update('pay', 'E3', { amount: 2_300 });
    release();
    await asked.getByRole('button', { name: 'paste' }).click();
    const conflict = page.getByRole('dialog', { name: '2 rows of pay have changed meanwhile' });
    const [second, third] = [conflict.getByRole('radiogroup').nth(0), conflict.getByRole('radiogroup').nth(1)];
    await second.getByText('2200').waitFor();
    await second.getByText('1200').waitFor();
    await second.getByText('keep theirs, by ada').waitFor();
    await expect
      .poll(() =>
        second
          .getByRole('radio')
          .first()
          .evaluate((it) => it === document.activeElement),
      )
      .toBe(true);
    await third.getByRole('radio', { name: 'write mine' }).click();
    await conflict.getByRole('button', { name: 'write what I chose' }).click();
    await asked.waitFor({ state: 'detached' });
    expect(await rows()).toEqual({ E1: ['lead', 1_100], E2: ['engineer', 2_200], E3: ['engineer', 1_300] });
    await page.getByText('pasted into 2 rows').waitFor();
    await expectEqualToLedger(page, stand, 'pay');
  });

  test('leave a sealed cell as it is where only the word for it was copied', async () => {
    const page = await open({ path: '/t/staff' });
    await cellAt(page, 'S1', 'ssn').getByText('secret of S1').waitFor();
    await paste(page, ['S1', 'ssn'], 'sealed');
    const dialog = page.getByRole('dialog', { name: 'Paste' });
    await dialog.getByText('Nothing would change.').waitFor();
    await dialog.getByText('1 sealed cell stays as it is').waitFor();
    await dialog.getByRole('button', { name: 'cancel' }).click();
    await paste(page, ['S1', 'ssn'], 'another secret');
    await page.getByRole('status').filter({ hasText: 'changed S1.ssn' }).waitFor();
    await page.reload();
    await cellAt(page, 'S1', 'ssn').getByText('another secret').waitFor();
  });

  test('are set to one value, whatever others make of their other cells', async () => {
    const page = await open({ provokes });
    await select(page, ['E1', 'E2', 'E3']);
    await page.getByRole('button', { name: 'set a cell' }).click();
    const dialog = page.getByRole('dialog', { name: 'Set a cell of 3 rows' });
    await dialog.getByLabel('Column').selectOption('amount');
    await dialog.getByRole('textbox', { name: 'Value' }).fill('2000');
    await stand.admin.update('pay', 'E3', { job: 'lead' });
    await dialog.getByRole('button', { name: 'set' }).click();
    await dialog.waitFor({ state: 'detached' });
    expect(await rows()).toEqual({ E1: ['engineer', 2_000], E2: ['engineer', 2_000], E3: ['lead', 2_000] });
    await expectEqualToLedger(page, stand, 'pay');
  });

  test('are left out where they are gone, when the person does not go back', async () => {
    const page = await open({ provokes });
    await select(page, ['E1', 'E2']);
    await page.getByRole('button', { name: 'set a cell' }).click();
    const dialog = page.getByRole('dialog', { name: 'Set a cell of 2 rows' });
    await dialog.getByRole('textbox', { name: 'Value' }).fill('lead');
    await stand.admin.delete('pay', 'E1');
    const set = dialog.getByRole('button', { name: 'set' });
    await set.click();
    const conflict = page.getByRole('dialog', { name: 'pay E1 has changed meanwhile' });
    await conflict.getByText('E1 is gone by now').waitFor();
    await conflict.getByRole('button', { name: 'go back' }).click();
    await conflict.waitFor({ state: 'detached' });
    expect(await rows()).toMatchObject({ E2: ['engineer', 1_000] });
    await set.click();
    await conflict.getByRole('button', { name: 'write what I chose' }).click();
    await dialog.waitFor({ state: 'detached' });
    expect(await rows()).toEqual({ E2: ['lead', 1_000], E3: ['engineer', 1_000] });
  });

  test('are deleted, where others have changed them only when the person still wants that', async () => {
    const page = await open({ provokes });
    await select(page, ['E1', 'E2', 'E3']);
    await page.getByRole('button', { name: 'delete', exact: true }).click();
    const dialog = page.getByRole('dialog', { name: 'Delete 3 rows?' });
    await dialog.waitFor();
    await stand.admin.update('pay', 'E2', { amount: 2_200 });
    await stand.admin.delete('pay', 'E3');
    const confirm = dialog.getByRole('button', { name: 'delete' });
    await confirm.click();
    const conflict = page.getByRole('dialog', { name: 'pay E2 has changed meanwhile' });
    await conflict.getByText('1000 → 2200').waitFor();
    await page.keyboard.press('Escape');
    await conflict.waitFor({ state: 'detached' });
    expect(Object.keys(await rows())).toEqual(['E1', 'E2']);
    await confirm.click();
    await conflict.getByRole('button', { name: 'delete what I chose' }).click();
    await dialog.waitFor({ state: 'detached' });
    expect(await rows()).toEqual({ E2: ['engineer', 2_200] });
    await page.getByText('deleted row E1').waitFor();

    await page.getByText('1 selected').waitFor();
    await page.getByRole('button', { name: 'delete', exact: true }).click();
    await page.getByRole('dialog', { name: 'Delete row E2?' }).waitFor();
    await stand.admin.update('pay', 'E2', { amount: 2_300 });
    await page.getByRole('dialog').getByRole('button', { name: 'delete' }).click();
    await conflict.getByRole('radio', { name: 'delete it' }).click();
    await conflict.getByRole('button', { name: 'delete what I chose' }).click();
    await expect.poll(rows).toEqual({});
    await expectEqualToLedger(page, stand, 'pay');
  });

  test('are not changed when their table is left before a choice', async () => {
    const page = await open({ path: '/t/staff', provokes });
    await page.getByRole('navigation').getByRole('button', { name: 'pay' }).click();
    await cellAt(page, 'E1', 'id').waitFor();
    await select(page, ['E1', 'E2']);
    await page.getByRole('button', { name: 'delete', exact: true }).click();
    await page.getByRole('dialog', { name: 'Delete 2 rows?' }).waitFor();
    for (const key of ['E1', 'E2']) await stand.admin.update('pay', key, { amount: 2_000 });
    await page.getByRole('dialog').getByRole('button', { name: 'delete' }).click();
    await page.getByRole('dialog', { name: '2 rows of pay have changed meanwhile' }).waitFor();
    await page.goBack();
    await page.getByText('the change of 2 rows: somebody else was faster').waitFor();
    await cellAt(page, 'S1', 'id').waitFor();
    expect(await page.getByRole('dialog').count()).toBe(0);
    expect(Object.keys(await rows())).toEqual(['E1', 'E2', 'E3']);
  });
});
