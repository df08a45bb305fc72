import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasBrowser } from '../../../support/browser.ts';
import { visit } from '../../../support/visit.ts';
import { WebStand } from '../../../support/web-stand.ts';
import { cellAt, shownRows } from './grid.ts';

describe.skipIf(!hasBrowser)('an address of the page', { timeout: 60_000 }, () => {
  let stand: WebStand;
  let past: string;
  beforeAll(async () => {
    stand = await WebStand.start();
    await stand.admin.createTable({
      name: 'rates',
      key: 'currency',
      columns: [
        { name: 'currency', type: 'text' },
        { name: 'rate', type: 'decimal' },
      ],
    });
    await stand.admin.insert('rates', { currency: 'EUR', rate: '1.08' });
    await stand.admin.insert('rates', { currency: 'GBP', rate: '1.27' });
    const { seq, epoch } = await stand.admin.status();
    past = `${seq}@${epoch}`;
    await stand.admin.tag('spring', { point: { seq: seq - 1 } });
    await stand.admin.update('rates', 'EUR', { rate: '1.10' });
    await stand.admin.delete('rates', 'GBP');
  });
  afterAll(() => stand?.stop());

  test('of a point of the past shows that to whoever opens it, and what is made since leaves it alone', async () => {
    const { page } = await visit(stand, { path: `/t/rates?at=${past}` });
    await cellAt(page, 'GBP', 'rate').waitFor();
    const then = new Map([
      ['EUR', { currency: 'EUR', rate: '1.08' }],
      ['GBP', { currency: 'GBP', rate: '1.27' }],
    ]);
    expect(await shownRows(page)).toEqual(then);
    const { seq } = await stand.admin.update('rates', 'EUR', { rate: '1.11' });
    await page.getByText(`newest change #${seq}`).waitFor();
    expect(await shownRows(page)).toEqual(then);
  });

  test('of a tag shows what was tagged', async () => {
    const { page } = await visit(stand, { path: '/t/rates?at=spring' });
    await cellAt(page, 'EUR', 'rate').waitFor();
    expect([...(await shownRows(page)).keys()]).toEqual(['EUR']);
  });

  test('of another life of the ledger is said to be that', async () => {
    const { page } = await visit(stand, { path: '/t/rates?at=3@elsewhere', provokes: /status of 409/ });
    await page
      .getByRole('alert')
      .filter({ hasText: /another|epoch|life/ })
      .waitFor();
    expect((await shownRows(page)).size).toBe(0);
  });

  test('of a table that there is not, and of a point that is none, says so', async () => {
    const { page } = await visit(stand, { path: '/t/nothing', provokes: /status of 40[04]/ });
    await page.getByRole('alert').filter({ hasText: 'nothing' }).waitFor();
    await page.goto(`${stand.origin}/t/rates?at=${encodeURIComponent('no point!')}`);
    await page.getByRole('alert').filter({ hasText: 'no point' }).waitFor();
  });
});
