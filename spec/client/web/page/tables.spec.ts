import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasBrowser } from '../../../support/browser.ts';
import { visit } from '../../../support/visit.ts';
import { WebStand } from '../../../support/web-stand.ts';
import { dropFile } from './drop-file.ts';
import { expectEqualToLedger } from './equal.ts';
import { cellAt } from './grid.ts';

describe.skipIf(!hasBrowser)('tables that are made, changed and dropped on the page', { timeout: 60_000 }, () => {
  let stand: WebStand;
  beforeAll(async () => {
    stand = await WebStand.start();
  });
  afterAll(() => stand?.stop());

  const definitionOf = async (table: string): Promise<unknown> =>
    (await stand.admin.tables()).tables.find(({ definition }) => definition.name === table)?.definition;

  /** The fields of a column, of those that a form has. */
  const columnAt = (form: Locator, index: number): Locator => form.getByRole('listitem').nth(index);

  async function chooseType(page: Page, column: Locator, type: string): Promise<void> {
    await column.getByRole('combobox', { name: 'type' }).click();
    await page.getByRole('option', { name: type }).click();
  }

  async function menuOf(page: Page, table: string, item: string): Promise<void> {
    await page.getByRole('button', { name: `more of ${table}` }).click();
    await page.getByRole('menuitem', { name: item }).click();
  }

  const said = (page: Page, text: string): Locator => page.getByRole('status').filter({ hasText: text });

  test('are as their forms said, and each step is undone and done again', async () => {
    const { page } = await visit(stand, { loggedIn: true });
    await page.getByRole('button', { name: 'table', exact: true }).click();
    const making = page.getByRole('dialog', { name: 'A new table' });
    const make = making.getByRole('button', { name: 'make the table' });
    expect(await make.isEnabled()).toBe(false);
    await making.getByRole('textbox', { name: 'Name', exact: true }).fill('rates');
    await columnAt(making, 1).getByRole('textbox', { name: 'name of the column' }).fill('rate');
    await chooseType(page, columnAt(making, 1), 'decimal');
    await columnAt(making, 1).getByRole('button', { name: 'rules' }).click();
    await columnAt(making, 1).getByLabel('at least').fill('0.00');
    await making.getByLabel('reason').fill('for the invoices');
    await make.click();
    await page.getByRole('heading', { name: 'rates' }).waitFor();
    const made = {
      name: 'rates',
      key: 'id',
      columns: [
        { name: 'id', type: 'text', required: true },
        { name: 'rate', type: 'decimal', min: '0.00' },
      ],
    };
    expect(await definitionOf('rates')).toMatchObject(made);
    await said(page, 'made the table rates').waitFor();
    await page.keyboard.press('Control+z');
    await expect.poll(() => definitionOf('rates')).toBeUndefined();
    await page.keyboard.press('Control+Shift+z');
    await expect.poll(() => definitionOf('rates')).toMatchObject(made);
    await page.getByRole('heading', { name: 'rates' }).waitFor();

    await stand.admin.insert('rates', { id: 'R1', rate: '1.50' });
    await cellAt(page, 'R1', 'rate').waitFor();
    await menuOf(page, 'rates', 'change its columns');
    const changing = page.getByRole('dialog', { name: 'The columns of rates' });
    await changing.getByRole('button', { name: 'column', exact: true }).click();
    await columnAt(changing, 2).getByRole('textbox', { name: 'name of the column' }).fill('note');
    await columnAt(changing, 1).getByRole('textbox', { name: 'name of the column' }).fill('percent');
    await changing.getByText('it can be done').waitFor();
    await changing.getByRole('button', { name: 'change the table' }).click();
    await changing.waitFor({ state: 'detached' });
    await cellAt(page, 'R1', 'percent').getByText('1.50').waitFor();
    const columns = async (): Promise<unknown> =>
      ((await definitionOf('rates')) as typeof made | undefined)?.columns.map(({ name }) => name);
    expect(await columns()).toEqual(['id', 'percent', 'note']);
    await said(page, 'changed the columns of rates').getByRole('button', { name: 'undo' }).click();
    await cellAt(page, 'R1', 'rate').getByText('1.50').waitFor();
    expect(await columns()).toEqual(['id', 'rate']);

    await menuOf(page, 'rates', 'drop the table');
    const dropping = page.getByRole('dialog', { name: 'Drop rates?' });
    const drop = dropping.getByRole('button', { name: 'drop the table' });
    expect(await drop.isEnabled()).toBe(false);
    await dropping.getByLabel('Write rates to confirm').fill('rates');
    await drop.click();
    await page.getByText('There is no table yet').waitFor();
    expect(await definitionOf('rates')).toBeUndefined();
    await said(page, 'dropped the table rates').getByRole('button', { name: 'undo' }).click();
    await page.getByRole('navigation').getByRole('button', { name: 'rates' }).click();
    await cellAt(page, 'R1', 'rate').getByText('1.50').waitFor();
    await expectEqualToLedger(page, stand, 'rates');
  });

  test('and filled from a file are undone as one, also where others have changed rows of it since: the person is asked', async () => {
    const { page } = await visit(stand, { loggedIn: true, provokes: /status of 409/ });
    await stand.admin.createTable({
      name: 'people',
      key: 'id',
      columns: [
        { name: 'id', type: 'text' },
        { name: 'age', type: 'integer' },
      ],
    });
    await page.getByRole('navigation').getByRole('button', { name: 'people' }).click();
    await page.getByRole('heading', { name: 'people' }).waitFor();
    const dialog = page.getByRole('dialog', { name: 'Import people.csv' });
    const rows = async (): Promise<unknown> =>
      (await stand.admin.list('people')).rows.map(({ key, row }) => [key, row.age]);
    const fill = async (): Promise<void> => {
      await dropFile(page, 'people.csv', 'id,age\np1,36\np2,40\n');
      await dialog.getByRole('button', { name: /^make \d changes/ }).click();
      await dialog.getByText('can be undone as one').waitFor();
    };
    await fill();
    await dialog.getByRole('button', { name: 'open the table' }).click();
    await said(page, 'imported people.csv into people').waitFor();
    await page.keyboard.press('Control+z');
    await expect.poll(rows).toEqual([]);

    await fill();
    await stand.admin.update('people', 'p2', { age: 41 });
    await dialog.getByRole('button', { name: 'undo' }).click();
    const conflict = page.getByRole('dialog', { name: 'Changed again since' });
    await conflict.getByText('41').waitFor();
    await expect
      .poll(() =>
        conflict.getByRole('button', { name: 'leave it as it is' }).evaluate((it) => it === document.activeElement),
      )
      .toBe(true);
    await conflict.getByRole('button', { name: 'keep these, undo the rest' }).click();
    await said(page, 'undone: imported people.csv into people').waitFor();
    expect(await rows()).toEqual([['p2', 41]]);
    const made = [];
    for await (const { entry } of stand.admin.history('people', 'p1')) made.push(entry);
    expect(made.at(-1)).toMatchObject({ op: 'delete', why: 'undo the import into people' });
  });
});
