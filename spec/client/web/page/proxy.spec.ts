import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { hasBrowser } from '../../../support/browser.ts';
import { freePorts } from '../../../support/free-ports.ts';
import { HttpProxy } from '../../../support/http-proxy.ts';
import { visit } from '../../../support/visit.ts';
import { WebStand } from '../../../support/web-stand.ts';
import { expectEqualToLedger } from './equal.ts';
import { followAddress } from './follow-address.ts';
import { cellAt } from './grid.ts';
import { sign } from './sign.ts';

/** What Chromium says of what a proxy answers for a gateway that it does not reach. */
const refusals = /net::ERR_|status of 50[234]/;

describe.skipIf(!hasBrowser)('a page behind a proxy', { timeout: 120_000 }, () => {
  let stand: WebStand;
  let proxy: HttpProxy;

  beforeAll(async () => {
    const [port = 0] = await freePorts(1);
    proxy = await HttpProxy.start(port);
    stand = await WebStand.startApart({ port, words: ['--name', `http://127.0.0.1:${proxy.port}`] });
    for (const name of ['item', 'other']) {
      const columns = [
        { name: 'id', type: 'text' as const },
        { name: 'n', type: 'integer' as const },
      ];
      await stand.admin.createTable({ name, key: 'id', columns });
      await stand.admin.batch(['a', 'b', 'c'].map((id) => ({ type: 'row.insert', table: name, row: { id, n: 1 } })));
    }
  });
  afterAll(async () => {
    await proxy?.close();
    await stand?.stop();
  });

  test('P5 P7 goes on by itself when the proxy has answered for it for a while', async () => {
    const { seq, epoch } = await stand.admin.status();
    await stand.admin.update('item', 'a', { n: 2 });
    const opened = await Promise.all(
      ['/t/item', '/t/item', '/t/item', '/t/item'].map((path) => visit(stand, { path, provokes: refusals })),
    );
    const [table, moment, comparison, row] = opened.map(({ page }) => page);
    if (!(table && moment && comparison && row)) throw new Error('four pages were to be open');
    for (const { page } of opened) await cellAt(page, 'a', 'n').getByText('2').waitFor();
    proxy.refuse(502);
    onTestFinished(() => proxy.refuse(undefined));
    for (const { page } of opened) await sign(page, 'no connection').waitFor({ timeout: 20_000 });
    await followAddress(table, '/t/other');
    await followAddress(moment, `/t/item?at=${seq}@${epoch}`);
    await followAddress(comparison, `/t/item?since=${seq}@${epoch}`);
    for (const page of [table, moment, comparison]) {
      await page.getByText('Rowcast does not answer. Is it still running?').first().waitFor();
    }
    await cellAt(row, 'b', 'id').click();
    const drawer = row.getByRole('complementary', { name: 'row b' });
    await drawer.getByText('could not be read').waitFor();
    await stand.admin.update('other', 'b', { n: 2 });
    proxy.refuse(undefined);
    for (const { page } of opened) await sign(page, 'live').waitFor({ timeout: 20_000 });
    await expectEqualToLedger(table, stand, 'other');
    await cellAt(moment, 'b', 'n').waitFor();
    await expect.poll(() => cellAt(comparison, 'a', 'n').textContent()).toBe('1 → 2');
    await drawer.getByText('could not be read').waitFor({ state: 'detached' });
    await drawer.getByText('version 1').first().waitFor();
    await followAddress(moment, '/t/item');
    await expectEqualToLedger(moment, stand, 'item');
  });

  test('P2 an edit is sent again until it is answered, and is made once', async () => {
    const { page } = await visit(stand, { path: '/t/item', loggedIn: true, provokes: refusals });
    await cellAt(page, 'c', 'n').dblclick();
    await page.getByLabel('edit n').fill('7');
    proxy.refuse(502);
    onTestFinished(() => proxy.refuse(undefined));
    const asked = page.waitForResponse('**/api/row.update');
    await page.keyboard.press('Enter');
    expect((await asked).status()).toBe(502);
    await sign(page, 'no connection').waitFor();
    proxy.refuse(undefined);
    await page.getByRole('status').filter({ hasText: 'changed c.n' }).waitFor();
    await expectEqualToLedger(page, stand, 'item');
    const versions = [];
    for await (const { entry } of stand.admin.history('item', 'c')) versions.push(entry);
    expect(versions.length).toBe(2);
  });
});
