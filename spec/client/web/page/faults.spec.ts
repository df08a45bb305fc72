import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasBrowser } from '../../../support/browser.ts';
import { freePorts } from '../../../support/server.ts';
import { TcpProxy } from '../../../support/tcp-proxy.ts';
import { type Visit, visit } from '../../../support/visit.ts';
import { WebStand } from '../../../support/web-stand.ts';
import { Dice } from '../../random.ts';
import { expectEqualToLedger } from './equal.ts';
import { cellAt } from './grid.ts';
import { sign } from './sign.ts';

/** What Chromium says of connections that were cut, which they are here. */
const cuts = /net::ERR_|status of 50\d/;
const rows = 40;

describe.skipIf(!hasBrowser)('a page that is left open', { timeout: 90_000 }, () => {
  let stand: WebStand;
  let network: TcpProxy;
  let next = 0;
  beforeAll(async () => {
    const [port = 0] = await freePorts(1);
    network = await TcpProxy.start(port, new Dice(20_261_126), 'http');
    stand = await WebStand.startApart({ port, words: ['--name', `http://127.0.0.1:${network.port}`] });
    await stand.admin.createTable({
      name: 'item',
      key: 'id',
      columns: [
        { name: 'id', type: 'text' },
        { name: 'n', type: 'integer' },
      ],
    });
    const steps = Array.from({ length: rows }, (_, n) => ({ id: `k${n}`, n }));
    await stand.admin.batch(steps.map((row) => ({ type: 'row.insert', table: 'item', row })));
  });
  afterAll(async () => {
    await network?.close();
    await stand?.stop();
  });

  /** An open page with every row on the screen, which would tell if it was loaded anew. */
  async function openPage(): Promise<Visit> {
    const opened = await visit(stand, { path: '/t/item', viewport: { width: 1360, height: 2_000 }, provokes: cuts });
    await cellAt(opened.page, 'k1', 'n').waitFor();
    await opened.page.evaluate(() => Object.assign(globalThis, { isFirst: true }));
    return opened;
  }

  /** Some rows change, one goes and one comes. */
  async function changeRows(): Promise<void> {
    next += 1;
    for (let n = 1; n < 4; n += 1) await stand.admin.update('item', `k${n}`, { n: 1_000 * next + n });
    await stand.admin.delete('item', `k${9 + next}`);
    await stand.admin.insert('item', { id: `new ${next}`, n: next });
  }

  async function expectGoneOn({ page }: Visit): Promise<void> {
    await sign(page, 'live').waitFor({ timeout: 20_000 });
    await expectEqualToLedger(page, stand, 'item');
    expect(await page.evaluate(() => 'isFirst' in globalThis)).toBe(true);
  }

  test('P5 P7 says that the server is gone, and goes on by itself when it is back', async () => {
    const opened = await openPage();
    const restart = await stand.killServer();
    await sign(opened.page, 'no server').waitFor({ timeout: 20_000 });
    await restart();
    await changeRows();
    await expectGoneOn(opened);
    await changeRows();
    await expectGoneOn(opened);
  });

  test('P5 P7 says that the gateway is gone, and goes on by itself when it is back', async () => {
    const opened = await openPage();
    const restart = await stand.killGateway();
    await sign(opened.page, 'no connection').waitFor({ timeout: 20_000 });
    await changeRows();
    await restart();
    await changeRows();
    await expectGoneOn(opened);
  });

  test('P5 P7 goes on behind a network that was cut', async () => {
    const opened = await openPage();
    network.weather = { blackHole: true };
    await changeRows();
    await sign(opened.page, 'no connection').waitFor({ timeout: 20_000 });
    await changeRows();
    network.weather = {};
    await expectGoneOn(opened);
  });

  test('P5 P7 goes on when its tab was suspended', async () => {
    const opened = await openPage();
    const devtools = await opened.context.newCDPSession(opened.page);
    await devtools.send('Page.setWebLifecycleState', { state: 'frozen' });
    await changeRows();
    await changeRows();
    await devtools.send('Page.setWebLifecycleState', { state: 'active' });
    await expectGoneOn(opened);
  });
});
