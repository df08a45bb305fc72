import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { localTime } from '../../../../client/web/page/words/local-time.ts';
import { hasBrowser } from '../../../support/browser.ts';
import { visit } from '../../../support/visit.ts';
import { WebStand } from '../../../support/web-stand.ts';
import { violationsInBoth } from './axe.ts';
import { cellAt } from './grid.ts';

const phone = { width: 390, height: 780 };
const desk = { width: 1_280, height: 760 };
const opened = '2026-05-01T12:00:00.5Z';
const moved = '2026-05-02T08:30:00Z';

describe.skipIf(!hasBrowser)('what is seen', { timeout: 60_000 }, () => {
  let stand: WebStand;
  beforeAll(async () => {
    stand = await WebStand.start();
    await stand.admin.createTable({
      name: 'shop',
      key: 'id',
      columns: [
        { name: 'id', type: 'text' },
        { name: 'opens', type: 'timestamp' },
      ],
    });
    await stand.admin.insert('shop', { id: 'a', opens: opened });
    await stand.admin.update('shop', 'a', { opens: moved });
    await stand.admin.insert('shop', { id: 'b' });
  });
  afterAll(() => stand?.stop());

  const table = async (page: Page): Promise<void> => cellAt(page, 'a', 'opens').waitFor();

  test('on a phone all that is done with time is reached: going, stepping, naming, comparing, the speed', async () => {
    const { page } = await visit(stand, { path: '/t/shop', viewport: phone, loggedIn: true });
    await table(page);
    const sheet = page.getByRole('dialog', { name: 'Time' });
    const open = (): Promise<void> => page.getByRole('button', { name: 'more of time' }).click();
    await page.getByRole('button', { name: 'one change back' }).click();
    await page.getByText('read only').waitFor();
    await page.getByRole('button', { name: 'back to now' }).click();

    await open();
    expect.soft(await violationsInBoth(page, '[role=dialog]')).toEqual([]);
    await sheet.getByLabel('speed').selectOption('10');
    const field = sheet.getByRole('combobox', { name: 'go to a moment' });
    await field.fill('no moment');
    await field.press('Enter');
    const told = page.getByRole('alert').filter({ hasText: 'That is no moment' });
    await told.waitFor();
    const titles = [sheet.getByRole('heading', { name: 'Time' }), field];
    await expect.poll(async () => await covered(told, titles)).toEqual([]);
    await field.fill('2');
    await field.press('Enter');
    await sheet.waitFor({ state: 'detached' });
    await page.getByText('read only').waitFor();
    await page.getByText(localTime(opened)).first().waitFor();

    await open();
    expect(await sheet.getByLabel('speed').inputValue()).toBe('10');
    await sheet.getByRole('button', { name: 'name this moment' }).click();
    const naming = page.getByRole('dialog', { name: 'Name this moment' });
    await naming.getByLabel('Name').fill('opening');
    await naming.getByRole('button', { name: 'name it' }).click();
    await naming.waitFor({ state: 'detached' });
    expect(await stand.admin.tags()).toMatchObject([{ name: 'opening', seq: 2 }]);
    await page.getByRole('button', { name: 'back to now' }).click();

    await open();
    await sheet.getByRole('button', { name: 'opening', exact: true }).click();
    await page.getByText('what changed from').waitFor();
    await page.getByRole('button', { name: 'end comparing' }).click();
    await page.getByText('what changed from').waitFor({ state: 'detached' });
    expect(new URL(page.url()).search).toBe('');
  });

  for (const [size, viewport] of [
    ['a desk', desk],
    ['a phone', phone],
  ] as const) {
    test(`at ${size}: what could not be done is said over nothing that one needs`, async () => {
      const { page } = await visit(stand, { path: '/t/shop', viewport, loggedIn: true });
      await table(page);
      await cellAt(page, 'a', 'opens').click();
      await page.keyboard.press('Control+z');
      const note = page.getByRole('alert').filter({ hasText: 'nothing of yours to undo' });
      await note.waitFor();
      const neighbours = [
        page.getByText('2 rows'),
        page.getByRole('slider', { name: 'moment' }),
        page.getByRole('button', { name: 'play from the beginning' }),
        cellAt(page, 'b', 'id'),
      ];
      await expect.poll(async () => await covered(note, neighbours)).toEqual([]);
      expect.soft(await violationsInBoth(page, 'footer')).toEqual([]);
    });
  }

  test('on a phone the tables stand where one is to be chosen, and cells lie under nothing up to the edge', async () => {
    await stand.admin.createTable({ name: 'long', key: 'id', columns: [{ name: 'id', type: 'integer' }] });
    await stand.admin.batch(
      Array.from({ length: 100 }, (_, id) => ({ type: 'row.insert', table: 'long', row: { id } }) as const),
    );
    const { page } = await visit(stand, { viewport: phone });
    await page.getByRole('button', { name: 'long 100 rows', exact: true }).click();
    await page.locator('.ag-row').first().waitFor();
    const scroller = page.locator('.ag-body-vertical-scroll-viewport');
    await scroller.waitFor({ state: 'attached' });
    expect(await scroller.evaluate((it) => getComputedStyle(it).backgroundColor)).toBe('rgba(0, 0, 0, 0)');
  });

  test('beside the tables of a tablet there is room for the feed, a row and the tools of the table, each whole', async () => {
    const { page } = await visit(stand, { path: '/t/shop', viewport: { width: 768, height: 1_024 }, loggedIn: true });
    await table(page);
    const tables = page.getByRole('navigation', { name: 'tables' });
    const feed = page.getByRole('region', { name: 'feed' });
    await page.getByRole('button', { name: 'show the feed' }).click();
    await expect.poll(async () => await isBeside(feed, tables)).toBe(true);
    await page.getByRole('button', { name: 'hide the feed' }).click();
    await cellAt(page, 'a', 'id').click();
    const row = page.getByRole('complementary', { name: 'row a' });
    await expect.poll(async () => await isBeside(row, tables)).toBe(true);
    await page.getByRole('button', { name: 'close the row' }).click();
    const [search, more] = [page.getByLabel('search the rows'), page.getByRole('button', { name: 'more of shop' })];
    const tops = await Promise.all([search, more].map(async (part) => (await part.boundingBox())?.y ?? 0));
    expect(Math.abs((tops[0] ?? 0) - (tops[1] ?? 0))).toBeLessThan(10);
  });

  test('on a phone there is room for what is searched for, with and without a login, in two lines', async () => {
    for (const loggedIn of [true, false]) {
      const { page } = await visit(stand, { path: '/t/shop', viewport: phone, loggedIn });
      await table(page);
      const box = await page.getByLabel('search the rows').boundingBox();
      expect(box?.width).toBeGreaterThan(140);
      const grid = await page.locator('.ag-header').boundingBox();
      expect((grid?.y ?? Number.POSITIVE_INFINITY) - (box?.y ?? 0)).toBeLessThan(90);
    }
  });

  test('what nothing fits is not said to be empty', async () => {
    const { page } = await visit(stand, { path: '/t/shop' });
    const feed = page.getByRole('region', { name: 'feed' });
    await feed.getByRole('button', { name: 'filter the feed' }).click();
    await feed.getByLabel('search the feed').fill('no change has this');
    await feed.getByText('nothing fits the filter').waitFor();
  });

  test('what nobody sees from the rows is said below them, until there is something else to say', async () => {
    const { page } = await visit(stand, { path: '/t/shop', loggedIn: true });
    await table(page);
    const hint = page.getByText('type in a cell to change it, click a key for the past of its row');
    await hint.waitFor();
    await page
      .getByRole('checkbox', { name: /select/ })
      .nth(1)
      .click();
    await page.getByText('1 selected').waitFor();
    expect(await hint.count()).toBe(0);
  });

  test('what ends a form is in view, however little of the form is', async () => {
    const height = 420;
    const { page } = await visit(stand, { path: '/t/shop', viewport: { width: 390, height }, loggedIn: true });
    await page.getByRole('button', { name: 'row', exact: true }).click();
    const add = page.getByRole('dialog').getByRole('button', { name: 'add row' });
    await add.waitFor();
    await expect.poll(async () => await bottomOf(add)).toBeLessThanOrEqual(height);
  });

  test('nothing is offered for a table that there is not', async () => {
    const { page } = await visit(stand, { path: '/t/nothing', loggedIn: true, provokes: /status of 404/ });
    await page.getByText('There is no table nothing').waitFor();
    for (const name of ['row', 'export']) expect(await page.getByRole('button', { name, exact: true }).count()).toBe(0);
  });

  test('a time is told by the clock of whoever reads, in the feed and in the past of a row; pointed at, to the letter', async () => {
    const { page } = await visit(stand, { path: '/t/shop?row=a', viewport: { width: 1_600, height: 900 } });
    await table(page);
    const row = page.getByRole('complementary', { name: 'row a' });
    await row.getByRole('tabpanel', { name: 'cells' }).getByTitle(moved).waitFor();
    await row.getByRole('tab', { name: /change/ }).click();
    const past = row.getByRole('tabpanel', { name: /change/ });
    expect(await past.getByTitle(opened).first().textContent()).toBe(localTime(opened));
    expect(await past.textContent()).not.toContain('T12:00');
    await row.getByRole('button', { name: 'close the row' }).click();
    const feed = page.getByRole('region', { name: 'feed' });
    expect(await feed.getByTitle(moved).first().textContent()).toBe(localTime(moved));
    expect(await feed.textContent()).not.toContain('T08:30');
  });

  test('and in what is shown before it is pasted', async () => {
    const { page } = await visit(stand, { path: '/t/shop', loggedIn: true });
    await table(page);
    await cellAt(page, 'a', 'opens').click();
    await page.evaluate((text) => {
      const clipboardData = new DataTransfer();
      clipboardData.setData('text/plain', text);
      document.activeElement?.dispatchEvent(
        new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }),
      );
    }, `${opened}\n${opened}`);
    const dialog = page.getByRole('dialog', { name: 'Paste' });
    await dialog.getByTitle(moved).waitFor();
    expect(await dialog.getByTitle(opened).allTextContents()).toEqual([localTime(opened), localTime(opened)]);
    expect(await dialog.textContent()).not.toMatch(/T\d\d:/);
  });
});

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Those of the places that the note overlaps, or that are not seen. */
async function covered(note: Locator, places: readonly Locator[]): Promise<string[]> {
  const over = await note.boundingBox();
  const found: string[] = [];
  for (const place of places) {
    const box = await place.boundingBox();
    if (over === null || box === null || overlap(over, box)) found.push(String(place));
  }
  return found;
}

/** Whether it is seen, whole, at the right of the other. */
async function isBeside(place: Locator, other: Locator): Promise<boolean> {
  const [box, left] = [await place.boundingBox(), await other.boundingBox()];
  const width = place.page().viewportSize()?.width ?? 0;
  return box !== null && left !== null && box.x >= left.x + left.width && box.x + box.width <= width;
}

async function bottomOf(place: Locator): Promise<number> {
  const box = await place.boundingBox();
  return box === null ? Number.POSITIVE_INFINITY : box.y + box.height;
}

function overlap(a: Box, b: Box): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}
