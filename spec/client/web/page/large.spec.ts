import { nanoid } from 'nanoid';
import type { CDPSession, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasBrowser } from '../../../support/browser.ts';
import { figure, isLong, quantile, scale } from '../../../support/scale.ts';
import { visit } from '../../../support/visit.ts';
import { WebStand } from '../../../support/web-stand.ts';
import { cellAt } from './grid.ts';
import { sign } from './sign.ts';

const rows = 100_000;
const keyOf = (n: number): string => `k${String(n).padStart(6, '0')}`;

describe.skipIf(!hasBrowser)(`a table of ${rows} rows`, { timeout: scale(180_000, 900_000) }, () => {
  let stand: WebStand;
  beforeAll(async () => {
    stand = await WebStand.startApart();
    const columns = [
      { name: 'id', type: 'text' as const },
      { name: 'name', type: 'text' as const },
      { name: 'n', type: 'integer' as const },
      { name: 'price', type: 'decimal' as const },
    ];
    await stand.admin.createTable({ name: 'large', key: 'id', columns });
    for (let from = 0; from < rows; from += 10_000) {
      const part = Array.from({ length: 10_000 }, (_, index) => rowOf(from + index));
      await stand.admin.batch(part, { timeoutMs: 120_000 });
    }
  }, 300_000);
  afterAll(() => stand?.stop());

  test('its first rows are soon on the screen, and it scrolls from end to end without blank rows', async () => {
    // What the browser keeps of the page it keeps for everybody who comes a second time.
    const { page } = await visit(stand);
    await sign(page, 'live').waitFor();
    const paintsMs: number[] = [];
    for (let n = 0; n < scale(1, 5); n += 1) {
      await page.goto('about:blank');
      const startMs = performance.now();
      await page.goto(`${stand.origin}/t/large`, { waitUntil: 'commit' });
      await cellAt(page, keyOf(0), 'name').waitFor();
      paintsMs.push(performance.now() - startMs);
    }
    await page.getByText('100,000 rows').waitFor({ timeout: 60_000 });
    const blanks = await page.evaluate(scrollThrough, scale(40, 400));
    figure(
      `${rows} rows: first of them after ${quantile(paintsMs, 0.5).toFixed(0)} ms; scrolled through, in ` +
        `${blanks.frames} frames of ${blanks.frameMs.toFixed(0)} ms (median) ${blanks.blank} with a blank row`,
    );
    // What is promised is 1.5 s; here other tests run beside this one.
    expect(quantile(paintsMs, 0.5)).toBeLessThan(5_000);
    // None is promised; a frame may be late where other tests run beside this one.
    expect(blanks.blank).toBeLessThanOrEqual(scale(4, 0));
    expect(blanks.frames).toBeGreaterThan(30);
  });

  test('a row far below is on the screen for whoever opens its address, and Tab leads past all others', async () => {
    const key = keyOf(rows - 100);
    const startMs = performance.now();
    const { page } = await visit(stand, { path: `/t/large?row=${key}` });
    await page.locator(`.ag-row[row-id="${key}"][class*="_open_"]`).first().waitFor({ timeout: 60_000 });
    figure(
      `a row far below of ${rows}: on the screen ${(performance.now() - startMs).toFixed(0)} ms after its address was opened`,
    );
    await page.getByText('100,000 rows').waitFor({ timeout: 60_000 });
    await expect.poll(() => cellAt(page, key, 'name').isVisible()).toBe(true);
    await cellAt(page, key, 'name').focus();
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.closest('.ag-root-wrapper'))).toBeNull();
  });

  test('answers while a thousand changes a second are shown, and its memory stays', async () => {
    const { page, context } = await visit(stand, { path: '/t/large' });
    await page.getByText('100,000 rows').waitFor({ timeout: 60_000 });
    const devtools = await context.newCDPSession(page);
    const before = await heapBytes(devtools);
    const load = new Load(stand);
    const seconds = scale(6, 600);
    const latenciesMs: number[] = [];
    const untilMs = performance.now() + seconds * 1_000;
    while (performance.now() < untilMs) latenciesMs.push(await clickMs(page));
    const { changes, lastSeq, perSecond } = await load.stop();
    const caughtUp = performance.now();
    await page.getByText(`newest change #${lastSeq}`).waitFor({ timeout: 30_000 });
    const grownMb = ((await heapBytes(devtools)) - before) / 1_048_576;
    figure(
      `${changes} changes in ${seconds} s (${perSecond.toFixed(0)}/s): a click is answered after p50 ${quantile(latenciesMs, 0.5).toFixed(0)} ms, ` +
        `p95 ${quantile(latenciesMs, 0.95).toFixed(0)} ms; ${(performance.now() - caughtUp).toFixed(0)} ms behind at the end; heap ${grownMb >= 0 ? '+' : ''}${grownMb.toFixed(1)} MB`,
    );
    // What is promised is 100 ms.
    expect(quantile(latenciesMs, 0.5)).toBeLessThan(scale(500, 100));
    expect(grownMb).toBeLessThan(isLong ? 20 : 60);
  });
});

function rowOf(n: number) {
  const row = { id: keyOf(n), name: `name ${n}`, n, price: `${n}.50` };
  return { type: 'row.insert', table: 'large', row } as const;
}

/** About a thousand changes a second, in commands of fifty. */
class Load {
  readonly #stand: WebStand;
  readonly #running: Promise<void>;
  readonly #startMs = performance.now();
  #changes = 0;
  #lastSeq = 0;
  #stopped = false;

  constructor(stand: WebStand) {
    this.#stand = stand;
    this.#running = this.#run();
  }

  async stop(): Promise<{ changes: number; lastSeq: number; perSecond: number }> {
    this.#stopped = true;
    await this.#running;
    const seconds = (performance.now() - this.#startMs) / 1_000;
    return { changes: this.#changes, lastSeq: this.#lastSeq, perSecond: this.#changes / seconds };
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      const aheadMs = this.#changes - (performance.now() - this.#startMs);
      if (aheadMs > 0) await new Promise((resolve) => setTimeout(resolve, aheadMs));
      // Among the first rows, so that it is seen.
      const steps = Array.from({ length: 50 }, (_, index) => {
        const key = keyOf((this.#changes + index) % 400);
        return { type: 'row.update', table: 'large', key, row: { name: nanoid(8) } } as const;
      });
      const { seq } = await this.#stand.admin.batch(steps, { timeoutMs: 60_000 });
      this.#lastSeq = Math.max(this.#lastSeq, seq);
      this.#changes += steps.length;
    }
  }
}

/** Milliseconds from a click into the grid until the next frame shows what it did. */
async function clickMs(page: Page): Promise<number> {
  return await page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        const cells = [...document.querySelectorAll<HTMLElement>('.ag-center-cols-container .ag-cell')];
        const cell = cells[Math.floor(Math.random() * cells.length)];
        const startMs = performance.now();
        // In its own task, as what a person does comes behind whatever the page is doing.
        const channel = new MessageChannel();
        channel.port1.onmessage = () => {
          cell?.dispatchEvent(new MouseEvent('mousedown', { bubbles: true }));
          cell?.focus();
          cell?.click();
          requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - startMs)));
        };
        channel.port2.postMessage(undefined);
      }),
  );
}

/** Scrolls from the first row to the last by leaps, and counts the frames in which the screen was not full of rows. */
async function scrollThrough(leaps: number): Promise<{ frames: number; blank: number; frameMs: number }> {
  const viewport = document.querySelector<HTMLElement>('.ag-grid-viewport');
  if (viewport === null) throw new Error('there is no grid');
  const frame = (): Promise<number> => new Promise((resolve) => requestAnimationFrame(resolve));
  const isFull = (): boolean => {
    const box = viewport.getBoundingClientRect();
    const x = box.left + 60;
    // The names of the columns stand over the first rows.
    const top = document.querySelector('.ag-header')?.getBoundingClientRect().bottom ?? box.top;
    for (let y = top + 12; y < box.bottom - 24; y += 20) {
      if (document.elementFromPoint(x, y)?.closest('.ag-row') === null) return false;
    }
    return true;
  };
  const leap = viewport.scrollHeight / leaps;
  const times: number[] = [];
  let blank = 0;
  let beforeMs = await frame();
  for (let top = 0; top < viewport.scrollHeight; top += leap) {
    viewport.scrollTop = top;
    // The one in which the grid hears of it, and the one in which it has to have answered.
    await frame();
    const nowMs = await frame();
    times.push((nowMs - beforeMs) / 2);
    beforeMs = nowMs;
    if (!isFull()) blank += 1;
  }
  times.sort((a, b) => a - b);
  return { frames: times.length, blank, frameMs: times[times.length >> 1] ?? 0 };
}

async function heapBytes(devtools: CDPSession): Promise<number> {
  await devtools.send('HeapProfiler.collectGarbage');
  const { usedSize } = await devtools.send('Runtime.getHeapUsage');
  return usedSize;
}
