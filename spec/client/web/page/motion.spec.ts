import type { Page, Route } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasBrowser } from '../../../support/browser.ts';
import { visit } from '../../../support/visit.ts';
import { WebStand } from '../../../support/web-stand.ts';
import { cellAt } from './grid.ts';

/** Milliseconds up to which something that moves is over before it is seen. */
const unseenMs = 1;

describe.skipIf(!hasBrowser)('motion', { timeout: 60_000 }, () => {
  let stand: WebStand;
  beforeAll(async () => {
    stand = await WebStand.start();
    await stand.loadSample('employees');
  });
  afterAll(() => stand?.stop());

  /** Rows that change, enter and leave, a row, a dialog and a menu; what has moved meanwhile. */
  async function useThePage(reducedMotion: 'reduce' | 'no-preference'): Promise<readonly string[]> {
    const { page, context } = await visit(stand, { loggedIn: true, reducedMotion });
    await context.addInitScript(noteMotion, unseenMs);
    // What turns while one waits is there before the first answer is.
    const opening = page.getByRole('status', { name: 'opening the ledger' });
    const hold = async (route: Route): Promise<void> => {
      await opening.waitFor();
      await page.evaluate(() => new Promise(requestAnimationFrame));
      await route.continue();
    };
    await page.route('**/api/session.status', hold, { times: 1 });
    await page.goto(`${stand.origin}/t/employees`);
    await cellAt(page, 'E01', 'job').waitFor();
    await stand.admin.update('employees', 'E01', { job: 'nurse' }, { why: reducedMotion });
    await cellAt(page, 'E01', 'job').getByText('nurse').waitFor();
    await stand.admin.insert('employees', {
      id: 'E00',
      name: 'Zoe',
      last_name: 'Z',
      job: 'nurse',
      ssn: '900-00-0001',
      salary: '1.00',
    });
    await page.getByText('52 rows', { exact: true }).waitFor();
    await stand.admin.delete('employees', 'E00');
    await page.getByText('51 rows', { exact: true }).waitFor();
    await stand.admin.update('employees', 'E01', { job: 'engineer' });
    await cellAt(page, 'E01', 'id').click();
    const row = page.getByRole('complementary', { name: 'row E01' });
    await row.getByText('engineer').first().waitFor();
    await stand.admin.update('employees', 'E01', { job: 'teacher' });
    await row.getByText('teacher').first().waitFor();
    await stand.admin.update('employees', 'E01', { job: 'engineer' });
    await page.keyboard.press('Escape');
    await row.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'columns', exact: true }).click();
    await page.getByRole('menu').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'row', exact: true }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'add row' }).waitFor();
    return await motionSeen(page);
  }

  test('is none where it is not wanted, whatever happens on the page', async () => {
    expect(await useThePage('reduce')).toEqual([]);
  });

  test('is seen elsewhere', async () => {
    expect((await useThePage('no-preference')).length).toBeGreaterThan(2);
  });
});

/** Notes with every frame what is moving by CSS or by code for longer than that; runs in the browser. */
function noteMotion(longestMs: number): void {
  const seen = new Set<string>();
  Object.assign(globalThis, { motionSeen: seen });
  const look = (): void => {
    for (const { effect } of document.getAnimations()) {
      const { duration = 0, iterations = 1 } = effect?.getTiming() ?? {};
      if (Number(duration) <= longestMs && iterations === 1) continue;
      const target = effect instanceof KeyframeEffect ? effect.target : null;
      seen.add(`${target?.className} for ${duration} ms, ${iterations} times`);
    }
    requestAnimationFrame(look);
  };
  look();
}

async function motionSeen(page: Page): Promise<readonly string[]> {
  return await page.evaluate(() => [...(globalThis as unknown as { motionSeen: Set<string> }).motionSeen]);
}
