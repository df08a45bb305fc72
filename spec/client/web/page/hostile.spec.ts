import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RowcastError } from '../../../../client/index.ts';
import { columnNameSchema, tableNameSchema } from '../../../../protocol/names.ts';
import { shownText } from '../../../../protocol/shown-text.ts';
import { hasBrowser } from '../../../support/browser.ts';
import { hostileTexts } from '../../../support/hostile-texts.ts';
import { type Visit, visit } from '../../../support/visit.ts';
import { WebStand } from '../../../support/web-stand.ts';
import { shownRows } from './grid.ts';
import { sign } from './sign.ts';

const columnNames = hostileTexts.filter((text) => columnNameSchema.safeParse(text).success);
/** What little a table's name may have; with letters of other scripts, marks that stack and words of programs. */
const tableNames = [
  'javascript',
  'null',
  'undefined',
  '007',
  '1e9',
  'a--b',
  'DROP',
  'שלום',
  'مرحبا',
  'Z͑ͫ̓a̴',
  '中文',
  'ﷺ',
  'аdmin',
].filter((text) => tableNameSchema.safeParse(text).success);

describe.skipIf(!hasBrowser)(`${hostileTexts.length} hostile texts`, { timeout: 120_000 }, () => {
  let stand: WebStand;
  /** Those that the ledger takes; the others have been refused with a reason. */
  let kept: readonly string[] = [];

  beforeAll(async () => {
    stand = await WebStand.start();
    kept = await fill(stand);
  });
  afterAll(() => stand?.stop());

  async function expectHarmless({ page }: Visit): Promise<void> {
    expect(await page.evaluate(() => '__executed' in globalThis)).toBe(false);
    // What the page is made of, and nothing that came in a text.
    expect(await page.locator('iframe, object, embed, marquee, video, audio, math, base').count()).toBe(0);
    expect(
      await page.locator('a[href^="javascript:" i], img[src*="evil" i], [onerror], [onload], [onfocus]').count(),
    ).toBe(0);
    expect(new URL(page.url()).origin).toBe(stand.origin);
  }

  test('as cells and as keys: none runs, and each is read as the text that it is', async () => {
    expect(kept.length).toBeGreaterThan(200);
    const opened = await visit(stand, { path: '/t/cells', viewport: { width: 1_600, height: 40 * kept.length } });
    await expect.poll(async () => (await shownRows(opened.page)).size, { timeout: 30_000 }).toBe(kept.length);
    const shown = await shownRows(opened.page);
    const wrong = kept.filter((text, index) => !isShown(text, shown.get(`k${index}`)?.text));
    expect(wrong).toEqual([]);
    await expectHarmless(opened);
  });

  test(`as names of columns: ${columnNames.length} that the ledger takes`, async () => {
    expect(columnNames.length).toBeGreaterThan(100);
    const opened = await visit(stand, { path: '/t/wide', viewport: { width: 250 * columnNames.length, height: 700 } });
    const heads = opened.page.locator('.ag-header-cell[col-id]:not([col-id="ag-Grid-SelectionColumn"])');
    // One more: the key, which the server makes.
    await expect.poll(() => heads.count(), { timeout: 30_000 }).toBe(columnNames.length + 1);
    const told = await heads.allTextContents();
    for (const name of columnNames) expect(told.map((text) => text.trim())).toContain(name);
    await expectHarmless(opened);
  });

  test('as reasons and values in the feed', async () => {
    const opened = await visit(stand, { path: '/t/cells', viewport: { width: 1_600, height: 4_000 } });
    const feed = opened.page.getByLabel('feed', { exact: true });
    await feed
      .getByText(kept.at(-1) ?? '')
      .first()
      .waitFor();
    await expectHarmless(opened);
  });

  test(`as names of tables: ${tableNames.length} that the ledger takes`, async () => {
    const opened = await visit(stand, { viewport: { width: 1_360, height: 2_000 } });
    const list = opened.page.getByRole('navigation', { name: 'tables' });
    for (const name of tableNames) {
      await list.getByText(name, { exact: true }).click();
      await opened.page.getByRole('region', { name: `table ${name}`, exact: true }).waitFor();
    }
    await expectHarmless(opened);
  });

  test('in the address', async () => {
    const opened = await visit(stand, { provokes: /status of 40\d/ });
    for (const text of kept.filter((_, index) => index % 25 === 0)) {
      const query = new URLSearchParams({ at: text, row: text, q: text, since: text });
      await opened.page.goto(`${stand.origin}/t/cells?${query}`);
      await sign(opened.page, 'live').waitFor();
    }
    await expectHarmless(opened);
  });
});

/** Tables whose cells, keys, names and reasons are hostile. Returns the texts that may be a cell. */
async function fill({ admin }: WebStand): Promise<readonly string[]> {
  for (const name of tableNames) await admin.createTable({ name, columns: [] });
  const textColumn = { type: 'text' as const };
  await admin.createTable({ name: 'wide', columns: columnNames.map((name) => ({ ...textColumn, name })) });
  await admin.insert('wide', Object.fromEntries(columnNames.map((name) => [name, name])));
  await admin.createTable({
    name: 'cells',
    key: 'id',
    columns: ['id', 'text'].map((name) => ({ ...textColumn, name })),
  });
  const kept: string[] = [];
  for (const text of hostileTexts) {
    try {
      await admin.insert('cells', { id: `k${kept.length}`, text }, { why: text.slice(0, 1_000) });
      kept.push(text);
    } catch (error) {
      if (!(error instanceof RowcastError)) throw error;
    }
  }
  return kept;
}

/** To the letter, but that what hides, turns or moves is spelled out; of a long one the beginning. */
function isShown(text: string, shown = ''): boolean {
  if (shown.endsWith('…') && text.length > shown.length) return shownText(text).startsWith(shown.slice(0, -1));
  return shown === shownText(text) || shown === text;
}
