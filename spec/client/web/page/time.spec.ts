import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasBrowser } from '../../../support/browser.ts';
import { visit } from '../../../support/visit.ts';
import { WebStand } from '../../../support/web-stand.ts';
import { expectEqualToLedger, rowsOf } from './equal.ts';
import { cellAt, shownRows } from './grid.ts';

describe.skipIf(!hasBrowser)('time on the page', { timeout: 60_000 }, () => {
  let stand: WebStand;
  /** Seq of the last change of each of the rounds. */
  const rounds: number[] = [];
  const viewport = { width: 1_360, height: 1_600 };

  beforeAll(async () => {
    stand = await WebStand.start();
    await stand.admin.createTable({
      name: 'item',
      key: 'id',
      columns: [
        { name: 'id', type: 'text' },
        { name: 'n', type: 'integer' },
      ],
    });
    for (let round = 0; round < 5; round += 1) rounds.push(await changeRows(round));
    await stand.admin.tag('halfway', { point: { seq: rounds[2] ?? 0 } });
  });
  afterAll(() => stand?.stop());

  /** Three rows come, one changes and one goes. */
  async function changeRows(round: number): Promise<number> {
    for (const n of [0, 1, 2]) await stand.admin.insert('item', { id: `r${round}.${n}`, n });
    await stand.admin.update('item', `r${round}.1`, { n: 100 + round });
    const { seq } = await stand.admin.delete('item', `r${round}.0`);
    return seq;
  }

  async function expectAsOf(page: Page, seq: number): Promise<void> {
    await expect.poll(() => shownRows(page), { timeout: 15_000 }).toEqual(await rowsOf(stand, 'item', seq));
  }

  test('a seq, a tag and the keys of the slider lead into the past, whose address leads others there', async () => {
    const { page } = await visit(stand, { path: '/t/item', viewport });
    await expectEqualToLedger(page, stand, 'item');
    const field = page.getByRole('combobox', { name: 'go to a moment' });
    await field.fill(String(rounds[1]));
    await field.press('Enter');
    await expectAsOf(page, rounds[1] ?? 0);
    await page.getByText('read only').waitFor();
    const { epoch } = await stand.admin.status();
    expect(new URL(page.url()).search).toBe(`?at=${rounds[1]}@${epoch}`);
    const slider = page.getByRole('slider', { name: 'moment' });
    await slider.press('ArrowLeft');
    await expectAsOf(page, (rounds[1] ?? 0) - 1);
    await slider.press('ArrowRight');
    await expectAsOf(page, rounds[1] ?? 0);
    const other = await visit(stand, { path: page.url().slice(stand.origin.length), viewport });
    await expectAsOf(other.page, rounds[1] ?? 0);
    await field.fill('halfway');
    await field.press('Enter');
    await expectAsOf(page, rounds[2] ?? 0);
    await page.getByRole('button', { name: 'back to now' }).click();
    await expectEqualToLedger(page, stand, 'item');
    expect(new URL(page.url()).search).toBe('');
  });

  test('P5 P6 a play from the beginning arrives in the present and goes on live, while changes are made', async () => {
    const { page } = await visit(stand, { path: '/t/item', viewport });
    await expectEqualToLedger(page, stand, 'item');
    await page.getByRole('slider', { name: 'moment' }).press('Home');
    await page.getByText('read only').waitFor();
    await page.getByLabel('speed').selectOption('max');
    await page.getByRole('button', { name: 'play from here' }).click();
    for (const round of [5, 6]) await changeRows(round);
    await page.getByText('read only').waitFor({ state: 'detached', timeout: 30_000 });
    await expectEqualToLedger(page, stand, 'item');
    await changeRows(7);
    await cellAt(page, 'r7.2', 'n').waitFor();
    await expectEqualToLedger(page, stand, 'item');
    expect(new URL(page.url()).search).toBe('');
  });

  test('two moments are compared: what entered, what left and what changed', async () => {
    const [from = 0, to = 0] = [rounds[0], rounds[1]];
    await stand.admin.tag('from', { point: { seq: from - 1 } });
    await stand.admin.tag('to', { point: { seq: to } });
    const { page } = await visit(stand, { path: '/t/item?since=from&at=to', viewport });
    await cellAt(page, 'r1.1', 'n').waitFor();
    // Of the first round one row went after `from`; of the second, two came that are still there.
    expect(await shownRows(page)).toEqual(
      new Map([
        ['r0.0', { id: 'r0.0', n: '0' }],
        ['r1.1', { id: 'r1.1', n: '101' }],
        ['r1.2', { id: 'r1.2', n: '2' }],
      ]),
    );
    await page.getByText('what changed from').waitFor();
    await page.getByRole('button', { name: 'download' }).click();
    const given = page.waitForEvent('download');
    await page.getByRole('menuitem', { name: 'CSV, for spreadsheets' }).click();
    const file = await given;
    expect(file.suggestedFilename()).toBe(`item-changes-${from - 1}-${to}.csv`);
    expect((await readFile(await file.path(), 'utf8')).split('\n').slice(0, 2)).toEqual([
      'table,key,change,column,before,after',
      'item,r0.0,delete,id,r0.0,',
    ]);
    await page.getByRole('button', { name: 'end comparing' }).click();
    await expectAsOf(page, to);
  });
});
