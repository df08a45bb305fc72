import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { hasBrowser } from '../../../support/browser.ts';
import { visit } from '../../../support/visit.ts';
import { WebStand } from '../../../support/web-stand.ts';
import { violations, violationsInBoth } from './axe.ts';
import { dropFile } from './drop-file.ts';
import { cellAt } from './grid.ts';
import { logOut } from './log-in.ts';
import { sign } from './sign.ts';

const phone = { width: 390, height: 844 };
const desk = { width: 1_360, height: 820 };

describe.skipIf(!hasBrowser)('axe-core finds nothing against WCAG 2.1 AA', { timeout: 60_000 }, () => {
  let stand: WebStand;
  const column = 'name';
  /** The key of a row that has a past. */
  let changed = '';
  beforeAll(async () => {
    stand = await WebStand.start();
    await stand.loadSample('employees');
    const { rows } = await stand.admin.list('employees', { limit: 3 });
    changed = rows[0]?.key ?? '';
    for (const name of ['Ada', 'Ida'])
      for (const { key } of rows) await stand.admin.update('employees', key, { [column]: name }, { why: 'married' });
  });
  afterAll(() => stand?.stop());

  const table = async (page: Page): Promise<void> => page.locator('.ag-row').first().waitFor();

  for (const [colorScheme, size, viewport] of [
    ['light', 'a desk', desk],
    ['dark', 'a desk', desk],
    ['light', 'a phone', phone],
    ['dark', 'a phone', phone],
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

  /** Looks at what is open, light and dark, and closes it. */
  async function look(page: Page, what: string, within = '[role=dialog]'): Promise<void> {
    expect.soft(await violationsInBoth(page, within), what).toEqual([]);
    if (!within.startsWith('[role=')) return;
    await page.keyboard.press('Escape');
    await page.locator(within).waitFor({ state: 'detached' });
  }

  test('the drawer of a row, and taking back', async () => {
    const { page } = await visit(stand, {
      path: `/t/employees?row=${changed}`,
      loggedIn: true,
      provokes: /status of 409/,
    });
    const drawer = page.getByRole('complementary', { name: `row ${changed}` });
    await drawer.getByRole('button', { name: /married/ }).click();
    await drawer.getByRole('list', { name: /held$/ }).waitFor();
    await look(page, 'cells', 'aside[aria-label^=row]');
    await drawer.getByRole('tab', { name: /change/ }).click();
    await look(page, 'history', 'aside[aria-label^=row]');
    await drawer.getByRole('button', { name: 'make it as it was after this' }).last().click();
    await page.getByRole('dialog').getByText('This would change').waitFor();
    await look(page, 'a version that would come back');
    await drawer.getByRole('button', { name: 'take this change back' }).last().click();
    await page.getByRole('dialog').getByText('This was changed again since').waitFor();
    await look(page, 'a conflict of taking back');
    await page.goto(`${stand.origin}/t/employees?row=nobody`);
    await page.getByText('There never was such a row').waitFor();
    await look(page, 'a row that is none', 'aside[aria-label^=row]');
  });

  test('the dialogs and menus of a row', async () => {
    const { page } = await visit(stand, { path: '/t/employees', loggedIn: true, provokes: /status of 4(09|22)/ });
    const cell = cellAt(page, changed, column);
    for (const name of ['edit row', 'delete row', 'erase sealed cells']) {
      await cell.click({ button: 'right' });
      if (name === 'edit row') {
        expect.soft(await violationsInBoth(page, '[role=menu]'), 'the menu of a row').toEqual([]);
      }
      await page.getByRole('menuitem', { name }).click();
      await look(page, name);
    }
    await page.getByRole('button', { name: 'row', exact: true }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'add row' }).click();
    await look(page, 'a new row that is refused');
    await page.locator(`.ag-row[row-id=${changed}]`).getByRole('checkbox').first().click();
    await page.getByRole('button', { name: 'set a cell' }).click();
    await look(page, 'a cell of several rows');
    await cell.dblclick();
    await page.getByLabel(`edit ${column}`).fill('Grace');
    await stand.admin.update('employees', changed, { [column]: 'Mary' });
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').getByText('has changed meanwhile').waitFor();
    await look(page, 'a conflict');
    await page.getByRole('button', { name: 'set a cell' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Column').selectOption(column);
    await dialog.getByRole('textbox', { name: 'Value' }).fill('Grace');
    await stand.admin.update('employees', changed, { [column]: 'Ada' });
    await dialog.getByRole('button', { name: 'set' }).click();
    await dialog.getByText('keep theirs').first().waitFor();
    expect.soft(await violationsInBoth(page, '[role=dialog]'), 'a conflict of several rows').toEqual([]);
    await page.keyboard.press('Escape');
    await look(page, 'what is gone back to');
    await page.getByRole('button', { name: 'columns' }).click();
    await look(page, 'columns', '[role=menu]');
  });

  test('the dialogs and menus of a table', async () => {
    const { page } = await visit(stand, { path: '/t/employees', loggedIn: true, provokes: /status of 422/ });
    const dialog = page.getByRole('dialog');
    await page.getByRole('button', { name: 'table', exact: true }).click();
    await dialog.getByRole('textbox', { name: 'Name', exact: true }).fill('a b');
    await dialog.getByRole('button', { name: 'rules' }).first().click();
    await look(page, 'a new table');
    const more = page.getByRole('button', { name: 'more of employees' });
    await more.click();
    await page.getByRole('menuitem', { name: 'change its columns' }).click();
    await dialog.getByRole('textbox', { name: 'name of the column' }).nth(1).fill('called');
    await dialog.getByText('it can be done').waitFor();
    await look(page, 'its columns');
    await more.click();
    expect.soft(await violationsInBoth(page, '[role=menu]'), 'more of a table').toEqual([]);
    await page.getByRole('menuitem', { name: 'drop the table' }).click();
    await look(page, 'drop');
    await page.getByRole('button', { name: 'export' }).click();
    await look(page, 'export', '[role=menu]');
    await dropFile(page, 'people.csv', 'id,name,age\np1,Ada,36\np2,=1+1,40\n');
    await dialog.getByText('2 rows').first().waitFor();
    await look(page, 'import');
    await dropFile(page, 'employees.csv', `id,${column}\n${changed},Kay\n,Nobody\n`);
    await dialog.getByRole('alert').waitFor();
    await look(page, 'an import that is refused');
    await page.getByRole('button', { name: 'name this moment' }).click();
    await look(page, 'a tag');
    await page.getByRole('button', { name: 'compare' }).click();
    await look(page, 'what to compare with', '[role=menu]');
    await page.goto(`${stand.origin}/t/employees?since=2`);
    await page.getByText('entered').first().waitFor();
    await page.locator('.ag-header-cell').first().waitFor();
    await look(page, 'two moments compared', 'main');
  });

  test('the filter of the feed, and what was refused', async () => {
    const { page } = await visit(stand, { path: '/t/employees', loggedIn: true, provokes: /status of 422/ });
    await table(page);
    await page.getByRole('button', { name: 'filter the feed' }).click();
    await page.getByLabel('search the feed').fill('married');
    await page.getByRole('region', { name: 'feed' }).locator('label', { hasText: 'changed' }).click();
    await page.getByText('only changed, with “married”').waitFor();
    await look(page, 'the filter of the feed', 'aside section[aria-label=feed]');
    await cellAt(page, changed, 'salary').dblclick();
    await page.getByLabel('edit salary').fill('much');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'edit again' }).waitFor();
    await look(page, 'what was refused', 'main');
  });

  test('what is wrong: a login that has ended, a server that is gone, a log that was tampered with', {
    timeout: 180_000,
  }, async () => {
    const other = await WebStand.startApart();
    onTestFinished(() => other.stop());
    await other.loadSample('employees');
    const { page, context } = await visit(other, {
      path: '/t/employees',
      loggedIn: true,
      provokes: /net::ERR_|status of (401|408|409|50\d)/,
    });
    await table(page);
    await logOut(context, other);
    await page.getByText('Your login has ended').waitFor();
    await look(page, 'a login that has ended', 'header');
    await page.getByRole('button', { name: 'I know' }).click();
    const restart = await other.killServer();
    await page.getByText('The server does not answer').waitFor({ timeout: 20_000 });
    await look(page, 'a server that is gone', 'header');
    await restart();
    await sign(page, 'live').waitFor({ timeout: 20_000 });
    const tampering = `UPDATE change SET entry = replace(entry, 'Ada', 'Eve') WHERE seq = 2`;
    await other.ledger.query(`SET session_replication_role = replica; ${tampering}; RESET session_replication_role`);
    await page.getByRole('alert').filter({ hasText: 'tampered' }).waitFor({ timeout: 20_000 });
    await look(page, 'a log that was tampered with', 'header');
  });

  test('the people: accounts, sessions, audit and passwords', async () => {
    const { page } = await visit(stand, { path: '/accounts', loggedIn: true });
    await page.getByRole('table', { name: 'accounts' }).waitFor();
    await look(page, 'accounts', 'main');
    await page.getByRole('button', { name: 'account', exact: true }).click();
    await page.getByRole('dialog').getByRole('textbox', { name: 'Password' }).fill('short');
    await look(page, 'a new account');
    for (const name of ['set a new password', 'remove']) {
      await page.getByRole('button', { name: 'change ada' }).click();
      await page.getByRole('menuitem', { name }).click();
      await look(page, name);
    }
    for (const name of ['sessions', 'audit']) {
      await page.getByRole('tab', { name }).click();
      await page
        .getByText(/this one|logged in/)
        .first()
        .waitFor();
      await look(page, name, 'main');
    }
    const menu = page.getByRole('banner').getByRole('button', { name: 'ada' });
    await menu.click();
    await look(page, 'the menu of a person', '[role=menu]');
    await menu.click();
    await page.getByRole('menuitem', { name: 'change your password' }).click();
    await look(page, 'a new password');
  });

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
