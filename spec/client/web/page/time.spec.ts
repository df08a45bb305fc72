import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasBrowser } from '../../../support/browser.ts';
import { figure, quantile, scale } from '../../../support/scale.ts';
import { visit } from '../../../support/visit.ts';
import { WebStand } from '../../../support/web-stand.ts';
import { expectEqualToLedger, rowsOf } from './equal.ts';
import { cellAt, shownRows } from './grid.ts';

const idColumn = { name: 'id', type: 'text' } as const;
const numberColumn = { name: 'n', type: 'integer' } as const;

describe.skipIf(!hasBrowser)('time on the page', { timeout: 60_000 }, () => {
  let stand: WebStand;
  /** Seq of the last change of each of the rounds. */
  const rounds: number[] = [];
  const viewport = { width: 1_360, height: 1_600 };

  beforeAll(async () => {
    stand = await WebStand.start();
    await stand.admin.createTable({ name: 'item', key: 'id', columns: [idColumn, numberColumn] });
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

  test('the day that it is, typed as a moment, is now, as it is not over; who is there already is told so', async () => {
    const { page } = await visit(stand, { path: `/t/item?at=${rounds[1]}`, viewport, provokes: /status of 404/ });
    await page.getByText('read only').waitFor();
    const today = await page.evaluate(() => {
      const now = new Date();
      const two = (value: number): string => String(value).padStart(2, '0');
      return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
    });
    const field = page.getByRole('combobox', { name: 'go to a moment' });
    await field.fill(today);
    await field.press('Enter');
    await page.getByText('read only').waitFor({ state: 'detached' });
    await expectEqualToLedger(page, stand, 'item');
    expect(new URL(page.url()).search).toBe('');
    await field.fill(today);
    await field.press('Enter');
    await page.getByRole('alert').filter({ hasText: `Today is not over` }).waitFor();
    await field.fill(`${today} 00:00`);
    await field.press('Enter');
    await page.getByText('There was no table item at that moment').waitFor();
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

  /** At 1 a play that has begun behind the writers stays behind them until they rest; faster it is there while they write. */
  test.each(['1', '10'])(
    'P5 P6 a play at %s times the pace goes on into what is written meanwhile, and never back',
    async (speed) => {
      const table = `clock_${speed}`;
      await stand.admin.createTable({ name: table, key: 'id', columns: [idColumn, numberColumn] });
      const { seq } = await stand.admin.insert(table, { id: 'a', n: 0 });
      let n = 0;
      // The first row tells whether it ever goes back; in the others a change that was lost stays to be seen.
      const write = async (): Promise<void> => {
        n += 1;
        const rows = [
          { id: 'a', n },
          { id: `w${n % 80}`, n },
        ];
        await stand.admin.batch(rows.map((row) => ({ type: 'row.upsert', table, row })));
      };
      for (let writes = 0; writes < 5; writes += 1) await write();
      const { page } = await visit(stand, { path: `/t/${table}?at=${seq}`, viewport: { width: 1_360, height: 3_200 } });
      await cellAt(page, 'a', 'n').getByText('0').waitFor();
      const shown = await page.evaluateHandle(noteNumbers);
      await page.getByLabel('speed').selectOption(speed);
      await page.getByRole('button', { name: 'play from here' }).click();
      let hasArrived = false;
      const arrival = page
        .getByText('read only')
        .waitFor({ state: 'detached' })
        .finally(() => {
          hasArrived = true;
        });
      for (let writes = 0; !hasArrived && (speed !== '1' || writes < 20); writes += 1) await write();
      await arrival;
      for (let writes = 0; writes < 5; writes += 1) await write();
      await expectEqualToLedger(page, stand, table);
      const numbers = await shown.evaluate((noted) => noted);
      expect(numbers).toEqual([...numbers].sort((one, other) => one - other));
      expect(numbers.at(-1)).toBe(n);
    },
  );

  /** Between the tags `from` and `to`: of the first round one row went; of the second, two came that are still there. */
  const differing = new Map([
    ['r0.0', { id: 'r0.0', n: '0' }],
    ['r1.1', { id: 'r1.1', n: '101' }],
    ['r1.2', { id: 'r1.2', n: '2' }],
  ]);

  test('two moments are compared: what entered, what left and what changed', async () => {
    const [from = 0, to = 0] = [rounds[0], rounds[1]];
    await stand.admin.tag('from', { point: { seq: from - 1 } });
    await stand.admin.tag('to', { point: { seq: to } });
    const { page } = await visit(stand, { path: '/t/item?since=from&at=to', viewport });
    await cellAt(page, 'r1.1', 'n').waitFor();
    expect(await shownRows(page)).toEqual(differing);
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

  test('a moment is compared with a later one: what differs going back', async () => {
    const { page } = await visit(stand, { path: '/t/item?since=to&at=from', viewport });
    await cellAt(page, 'r0.0', 'n').waitFor();
    expect(await shownRows(page)).toEqual(differing);
    await page.getByText('what differs from').waitFor();
    await page.getByText('1 entered · 2 left · 0 changed').waitFor();
    await page.getByRole('button', { name: 'end comparing' }).click();
    await page.getByRole('button', { name: 'compare' }).click();
    await page.getByRole('menuitem', { name: 'to', exact: true }).click();
    await page.getByText('1 entered · 2 left · 0 changed').waitFor();
  });
});

describe.skipIf(!hasBrowser)('dragging time', { timeout: 120_000 }, () => {
  let stand: WebStand;
  const tables = { small: 50, large: 10_000 } as const;
  /** Seqs of the changes of each table's first row, which counts them. */
  const seqs: Record<string, number[]> = { small: [], large: [] };

  beforeAll(async () => {
    stand = await WebStand.start();
    for (const [name, rows] of Object.entries(tables)) await fill(name, rows);
    for (let n = 1; n <= 150; n += 1) {
      for (const [name, list] of Object.entries(seqs)) list.push((await stand.admin.update(name, 'a', { n })).seq);
    }
  });
  afterAll(() => stand?.stop());

  async function fill(name: string, rows: number): Promise<void> {
    await stand.admin.createTable({
      name,
      key: 'id',
      columns: [idColumn, numberColumn, { name: 'text', type: 'text' }],
    });
    await stand.admin.insert(name, { id: 'a', n: 0 });
    for (let from = 1; from < rows; from += 1_000) {
      const part = Array.from({ length: Math.min(1_000, rows - from) }, (_, index) => from + index);
      const rowOf = (n: number) => ({ id: `r${n}`, n, text: `the row of the number ${n}` });
      await stand.admin.batch(part.map((n) => ({ type: 'row.insert', table: name, row: rowOf(n) })));
    }
  }

  test.each(Object.entries(tables))('paints the past of a table: %s, %i rows', async (table, rows) => {
    const { page } = await visit(stand, { path: `/t/${table}` });
    await cellAt(page, 'a', 'n').getByText('150').waitFor();
    const box = await page.getByRole('slider', { name: 'moment' }).locator('..').boundingBox();
    if (box === null) throw new Error('there is no curve');
    const y = box.y + box.height / 2;
    await page.mouse.move(box.x + box.width - 30, y);
    await page.mouse.down();
    await page.getByText('read only').waitFor();
    const x = (fraction: number): number => box.x + box.width * fraction;
    const [first = 0] = seqs.large ?? [];
    const least = await leastFraction(page, first, (fraction) => page.mouse.move(x(fraction), y));
    const delaysMs: number[] = [];
    const count = scale(30, 300);
    // Not from 0: the pointer may stand there, and a move that is none leads nowhere.
    for (let n = 1; n <= count; n += 1) {
      const fraction = least + (0.98 - least) * ((n * 0.382) % 1);
      delaysMs.push(await delayMs(page, seqs[table] ?? [], () => page.mouse.move(x(fraction), y)));
    }
    await page.mouse.up();
    figure(
      `${count} moves of the pointer along the curve, to ${rows} rows of then on the screen: ` +
        `median ${quantile(delaysMs, 0.5).toFixed(0)} ms, p95 ${quantile(delaysMs, 0.95).toFixed(0)} ms`,
    );
    // 100 ms are felt as at once; here other tests run beside this one.
    expect(quantile(delaysMs, 0.5)).toBeLessThan(1_000);
  });
});

/** Every number that the first row's cell shows from now on. */
function noteNumbers(): number[] {
  const noted: number[] = [];
  new MutationObserver(() => {
    const cell = document.querySelector('.ag-row[row-id="a"] .ag-cell[col-id="n"]');
    const number = Number(cell?.textContent || Number.NaN);
    if (!Number.isNaN(number) && number !== noted.at(-1)) noted.push(number);
  }).observe(document.body, { subtree: true, childList: true, characterData: true });
  return noted;
}

/** The place of the curve from which on all is behind a seq. */
async function leastFraction(page: Page, seq: number, moveTo: (fraction: number) => Promise<void>): Promise<number> {
  let [low, high] = [0, 1];
  while (high - low > 0.01) {
    const middle = (low + high) / 2;
    await moveTo(middle);
    await page.evaluate(() => new Promise(requestAnimationFrame));
    const at = Number(await page.getByRole('slider', { name: 'moment' }).getAttribute('aria-valuenow'));
    if (at < seq) low = middle;
    else high = middle;
  }
  return high;
}

/** Milliseconds from a move of the pointer to the frame that shows the rows of the moment to which it leads. */
async function delayMs(page: Page, seqs: readonly number[], move: () => Promise<void>): Promise<number> {
  const shown = await page.evaluateHandle((known) => {
    const valueNow = (): number => Number(document.querySelector('[data-handle="at"]')?.getAttribute('aria-valuenow'));
    const before = valueNow();
    const isShown = (): boolean => {
      const cell = document.querySelector('.ag-row[row-id="a"] .ag-cell[col-id="n"]');
      const at = valueNow();
      return at !== before && cell?.textContent === String(known.filter((seq) => seq <= at).length);
    };
    const delay = new Promise<number>((resolve) => {
      const begin = (): void => {
        const start = performance.now();
        const look = (): void => {
          if (isShown()) resolve(performance.now() - start);
          else requestAnimationFrame(look);
        };
        requestAnimationFrame(look);
      };
      addEventListener('pointermove', begin, { once: true, capture: true });
    });
    return { delay };
  }, seqs);
  await move();
  return await shown.evaluate(({ delay }) => delay);
}
