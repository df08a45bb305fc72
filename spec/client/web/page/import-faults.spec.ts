import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { hasBrowser } from '../../../support/browser.ts';
import { freePorts } from '../../../support/free-ports.ts';
import { holdHead } from '../../../support/hold-head.ts';
import { TcpProxy } from '../../../support/tcp-proxy.ts';
import { visit } from '../../../support/visit.ts';
import { WebStand } from '../../../support/web-stand.ts';
import { Dice } from '../../random.ts';
import { dropFile } from './drop-file.ts';
import { fillLogin, logInAgain } from './log-in.ts';

const rows = 2_000;
/** What Chromium says of connections that were cut, and of logins that ended with their gateway. */
const provokes = /net::ERR_|status of (401|50\d)/;

describe.skipIf(!hasBrowser)('an import whose answer is lost', { timeout: 90_000 }, () => {
  let stand: WebStand;
  /** Between the browser and the gateway. */
  let network: TcpProxy;
  let table = '';
  let count = 0;

  beforeAll(async () => {
    const [port = 0] = await freePorts(1);
    network = await TcpProxy.start(port, new Dice(20_261_127), 'http');
    stand = await WebStand.startApart({ port, words: ['--name', `http://127.0.0.1:${network.port}`] });
  });
  afterAll(async () => {
    await network?.close();
    await stand?.stop();
  });

  /** A page at which a file of a new table was read. */
  async function openImport(): Promise<{ page: Page; dialog: Locator; make: Locator }> {
    count += 1;
    table = `import_${count}`;
    const { page } = await visit(stand, { loggedIn: true, provokes });
    await page.getByRole('banner').waitFor();
    const lines = Array.from({ length: rows }, (_, n) => `k${n},${n}`);
    await dropFile(page, `${table}.csv`, `id,n\n${lines.join('\n')}\n`);
    const dialog = page.getByRole('dialog', { name: 'Import' });
    return { page, dialog, make: dialog.getByRole('button', { name: `make ${table}` }) };
  }

  /** The same, and the command has been sent, and waits to be recorded. */
  async function openRecording() {
    const opened = await openImport();
    await opened.make.waitFor();
    const release = await holdHead(stand.ledger);
    await opened.make.click();
    await opened.dialog.getByText('recording them').waitFor();
    return { ...opened, release };
  }

  /** The gateway has taken the login with it: what became of the import is told behind the next one. */
  async function goOnBehindLogin(page: Page, dialog: Locator): Promise<void> {
    await dialog.getByText('Your login has ended').waitFor({ timeout: 20_000 });
    await dialog.getByRole('button', { name: 'log in' }).click();
    await logInAgain(page);
  }

  async function expectDoneOnce(dialog: Locator): Promise<void> {
    await dialog.getByText(`${table} was made with 2,000 rows`).waitFor({ timeout: 40_000 });
    await expectRecordedOnce();
  }

  async function expectRecordedOnce(): Promise<void> {
    const [recorded] = await stand.ledger.query<{ changes: string; commands: string }>(
      `SELECT count(*) AS changes, count(DISTINCT entry::json ->> 'command') AS commands
       FROM change WHERE entry::json ->> 'table' = $1`,
      [table],
    );
    expect(recorded).toEqual({ changes: String(rows + 1), commands: '1' });
  }

  test('P2 with the connection: the page joins it again, and is told the end', async () => {
    const { dialog, release } = await openRecording();
    network.cut();
    await dialog.getByText('the answer was lost').waitFor();
    await release();
    await expectDoneOnce(dialog);
  });

  test('P1 P2 with the server: it is done when that is back', async () => {
    const { dialog, release } = await openRecording();
    const restart = await stand.killServer();
    await release();
    await restart();
    await expectDoneOnce(dialog);
  });

  test('P1 P2 with the gateway: behind the next login the page is told that it was done', async () => {
    const { page, dialog, release } = await openRecording();
    const restart = await stand.killGateway();
    await dialog.getByText('the answer was lost').waitFor();
    await release();
    await restart();
    await goOnBehindLogin(page, dialog);
    await expectDoneOnce(dialog);
  });

  test('P2 and is told to somebody else who logs in there then: it was done, and nothing is left to do', async () => {
    const grace = { name: 'grace', password: 'another good word' };
    await stand.admin.accounts.add({ user: grace.name, role: 'administrator', password: grace.password });
    const { page, dialog, release } = await openRecording();
    const restart = await stand.killGateway();
    await dialog.getByText('the answer was lost').waitFor();
    await release();
    await restart();
    await dialog.getByText('Your login has ended').waitFor({ timeout: 20_000 });
    await dialog.getByRole('button', { name: 'log in' }).click();
    const login = page.getByRole('dialog', { name: 'Log in' });
    await fillLogin(login, grace);
    await login.waitFor({ state: 'detached' });
    await dialog.getByText('It was done already').waitFor({ timeout: 40_000 });
    await expectRecordedOnce();
  });

  test('P1 P2 with gateway and server', async () => {
    const { page, dialog, release } = await openRecording();
    const [restartGateway, restartServer] = [await stand.killGateway(), await stand.killServer()];
    await release();
    await restartServer();
    await restartGateway();
    await goOnBehindLogin(page, dialog);
    await expectDoneOnce(dialog);
  });

  test('is read again by itself where its gateway was lost before it was sent', async () => {
    const { page, dialog, make } = await openImport();
    await make.waitFor();
    const restart = await stand.killGateway();
    await make.click();
    await dialog.getByText('the answer was lost').waitFor();
    await restart();
    await goOnBehindLogin(page, dialog);
    await dialog.getByText('It is not known whether it was done').waitFor();
    await make.click();
    await expectDoneOnce(dialog);
  });

  test('and a file that was being read when its connection broke is read by itself when that is back', async () => {
    onTestFinished(() => {
      network.weather = {};
    });
    const { dialog, make } = await openImport();
    await make.waitFor();
    network.weather = { resetWithinBytes: 1 };
    await dialog.getByRole('checkbox', { name: 'take n' }).click();
    await dialog.getByText('Rowcast does not answer').waitFor();
    network.weather = {};
    await make.waitFor();
    await dialog.getByText('Rowcast does not answer').waitFor({ state: 'detached' });
    expect(await make.isEnabled()).toBe(true);
  });
});
