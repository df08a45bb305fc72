import type { Page } from 'playwright-core';

/** A row as it stands on the screen: the text of its cells by column. */
export type ShownRow = Readonly<Record<string, string>>;

/** The rows that the grid has on the screen, by key. Of those that are scrolled away it has none. */
export async function shownRows(page: Page): Promise<Map<string, ShownRow>> {
  const rows = await page.evaluate(() => {
    const byKey = new Map<string, Record<string, string>>();
    for (const cell of document.querySelectorAll<HTMLElement>('.ag-row .ag-cell[col-id]')) {
      // The boxes that rows are chosen by.
      if (cell.getAttribute('col-id') === 'ag-Grid-SelectionColumn') continue;
      const key = cell.closest('.ag-row')?.getAttribute('row-id') ?? '';
      const row = byKey.get(key) ?? {};
      row[cell.getAttribute('col-id') ?? ''] = cell.textContent ?? '';
      byKey.set(key, row);
    }
    return [...byKey];
  });
  return new Map(rows);
}

/** The keys of the rows on the screen, from above. */
export async function shownKeys(page: Page): Promise<string[]> {
  const rows = await page
    .locator('.ag-row[row-index]')
    .evaluateAll((all) => all.map((row) => [Number(row.getAttribute('row-index')), row.getAttribute('row-id') ?? '']));
  const byIndex = new Map(rows as [number, string][]);
  return [...byIndex].sort(([a], [b]) => a - b).map(([, key]) => key);
}

/** The cell of a row on the screen. */
export function cellAt(page: Page, key: string, column: string) {
  return page.locator(`.ag-row[row-id=${named(key)}] .ag-cell[col-id=${named(column)}]`);
}

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** A key or a column as the grid writes it down. */
export function nameInGrid(text: string): string {
  return text.replaceAll(/[&<>"']/g, (letter) => escapes[letter] ?? letter);
}

function named(text: string): string {
  return JSON.stringify(nameInGrid(text));
}

/** Notes from now on, with every frame, how many rows are said to be there. What it returns tells which numbers that were. */
export async function noteCounts(page: Page): Promise<() => Promise<readonly string[]>> {
  await page.evaluate(() => {
    const counts: string[] = [];
    Object.assign(globalThis, { counts });
    const look = (): void => {
      const [said] = /([\d,]+ of\s)?[\d,]+ rows/.exec(document.querySelector('main')?.innerText ?? '') ?? [];
      if (said !== undefined && counts.at(-1) !== said) counts.push(said);
      requestAnimationFrame(look);
    };
    look();
  });
  return () => page.evaluate(() => (globalThis as unknown as { counts: string[] }).counts);
}
