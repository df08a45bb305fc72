import { mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { openStand } from '../../bench/stand.ts';
import { startGateway } from '../../client/web/gateway/gateway.ts';
import { type History, makeHistory, people } from './history.ts';

/*
 * `npm run screenshots`: makes the pictures of the README anew, from a server of its own with the sample of employees and
 * what two people did with it. Debian's Chromium takes them: apt-get install chromium.
 */

const images = fileURLToPath(new URL('../images', import.meta.url));
const page = fileURLToPath(new URL('../../client/web/page/dist', import.meta.url));
/** A picture that is larger makes the README slow to read. */
const bytesMax = 200_000;
const desk = { width: 1_440, height: 720 };
const phone = { width: 390, height: 760 };

interface Picture {
  readonly name: string;
  readonly path: string;
  readonly viewport: { readonly width: number; readonly height: number };
  readonly colorScheme: 'light' | 'dark';
  /** What is done before it is taken. */
  readonly pose?: (page: Page) => Promise<void>;
}

function picturesOf({ review, epoch }: History): readonly Picture[] {
  const past = `/t/employees?at=${review}@${epoch}`;
  const compared = `/t/employees?since=annual-review`;
  const showHistory = (shown: Page): Promise<void> => shown.getByRole('tab', { name: /change/ }).click();
  return [
    { name: 'live', path: '/t/employees', viewport: desk, colorScheme: 'light' },
    { name: 'live-dark', path: '/t/employees', viewport: desk, colorScheme: 'dark' },
    { name: 'past', path: past, viewport: desk, colorScheme: 'light' },
    { name: 'compare', path: compared, viewport: desk, colorScheme: 'light' },
    { name: 'row', path: '/t/employees?row=E01', viewport: desk, colorScheme: 'light', pose: showHistory },
    { name: 'row-dark', path: '/t/employees?row=E01', viewport: desk, colorScheme: 'dark', pose: showHistory },
    { name: 'phone', path: '/t/employees', viewport: phone, colorScheme: 'light' },
  ];
}

async function take(browser: Browser, address: string, { name, path, pose, ...looks }: Picture): Promise<void> {
  const context = await browser.newContext({ ...looks, locale: 'en-GB', timezoneId: 'UTC', reducedMotion: 'reduce' });
  try {
    const { origin } = new URL(address);
    await context.request.get(address);
    const [{ user, password }] = people;
    const headers = { 'x-rowcast': '1', origin };
    await context.request.post(`${origin}/api/session.login`, { headers, data: { user, password } });
    const shown = await context.newPage();
    await shown.goto(`${origin}${path}`);
    await shown.locator('.ag-row').first().waitFor();
    await pose?.(shown);
    // Nothing is asked for any more, and what moves has come to rest.
    await shown.waitForTimeout(1_500);
    const file = join(images, `${name}.png`);
    await shown.screenshot({ path: file, animations: 'disabled', caret: 'hide' });
    const { size } = await stat(file);
    console.log(`docs/images/${name}.png  ${Math.round(size / 1_000)} kB`);
    if (size > bytesMax) throw new Error(`${name}.png has more than ${bytesMax} bytes`);
  } finally {
    await context.close();
  }
}

const stand = await openStand();
const folder = await mkdtemp(join(tmpdir(), 'rowcast-screenshots-'));
const gateway = await startGateway({
  servers: [stand.address],
  checkpoints: join(folder, 'checkpoints'),
  timeoutMs: undefined,
  door: 'private',
  host: '127.0.0.1',
  port: 0,
  names: [],
  viewersMax: 100,
  idleMinutes: 30,
  page,
});
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });
try {
  await mkdir(images, { recursive: true });
  const history = await makeHistory(stand.admin, stand.address);
  for (const picture of picturesOf(history)) await take(browser, gateway.address, picture);
} finally {
  await browser.close();
  await gateway.close();
  await stand.stop();
  await rm(folder, { recursive: true, force: true });
}
