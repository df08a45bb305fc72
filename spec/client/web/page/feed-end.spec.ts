import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { hasBrowser } from '../../../support/browser.ts';
import { GatewayReader } from '../../../support/gateway.ts';
import { visit } from '../../../support/visit.ts';
import { WebStand } from '../../../support/web-stand.ts';
import { expectEqualToLedger } from './equal.ts';
import { cellAt } from './grid.ts';
import { sign } from './sign.ts';

const columns = [{ name: 'id', type: 'text' as const }];
/** Those of a gateway at the same time. */
const playsMax = 64;

describe.skipIf(!hasBrowser)('what the gateway does not go on with', { timeout: 90_000 }, () => {
  let stand: WebStand;
  beforeAll(async () => {
    stand = await WebStand.start();
    await stand.admin.createTable({ name: 'pay', key: 'id', columns });
    await stand.admin.insert('pay', { id: 'a' });
    await stand.admin.insert('pay', { id: 'b' });
  });
  afterAll(() => stand?.stop());

  test('a feed that ends with a fault of the gateway is opened a little later, each time later', async () => {
    const { page } = await visit(stand, { path: '/t/pay' });
    await cellAt(page, 'a', 'id').waitFor();
    const asked: number[] = [];
    const body = `event: end\ndata: {"code":"internal","message":"the gateway has failed; its log says how"}\n\n`;
    await page.route('**/api/feed**', async (route) => {
      asked.push(performance.now());
      await route.fulfill({ contentType: 'text/event-stream', body });
    });
    await page.reload();
    await expect.poll(() => asked.length, { timeout: 20_000 }).toBe(4);
    const pauses = asked.slice(1).map((at, index) => at - (asked[index] ?? 0));
    for (const [index, leastMs] of [1_000, 2_000, 4_000].entries()) expect(pauses[index]).toBeGreaterThan(leastMs - 50);
    await sign(page, 'no connection').waitFor();
    await page.unroute('**/api/feed**');
    await stand.admin.insert('pay', { id: 'c' });
    await sign(page, 'live').waitFor();
    await expectEqualToLedger(page, stand, 'pay');
  });

  test('P8 a page beyond as many as the door takes says so, can be read, and goes on when there is room', async () => {
    const small = await WebStand.start({}, { viewersMax: 1 });
    onTestFinished(() => small.stop());
    await small.admin.createTable({ name: 'pay', key: 'id', columns });
    await small.admin.insert('pay', { id: 'a' });
    const first = await visit(small, { path: '/t/pay' });
    await sign(first.page, 'live').waitFor();
    const { page } = await visit(small, { path: '/t/pay', provokes: /status of 503/ });
    await sign(page, 'full').waitFor();
    await page.getByText('as this door takes at once').waitFor();
    await cellAt(page, 'a', 'id').waitFor();
    expect(await page.getByText('No connection').count()).toBe(0);
    await small.admin.insert('pay', { id: 'b' });
    await first.page.close();
    await sign(page, 'live').waitFor({ timeout: 40_000 });
    await page.getByText('as this door takes at once').waitFor({ state: 'detached' });
    await expectEqualToLedger(page, small, 'pay');
  });

  test('P8 a play of too many says so, stops, and can be had when there are fewer', async () => {
    const { page, context } = await visit(stand, { path: '/t/pay?at=2', provokes: /status of 503/ });
    await page.getByText('read only').waitFor();
    const others = await visit(stand);
    const cookie = (await others.context.cookies()).map(({ name, value }) => `${name}=${value}`).join('; ');
    const reader = new GatewayReader(Number(new URL(stand.origin).port), cookie);
    const plays = await Promise.all(Array.from({ length: playsMax }, () => reader.play('?from=1&speed=0.000001')));
    let asked = 0;
    context.on('request', (request) => {
      if (request.url().includes('/api/play')) asked += 1;
    });
    await page.getByRole('button', { name: 'play from here' }).click();
    await page.getByText('the play has stopped').waitFor();
    await page.getByText('Too many plays are running; try again later.').waitFor();
    await page.getByRole('button', { name: 'play from here' }).waitFor();
    for (const play of plays) play.cut();
    // Once, and once more to be told why.
    expect(asked).toBe(2);
    await page.getByRole('button', { name: 'play from here' }).click();
    await page.getByText('read only').waitFor({ state: 'detached', timeout: 20_000 });
    await expectEqualToLedger(page, stand, 'pay');
  });
});
