import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasBrowser } from '../../../support/browser.ts';
import { visit } from '../../../support/visit.ts';
import { WebStand } from '../../../support/web-stand.ts';
import { dropFile } from './drop-file.ts';
import { expectEqualToLedger } from './equal.ts';
import { cellAt } from './grid.ts';

describe.skipIf(!hasBrowser)('a file that is dropped on the page', { timeout: 60_000 }, () => {
  let stand: WebStand;
  beforeAll(async () => {
    stand = await WebStand.start();
  });
  afterAll(() => stand?.stop());

  test('P6 becomes a table after a preview, then changes it, and what is wrong with it is said by line', async () => {
    const { page } = await visit(stand, { loggedIn: true, provokes: /status of 422/ });
    await page.getByText('There is no table yet').waitFor();
    await dropFile(page, 'people.csv', 'id,name,age\np1,Ada,36\np2,=1+1,40\n');
    const dialog = page.getByRole('dialog');
    await dialog.getByText('2 rows').first().waitFor();
    expect(await stand.admin.tables()).toMatchObject({ tables: [] });
    await dialog.getByRole('button', { name: /^(import|make|create)/ }).click();
    await dialog.getByRole('button', { name: 'open the table' }).click();
    await cellAt(page, 'p2', 'name').getByText('=1+1').waitFor();
    await expectEqualToLedger(page, stand, 'people');
    const { seq } = await stand.admin.status();

    await dropFile(page, 'people.csv', 'id,name,age\np1,Ada,37\np3,Grace,old\n');
    await dialog.getByText('line 3').waitFor();
    await dialog.getByRole('button', { name: 'cancel' }).click();
    expect(await stand.admin.status()).toMatchObject({ seq });
  });
});
