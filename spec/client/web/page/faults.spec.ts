import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { formatAddress } from '../../../../client/index.ts';
import { hasBrowser } from '../../../support/browser.ts';
import { freePorts } from '../../../support/free-ports.ts';
import { figure, scale, scaledTimeout } from '../../../support/scale.ts';
import type { TestSettings } from '../../../support/server.ts';
import { suspend } from '../../../support/suspend.ts';
import { TcpProxy } from '../../../support/tcp-proxy.ts';
import { type Visit, visit } from '../../../support/visit.ts';
import { WebStand } from '../../../support/web-stand.ts';
import { Dice } from '../../random.ts';
import { expectEqualToLedger } from './equal.ts';
import { followAddress } from './follow-address.ts';
import { cellAt } from './grid.ts';
import { sign } from './sign.ts';

/** What Chromium says of connections that were cut, which they are here, and of answers that say what is not there. */
const cuts = /net::ERR_|status of (408|409|50\d)/;
const rows = 40;
/** Milliseconds for which nothing arrives, beyond those that it takes until that is noticed. */
const holeMs = scale(0, 60_000);

/** What a restored database has of an older state. */
const restored = ['head', 'change', 'tile', 'command', 'table_projection', 'row_projection', 'unique_projection'];

describe.skipIf(!hasBrowser)('a page that is left open', { timeout: scaledTimeout(120_000, 300_000) }, () => {
  let stand: WebStand;
  /** Between the browser and the gateway. */
  let network: TcpProxy;
  /** Between the gateway and the server. */
  let commands: TcpProxy;
  let feed: TcpProxy;
  let next = 0;
  const dice = new Dice(20_261_126);

  beforeAll(async () => {
    const [port = 0] = await freePorts(1);
    network = await TcpProxy.start(port, dice, 'http');
    const words = ['--name', `http://127.0.0.1:${network.port}`];
    // Plain: the proxy looks into the messages to lose some of them.
    stand = await WebStand.startApart({ port, words, server: { encryption: 'off' }, reach: startProxies });
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
    await Promise.all([network, commands, feed].map((proxy) => proxy?.close()));
    await stand?.stop();
  });

  async function startProxies({ commandsPort, feedPort }: TestSettings): Promise<string> {
    commands = await TcpProxy.start(commandsPort, dice);
    feed = await TcpProxy.start(feedPort, dice);
    return formatAddress({ host: '127.0.0.1', commandsPort: commands.port, feedPort: feed.port });
  }

  /** An open page with every row on the screen, which would tell if it was loaded anew. */
  async function openPage(query = ''): Promise<Visit> {
    const opened = await visit(stand, {
      path: `/t/item${query}`,
      viewport: { width: 1360, height: 2_000 },
      provokes: cuts,
    });
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

  /** Nothing passes, until the page has said so and longer; what is changed meanwhile, it shows behind that. */
  async function expectOverHole(opened: Visit, hole: Hole): Promise<void> {
    const { page } = opened;
    for (const proxy of hole.proxies) proxy.weather = { blackHole: true };
    const start = performance.now();
    await changeRows();
    await sign(page, hole.sign).waitFor({ timeout: 20_000 });
    await page.getByText(hole.words).waitFor();
    const noticed = performance.now();
    await page.waitForTimeout(holeMs);
    await sign(page, hole.sign).waitFor();
    await changeRows();
    for (const proxy of hole.proxies) proxy.weather = {};
    const end = performance.now();
    await expectGoneOn(opened);
    figure(
      `black hole of ${Math.round(end - start)} ms ${hole.name}: said after ${Math.round(noticed - start)} ms, ` +
        `live and equal ${Math.round(performance.now() - end)} ms behind its end`,
    );
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

  test('P5 P7 goes on behind a black hole between it and the gateway', async () => {
    await expectOverHole(await openPage(), {
      name: 'between browser and gateway',
      proxies: [network],
      sign: 'no connection',
      words: 'No connection to Rowcast',
    });
  });

  test('P5 P7 goes on behind a black hole between the gateway and the server', async () => {
    await expectOverHole(await openPage(), {
      name: 'between gateway and server',
      proxies: [commands, feed],
      sign: 'no server',
      words: 'The server does not answer',
    });
  });

  test('P5 P7 is opened while nothing comes from the server: says so, and goes on by itself', async () => {
    for (const proxy of [commands, feed]) proxy.weather = { blackHole: true };
    onTestFinished(() => {
      for (const proxy of [commands, feed]) proxy.weather = {};
    });
    const { page } = await visit(stand, { path: '/t/item', viewport: { width: 1360, height: 2_000 }, provokes: cuts });
    await page.getByText('The server is being asked').waitFor();
    await page.getByText('The server does not answer').waitFor({ timeout: 20_000 });
    for (const proxy of [commands, feed]) proxy.weather = {};
    await sign(page, 'live').waitFor({ timeout: 20_000 });
    await expectEqualToLedger(page, stand, 'item');
  });

  test('P5 P7 what is opened while the server is gone, a row, a comparison and a table, comes when that is back', async () => {
    const { seq, epoch } = await stand.admin.status();
    await changeRows();
    const [opened, compared] = [await openPage(), await openPage()];
    const restart = await stand.killServer();
    for (const { page } of [opened, compared]) await sign(page, 'no server').waitFor({ timeout: 20_000 });
    await cellAt(opened.page, 'k5', 'id').click();
    const row = opened.page.getByRole('complementary', { name: 'row k5' });
    await row.getByText('could not be read').waitFor({ timeout: 20_000 });
    await followAddress(compared.page, `/t/item?since=${seq}@${epoch}`);
    await compared.page.getByText('takes too long').first().waitFor({ timeout: 20_000 });
    await restart();
    await row.getByText('could not be read').waitFor({ state: 'detached', timeout: 20_000 });
    await row.getByText('version 1').first().waitFor();
    await compared.page.getByText('takes too long').first().waitFor({ state: 'detached', timeout: 20_000 });
    await followAddress(compared.page, '/t/item');
    for (const each of [opened, compared]) await expectGoneOn(each);
  });

  test('P5 P7 lacks nothing of what the feed has lost', async () => {
    const opened = await openPage();
    feed.weather = { dropTopics: 'table/' };
    await changeRows();
    await expectGoneOn(opened);
    feed.weather = {};
    await changeRows();
    await expectGoneOn(opened);
  });

  test('P5 P7 goes on when its tab was suspended', async () => {
    const opened = await openPage();
    const wake = await suspend(opened);
    await changeRows();
    await changeRows();
    await wake();
    await expectGoneOn(opened);
  });

  test('P5 P7 goes on when its tab was suspended, and meanwhile gateway and server were started anew', async () => {
    const opened = await openPage();
    const wake = await suspend(opened);
    const [restartGateway, restartServer] = [await stand.killGateway(), await stand.killServer()];
    await restartServer();
    await restartGateway();
    await changeRows();
    await wake();
    await expectGoneOn(opened);
  });

  test('P5 P7 says that the ledger was restored, begins anew by itself, and shows nothing of the former life for it', async () => {
    const { epoch, seq } = await stand.admin.status();
    const copies = restored.map((table) => `CREATE TABLE backup.${table} AS TABLE ${table}`);
    await stand.ledger.query(['CREATE SCHEMA backup', ...copies].join('; '));
    await changeRows();
    const [opened, past] = [await openPage(), await openPage(`?at=${seq}@${epoch}`)];
    const restart = await stand.killServer();
    const back = restored.flatMap((table) => [`DELETE FROM ${table}`, `INSERT INTO ${table} TABLE backup.${table}`]);
    await asSuperuser(back);
    await restart('--begin-epoch');
    await opened.page.getByText('has begun a new life').waitFor({ timeout: 20_000 });
    await opened.page.getByText(`now · #${seq}`).waitFor();
    await expectGoneOn(opened);
    await changeRows();
    await expectGoneOn(opened);
    await past.page.getByText('This address is of another life of the ledger').waitFor();
    await past.page.getByRole('button', { name: 'show it as it is now' }).click();
    await expectGoneOn(past);
    await opened.page.getByRole('button', { name: 'I know' }).click();
    await opened.page.getByText('has begun a new life').waitFor({ state: 'detached' });
    const viewport = { width: 1360, height: 2_000 };
    const { page: late } = await visit(stand, { path: `/t/item?at=${seq}@${epoch}`, viewport, provokes: cuts });
    await late.getByText('This address is of another life of the ledger').waitFor();
    await late.getByText('has begun a new life').waitFor();
    await late.getByRole('button', { name: 'I know' }).click();
    await late.getByText('has begun a new life').waitFor({ state: 'detached' });
    const position = late.waitForResponse('**/api/feed**');
    await late.goto(`${stand.origin}/t/item`);
    await position;
    await sign(late, 'live').waitFor();
    await expectEqualToLedger(late, stand, 'item');
    expect(await late.getByText('has begun a new life').count()).toBe(0);
  });

  /** The last one: after it there is nothing that is to be believed. */
  test('P10 P11 says that the log was tampered with, where, and calls nothing verified any more', async () => {
    // Entries of full tiles are told one by one.
    const filling = Array.from({ length: 300 }, (_, n) => ({ id: `f${n}` }));
    await stand.admin.createTable({ name: 'filling', key: 'id', columns: [{ name: 'id', type: 'text' }] });
    await stand.admin.batch(filling.map((row) => ({ type: 'row.insert', table: 'filling', row })));
    const { page } = await openPage();
    await page.getByText('verified to').waitFor();
    const start = performance.now();
    await asSuperuser([`UPDATE change SET entry = replace(entry, '"n":6', '"n":7') WHERE seq = 8`]);
    await expectTampered(page);
    figure(`an edited entry: said on the open page after ${Math.round(performance.now() - start)} ms`);
    // What a gateway had verified before does not make it believe what it finds.
    await (await stand.killGateway())();
    const again = await visit(stand, { path: '/t/item', provokes: cuts });
    await expectTampered(again.page);
  });

  async function expectTampered(page: Visit['page']): Promise<void> {
    const alert = page.getByRole('alert').filter({ hasText: 'The log was tampered with' });
    await alert.waitFor({ timeout: 20_000 });
    expect(await alert.textContent()).toContain('The log is not what it was: entry 8 was changed.');
    await page.locator('header [data-state="broken"]').waitFor();
    expect(await page.getByText('verified to').count()).toBe(0);
  }

  /** What no trigger stops. */
  async function asSuperuser(statements: readonly string[]): Promise<void> {
    const all = ['SET session_replication_role = replica', ...statements, 'RESET session_replication_role'];
    await stand.ledger.query(all.join('; '));
  }
});

interface Hole {
  readonly name: string;
  readonly proxies: readonly TcpProxy[];
  readonly sign: 'no server' | 'no connection';
  readonly words: string;
}
