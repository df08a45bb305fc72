import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { verifyFile } from '../../../../client/index.ts';
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
    const asked = page.waitForRequest('**/commit');
    await page.route('**/commit', async (route) => {
      // Before anybody has answered, it is said already what is done.
      await dialog.getByText('sending the changes').waitFor();
      await route.continue();
    });
    await dialog.getByRole('button', { name: /^(import|make|create)/ }).click();
    await asked;
    await dialog.getByRole('button', { name: 'open the table' }).click();
    await cellAt(page, 'p2', 'name').getByText('=1+1').waitFor();
    await expectEqualToLedger(page, stand, 'people');
    const { seq } = await stand.admin.status();

    await dropFile(page, 'people.csv', 'id,name,age\np1,Ada,37\np3,Grace,old\n');
    await dialog.getByText('line 3').waitFor();
    await dialog.getByRole('button', { name: 'cancel' }).click();
    expect(await stand.admin.status()).toMatchObject({ seq });

    // Out of the page it goes as it came, with its proof, both of the moment at which that was chosen.
    await page.getByRole('button', { name: 'export' }).click();
    await page.getByRole('menuitemcheckbox', { name: /with proofs/ }).click();
    await stand.admin.update('people', 'p1', { age: 38 });
    await cellAt(page, 'p1', 'age').getByText('38').waitFor();
    const folder = await mkdtemp(join(tmpdir(), 'rowcast-saved-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const save = (name: string) => saveFile(page, folder, name);
    const file = await save('CSV, for spreadsheets');
    expect(await readFile(file, 'utf8')).toBe('id,name,age\np1,Ada,36\np2,=1+1,40\n');
    expect(await save('the proof of CSV, for spreadsheets')).toBe(`${file}.proof`);
    expect(await verifyFile(file)).toMatchObject({ records: 2, cursor: { seq } });
  });
});

/** Chooses something of the menu, and saves what it gives under the name that it has. */
async function saveFile(page: Page, folder: string, name: string): Promise<string> {
  const given = page.waitForEvent('download');
  await page.getByRole('menuitem', { name, exact: true }).click();
  const download = await given;
  const path = join(folder, download.suggestedFilename());
  await download.saveAs(path);
  return path;
}
