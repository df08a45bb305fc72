import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasBrowser } from '../../../support/browser.ts';
import { visit } from '../../../support/visit.ts';
import { WebStand } from '../../../support/web-stand.ts';
import { expectEqualToLedger } from './equal.ts';
import { cellAt, shownKeys } from './grid.ts';
import { accountOf, logInAgain } from './log-in.ts';

const staff = [
  ['S1', 'Ada', 36],
  ['S2', 'Grace\tM', 85],
  ['S3', 'Alan', 41],
  ['S4', 'Edsger', 72],
] as const;

/** Whether what is said lies over nothing of the table and of the time. */
async function isFree(page: Page, note: Locator): Promise<boolean> {
  const [over, ...others] = await Promise.all(
    [note, page.getByRole('contentinfo'), page.getByRole('grid')].map((it) => it.boundingBox()),
  );
  if (over === null || over === undefined) return false;
  return others.every((it) => it != null && (over.y >= it.y + it.height || over.y + over.height <= it.y));
}

describe.skipIf(!hasBrowser)('an administrator at a table on the page', { timeout: 60_000 }, () => {
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
    await stand.admin.createTable({
      name: 'staff',
      key: 'id',
      columns: [
        { name: 'id', type: 'text' },
        { name: 'name', type: 'text' },
        { name: 'age', type: 'integer' },
        { name: 'ssn', type: 'text', sealed: true },
      ],
    });
    for (const [id, name, age] of staff) await stand.admin.insert('staff', { id, name, age, ssn: `secret of ${id}` });
    await stand.admin.createTable({
      name: 'doc',
      key: 'id',
      columns: [
        { name: 'id', type: 'text' },
        { name: 'body', type: 'json' },
      ],
    });
    await stand.admin.insert('doc', { id: 'D1', body: { a: 1 } });
    await stand.admin.createTable({ name: 'note', columns: [{ name: 'text', type: 'text' }] });
  });
  afterAll(() => stand?.stop());

  /** Writes into a cell as a person does, up to the key that ends it. */
  async function type(page: Page, key: string, column: string, text: string): Promise<void> {
    await cellAt(page, key, column).dblclick();
    await page.getByLabel(`edit ${column}`).fill(text);
  }

  /** A click beside a cell would open the row. */
  const amountOf = async (key: string): Promise<unknown> => (await stand.admin.get('pay', key))?.row.amount;

  test('edits in place: everybody sees it, and it can be undone', async () => {
    const editor = await visit(stand, { path: '/t/pay', loggedIn: true });
    const watcher = await visit(stand, { path: '/t/pay' });
    await cellAt(watcher.page, 'E1', 'amount').getByText('1000').waitFor();
    await type(editor.page, 'E1', 'amount', '1200');
    await editor.page.keyboard.press('Enter');
    await cellAt(watcher.page, 'E1', 'amount').getByText('1200').waitFor();
    expect(await amountOf('E1')).toBe(1_200);
    const note = editor.page.getByRole('status').filter({ hasText: 'changed E1.amount' });
    expect(await isFree(editor.page, note)).toBe(true);
    await note.getByRole('button', { name: 'undo' }).click();
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

  test('what was typed and is no JSON stays at the cell, to be mended or given up', async () => {
    const { page } = await visit(stand, { path: '/t/doc', loggedIn: true });
    const cell = cellAt(page, 'D1', 'body');
    const field = page.getByLabel('edit body');
    await cell.dblclick();
    await field.fill('{"a": 2');
    await page.keyboard.press('Enter');
    const refusal = page.getByRole('alert').filter({ hasText: 'D1 body: ' });
    await refusal.waitFor();
    expect(await cell.innerText()).toBe('{"a": 2');
    await refusal.getByRole('button', { name: 'edit again' }).click();
    expect(await field.inputValue()).toBe('{"a": 2');
    await field.press('End');
    await field.pressSequentially('}');
    await page.keyboard.press('Enter');
    await expect.poll(async () => (await stand.admin.get('doc', 'D1')).row.body).toEqual({ a: 2 });
    await refusal.waitFor({ state: 'detached' });
    await cell.getByText('{"a":2}').waitFor();

    await cell.dblclick();
    await field.fill('{');
    await page.keyboard.press('Enter');
    await refusal.getByRole('button', { name: 'give it up' }).click();
    await cell.getByText('{"a":2}').waitFor();
  });

  test('what somebody else made of an edit is shown when the rows are read anew, though the feed told of neither', async () => {
    const { page, context } = await visit(stand, { loggedIn: true, provokes: /net::ERR_/ });
    await context.route('**/api/feed**', (route) => route.abort());
    await page.goto(`${stand.origin}/t/pay`);
    await cellAt(page, 'E1', 'amount').waitFor();
    await type(page, 'E1', 'amount', '1100');
    await page.keyboard.press('Enter');
    await page.getByRole('status').filter({ hasText: 'changed E1.amount' }).waitFor();
    await stand.admin.update('pay', 'E1', { amount: 1_300 });
    expect(await cellAt(page, 'E1', 'amount').innerText()).toBe('1100');
    await context.unroute('**/api/feed**');
    await accountOf(page).click();
    await page.getByRole('menuitem', { name: 'log out' }).click();
    await page.getByRole('banner').getByRole('button', { name: 'log in' }).click();
    await logInAgain(page);
    await cellAt(page, 'E1', 'amount').getByText('1300').waitFor();
    await expectEqualToLedger(page, stand, 'pay');
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

  test('erases a sealed cell for good, after its key was written', async () => {
    const { page } = await visit(stand, { path: '/t/staff', loggedIn: true });
    const cell = cellAt(page, 'S1', 'ssn');
    await cell.getByText('secret of S1').waitFor();
    await cell.click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'erase sealed cells' }).click();
    const dialog = page.getByRole('dialog');
    const erase = dialog.getByRole('button', { name: 'erase for good' });
    expect(await erase.isEnabled()).toBe(false);
    await dialog.getByLabel('write S1 to confirm').fill('S1');
    await dialog.getByLabel('reason').fill('asked for it');
    await erase.click();
    await dialog.waitFor({ state: 'detached' });
    await cell.getByText('sealed', { exact: true }).waitFor();
    expect((await stand.admin.get('staff', 'S1'))?.row.ssn).not.toBe('secret of S1');
    await cellAt(page, 'S1', 'id').click();
    const drawer = page.getByRole('complementary', { name: 'row S1' });
    await drawer.getByRole('tab', { name: /change/ }).click();
    await drawer.getByText('erased for good').waitFor();
    await drawer.getByText('asked for it').last().waitFor();
    await page.reload();
    await cell.getByText('sealed', { exact: true }).waitFor();
    expect(await page.locator('body').innerText()).not.toContain('secret of S1');
    await cellAt(page, 'S2', 'ssn').getByText('secret of S2').waitFor();
  });

  test('filters by one column, by two, and by none again', async () => {
    const { page } = await visit(stand, { path: '/t/staff' });
    const filter = async (column: string, text: string): Promise<void> => {
      await page.locator(`.ag-header-cell[col-id=${column}] .ag-header-cell-filter-button`).click();
      await page.locator('.ag-filter input[type=text]').first().fill(text);
      await page.keyboard.press('Escape');
    };
    const keys = (): Promise<string[]> => shownKeys(page);
    await expect.poll(keys).toEqual(['S1', 'S2', 'S3', 'S4']);
    await filter('name', 'a');
    await expect.poll(keys).toEqual(['S1', 'S2', 'S3']);
    await page.getByText('3 of 4 rows').waitFor();
    await filter('age', '41');
    await expect.poll(keys).toEqual(['S3']);
    // Rows of somebody else wait while a person is at the grid, and enter only if they pass both.
    await stand.admin.insert('staff', { id: 'S5', name: 'Barbara', age: 41 });
    await stand.admin.insert('staff', { id: 'S6', name: 'Donald', age: 86 });
    await page.getByText('2 new').waitFor();
    await page.getByRole('button', { name: 'filter again' }).click();
    await expect.poll(keys).toEqual(['S3', 'S5']);
    await page.getByRole('button', { name: 'clear filters' }).click();
    await expect.poll(keys).toEqual(['S1', 'S2', 'S3', 'S4', 'S5', 'S6']);
    for (const key of ['S5', 'S6']) await stand.admin.delete('staff', key);
  });

  test('hides columns, moves and widens them: this browser remembers it, until they are reset', async () => {
    const { page } = await visit(stand, { path: '/t/staff' });
    const head = (name: string): Locator => page.locator(`.ag-header-cell[col-id=${name}]`);
    const columns = async (): Promise<string[]> => {
      const shown = await page.locator('.ag-header-cell[col-id]:not([col-id^=ag-Grid])').all();
      const places = shown.map(
        async (one) => [await one.getAttribute('col-id'), (await one.boundingBox())?.x] as const,
      );
      return (await Promise.all(places)).toSorted(([, a = 0], [, b = 0]) => a - b).map(([name]) => name ?? '');
    };
    const width = async (): Promise<number> => (await head('age').boundingBox())?.width ?? 0;
    await expect.poll(columns).toEqual(['id', 'name', 'age', 'ssn']);
    const before = await width();
    const menu = page.getByRole('button', { name: 'columns', exact: true });
    await menu.click();
    await page.getByRole('menuitemcheckbox', { name: 'ssn' }).click();
    await page.keyboard.press('Escape');
    await head('age').focus();
    await page.keyboard.press('Shift+ArrowLeft');
    await expect.poll(columns).toEqual(['id', 'age', 'name']);
    // At rest where it was moved to.
    await head('age').locator('.ag-header-cell-resize').hover();
    const {
      x = 0,
      y = 0,
      width: thick = 0,
    } = (await head('age').locator('.ag-header-cell-resize').boundingBox()) ?? {};
    await page.mouse.down();
    await page.mouse.move(x + thick / 2 + 60, y + 10, { steps: 4 });
    await page.mouse.up();
    await expect.poll(width).toBe(before + 60);
    // The grid tells of it a moment after it shows it.
    await expect.poll(() => page.evaluate(() => JSON.stringify(localStorage))).toContain(`\\"width\\":${before + 60}`);

    await page.reload();
    await expect.poll(columns).toEqual(['id', 'age', 'name']);
    await expect.poll(width).toBe(before + 60);
    await menu.click();
    expect(await page.getByRole('menuitemcheckbox', { name: 'ssn' }).getAttribute('aria-checked')).toBe('false');
    await page.getByRole('menuitem', { name: 'reset columns' }).click();
    await expect.poll(columns).toEqual(['id', 'name', 'age', 'ssn']);
    await page.reload();
    await expect.poll(columns).toEqual(['id', 'name', 'age', 'ssn']);
    expect(await width()).toBe(before);
  });

  test('copies chosen rows as tab-separated text, as they stand, and one cell alone', async () => {
    const { page } = await visit(stand, { path: '/t/staff' });
    await page.evaluate(() => {
      addEventListener('copy', ({ clipboardData }) => {
        document.documentElement.dataset.copied = clipboardData?.getData('text/plain').trimEnd() ?? '';
      });
    });
    const copied = (): Promise<string | undefined> => page.evaluate(() => document.documentElement.dataset.copied);
    await cellAt(page, 'S4', 'name').click();
    await page.keyboard.press('Control+c');
    await expect.poll(copied).toBe('Edsger');
    for (const key of ['S2', 'S3']) await page.locator(`.ag-row[row-id=${key}]`).getByRole('checkbox').first().click();
    await page.getByText('2 selected').waitFor();
    await page.keyboard.press('Control+c');
    await expect.poll(copied).toBe('id\tname\tage\tssn\nS2\t"Grace\tM"\t85\tsealed\nS3\tAlan\t41\tsealed');
  });

  test('a conflict goes with its table: what is not chosen is not written', async () => {
    const { page } = await visit(stand, { path: '/t/note', loggedIn: true, provokes: /status of 409/ });
    await page.getByRole('button', { name: 'pay', exact: false }).first().click();
    await cellAt(page, 'E2', 'amount').waitFor();
    await type(page, 'E2', 'amount', '1500');
    await stand.admin.update('pay', 'E2', { amount: 1_300 });
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await page.goBack();
    await page.getByRole('heading', { name: 'note' }).waitFor();
    await page.getByText('was left before a choice').waitFor();
    expect(await page.getByRole('dialog').count()).toBe(0);
    await page.goForward();
    await cellAt(page, 'E2', 'amount').getByText('1300').waitFor();
    expect(await page.getByRole('dialog').count()).toBe(0);
    expect(await amountOf('E2')).toBe(1_300);
  });

  test('P2 what may have been done and is sent again as it stands takes effect once; what was changed is another', async () => {
    const { page } = await visit(stand, { path: '/t/note', loggedIn: true, provokes: /net::ERR_/ });
    await page.clock.install();
    const ids: string[] = [];
    const isLost = { request: false, answer: true };
    await page.route('**/api/row.insert', async (route) => {
      ids.push((route.request().postDataJSON() as { id: string }).id);
      if (isLost.request) return await route.abort();
      const response = await route.fetch();
      return isLost.answer ? await route.abort() : await route.fulfill({ response });
    });
    const form = page.getByRole('dialog');
    const text = form.getByRole('textbox', { name: 'text' });
    const add = form.getByRole('button', { name: 'add row' });
    const expectUnknown = async (): Promise<void> => {
      const count = ids.length;
      await add.click();
      await expect.poll(() => ids.length).toBeGreaterThan(count);
      await page.clock.fastForward('01:10');
      await form.getByText('Nobody knows yet whether this was done').waitFor();
    };
    const textsOf = async () => (await stand.admin.list('note')).rows.map(({ row }) => row.text).sort();

    await page.getByRole('button', { name: 'row', exact: true }).click();
    await text.fill('once');
    await expectUnknown();
    isLost.answer = false;
    await add.click();
    await form.waitFor({ state: 'detached' });
    expect(new Set(ids).size).toBe(1);
    expect(await textsOf()).toEqual(['once']);

    await page.getByRole('button', { name: 'row', exact: true }).click();
    await text.fill('never');
    isLost.request = true;
    await expectUnknown();
    isLost.request = false;
    await text.fill('other');
    await add.click();
    await form.waitFor({ state: 'detached' });
    expect(new Set(ids).size).toBe(3);
    expect(await textsOf()).toEqual(['once', 'other']);
  });
});
