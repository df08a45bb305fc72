import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasBrowser } from '../../../support/browser.ts';
import { visit } from '../../../support/visit.ts';
import { WebStand } from '../../../support/web-stand.ts';
import { sign } from './sign.ts';

const widths = [320, 390, 600, 900, 1_280];
const cuts = /net::ERR_|status of (408|409|50\d)/;

describe.skipIf(!hasBrowser)('how the page stands to the ledger is in view at every width', { timeout: 90_000 }, () => {
  let stand: WebStand;
  let head = 0;
  beforeAll(async () => {
    stand = await WebStand.startApart();
    await stand.admin.createTable({ name: 'pay', key: 'id', columns: [{ name: 'id', type: 'text' }] });
    const rows = Array.from(
      { length: 1_200 },
      (_, n) => ({ type: 'row.insert', table: 'pay', row: { id: `k${n}` } }) as const,
    );
    ({ seq: head } = await stand.admin.batch(rows, { timeoutMs: 60_000 }));
  });
  afterAll(() => stand?.stop());

  /** At each width the parts are seen, whole and apart from each other and from what stands beside them. */
  async function expectInView(page: Page, parts: Readonly<Record<string, Locator>>): Promise<void> {
    const banner = page.getByRole('banner');
    const beside = {
      feed: banner.getByRole('button', { name: /the feed$/ }),
      login: banner.getByRole('button', { name: 'log in' }),
    };
    for (const width of widths) {
      await page.setViewportSize({ width, height: 780 });
      const all: Readonly<Record<string, Locator>> = { ...parts, ...beside };
      const placed = await Promise.all(
        Object.entries(all).map(async ([name, part]) => ({ name, ...(await boxOf(part)) })),
      );
      for (const { name, left, right, width: own } of placed) {
        expect(own, `${name} at ${width}`).toBeGreaterThan(5);
        expect(left, `${name} at ${width}`).toBeGreaterThanOrEqual(0);
        expect(right, `${name} at ${width}`).toBeLessThanOrEqual(width);
      }
      for (const one of placed)
        for (const other of placed)
          if (one !== other) expect(overlap(one, other), `${one.name} over ${other.name} at ${width}`).toBe(false);
    }
  }

  test('while it is live, and while the server is gone, with how long that is', async () => {
    const { page } = await visit(stand, { path: '/t/pay', provokes: cuts });
    await sign(page, 'live').waitFor();
    const button = page.getByRole('banner').getByRole('button', { name: 'newest change' });
    await button.getByText(`verified to #${head}`).waitFor();
    const parts = {
      newest: button.getByText(`#${head}`).first(),
      verified: button.locator('svg'),
    };
    await expectInView(page, { ...parts, state: sign(page, 'live') });

    await stand.killServer();
    await sign(page, 'no server').waitFor({ timeout: 20_000 });
    const lag = sign(page, 'no server').getByText(/^\s*\d+ s$/);
    await lag.waitFor();
    await expectInView(page, { ...parts, state: sign(page, 'no server') });
    expect((await boxOf(lag)).width).toBeGreaterThan(5);
    for (const words of [`newest change #${head}`, `verified to #${head}`])
      expect(await button.textContent()).toContain(words);
  });
});

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  readonly width: number;
}

async function boxOf(part: Locator): Promise<Box> {
  return await part.evaluate((element) => {
    const { left, right, top, bottom, width } = element.getBoundingClientRect();
    return { left, right, top, bottom, width };
  });
}

function overlap(a: Box, b: Box): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}
