import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TableDefinition } from '../../../../protocol/table.ts';
import { hasBrowser } from '../../../support/browser.ts';
import { holdHead } from '../../../support/hold-head.ts';
import { administrator } from '../../../support/server.ts';
import { visit } from '../../../support/visit.ts';
import { WebStand } from '../../../support/web-stand.ts';
import { cellAt, noteCounts } from './grid.ts';
import { accountOf, fillLogin, logInAgain, logOut } from './log-in.ts';

const pay: TableDefinition = {
  name: 'pay',
  key: 'id',
  columns: [
    { name: 'id', type: 'text' },
    { name: 'amount', type: 'integer' },
  ],
};

/** As another tab of the same browser does. */
/** What Chromium says of a feed that is held back, and of what is refused. */
const provokes = /net::ERR_|status of 401/;

describe.skipIf(!hasBrowser)('a login that ends by itself', { timeout: 60_000 }, () => {
  let stand: WebStand;
  beforeAll(async () => {
    stand = await WebStand.start();
    await stand.admin.createTable(pay);
    await stand.admin.insert('pay', { id: 'E1', amount: 1_000 });
  });
  afterAll(() => stand?.stop());

  async function expectTold(page: Page): Promise<void> {
    await page.getByText('Your login has ended').first().waitFor();
    await accountOf(page).waitFor({ state: 'detached' });
    await cellAt(page, 'E1', 'amount').getByText('1000').waitFor();
  }

  test('is told by the feed', async () => {
    const { page, context } = await visit(stand, { path: '/t/pay', loggedIn: true });
    await cellAt(page, 'E1', 'amount').waitFor();
    await accountOf(page).waitFor();
    await cellAt(page, 'E1', 'amount').dblclick();
    await page.getByLabel('edit amount').fill('1100');
    await logOut(context, stand);
    await page.getByText('Your login has ended').first().waitFor();
    await accountOf(page).waitFor({ state: 'detached' });
    // What is being typed stays, though the rows are read anew.
    expect(await page.getByLabel('edit amount').inputValue()).toBe('1100');
    await page.keyboard.press('Escape');
    await expectTold(page);
  });

  test('takes the values of sealed cells with it, which are not coloured as if they had changed', async () => {
    await stand.admin.createTable({
      name: 'secret',
      key: 'id',
      columns: [
        { name: 'id', type: 'text' },
        { name: 'job', type: 'text' },
        { name: 'ssn', type: 'text', sealed: true },
      ],
    });
    await stand.admin.insert('secret', { id: 'S1', job: 'engineer', ssn: '900-00-0001' });
    const { page, context } = await visit(stand, { path: '/t/secret', loggedIn: true });
    await cellAt(page, 'S1', 'ssn').getByText('900-00-0001').waitFor();
    const coloured = await page.evaluateHandle(() => {
      const seen: string[] = [];
      const watch = new MutationObserver((all) => {
        for (const { target } of all) {
          if ((target as Element).classList.contains('ag-cell-data-changed')) seen.push(target.textContent ?? '');
        }
      });
      watch.observe(document.body, { subtree: true, attributeFilter: ['class'] });
      return seen;
    });
    await logOut(context, stand);
    await cellAt(page, 'S1', 'ssn').getByText('sealed').waitFor();
    expect(await coloured.evaluate((seen) => [...seen])).toEqual([]);
    await stand.admin.update('secret', 'S1', { job: 'nurse' });
    await expect.poll(() => coloured.evaluate((seen) => [...new Set(seen)])).toEqual(['nurse']);
  });

  test('is told by the first request that is refused, when the feed does not get through', async () => {
    const { page, context } = await visit(stand, { loggedIn: true, provokes });
    await context.route('**/api/feed**', (route) => route.abort());
    await page.goto(`${stand.origin}/t/pay`);
    await cellAt(page, 'E1', 'amount').waitFor();
    await logOut(context, stand);
    await accountOf(page).waitFor();
    await cellAt(page, 'E1', 'amount').dblclick();
    await page.getByLabel('edit amount').fill('1200');
    await page.keyboard.press('Enter');
    await page.getByText('Your login has ended').first().waitFor();
    await accountOf(page).waitFor({ state: 'detached' });
    // What was typed is at its cell, and goes on behind a login.
    await cellAt(page, 'E1', 'amount').getByText('1200').waitFor();
    await page.getByRole('banner').getByRole('button', { name: 'log in' }).last().click();
    await logInAgain(page);
    await page.getByRole('button', { name: 'edit again' }).click();
    await page.getByLabel('edit amount').fill('1300');
    await page.keyboard.press('Enter');
    await expect.poll(async () => (await stand.admin.get('pay', 'E1'))?.row.amount).toBe(1_300);
  });

  test('and a next one leave the rows of a large table on the screen', async () => {
    await stand.admin.createTable({ ...pay, name: 'many' });
    const row = (n: number) => ({ type: 'row.insert', table: 'many', row: { id: `k${n}`, amount: n } }) as const;
    await stand.admin.batch(Array.from({ length: 5_000 }, (_, n) => row(n)));
    const { page, context } = await visit(stand, { path: '/t/many', loggedIn: true });
    await page.getByText('5,000 rows', { exact: true }).waitFor();
    const counts = await noteCounts(page);
    await logOut(context, stand);
    await page.getByText('Your login has ended').waitFor();
    await page.getByRole('banner').getByRole('button', { name: 'log in' }).last().click();
    await logInAgain(page);
    await stand.admin.insert('many', { id: 'last' });
    await page.getByText('5,001 rows', { exact: true }).waitFor();
    expect(await counts()).toEqual(['5,000 rows', '5,001 rows']);
  });

  test('takes nothing with it that was typed into a form: it goes on behind a login', async () => {
    const { page, context } = await visit(stand, { path: '/t/pay', loggedIn: true });
    const login = page.getByRole('dialog', { name: 'Log in' });
    for (const { path, opener, fields, end } of forms) {
      await page.goto(`${stand.origin}${path}`);
      await page.getByRole('button', { name: opener, exact: true }).click();
      const form = page.getByRole('dialog').first();
      for (const [label, text] of fields) await form.getByRole('textbox', { name: label }).fill(text);
      await logOut(context, stand);
      await form.getByText('Your login has ended').waitFor();
      await accountOf(page).waitFor({ state: 'detached' });
      await form.getByRole('button', { name: 'log in' }).click();
      await login.waitFor();
      await page.keyboard.press('Escape');
      await login.waitFor({ state: 'detached' });
      await form.getByRole('button', { name: 'log in' }).click();
      await logInAgain(page);
      await form.getByText('Your login has ended').waitFor({ state: 'detached' });
      for (const [label, text] of fields) {
        expect(await form.getByRole('textbox', { name: label }).inputValue()).toBe(text);
      }
      await form.getByRole('button', { name: end }).click();
      await form.waitFor({ state: 'detached' });
    }
    expect((await stand.admin.get('pay', 'E7')).row).toMatchObject({ id: 'E7', amount: 7 });
    expect((await stand.admin.accounts.list()).map(({ user }) => user)).toContain('bob');
  });

  test('leaves a change that had no answer with whoever made it: it does not go out under the next name', async () => {
    await stand.admin.accounts.add({ user: 'eve', role: 'administrator', password: 'a word of eve' });
    const { page, context } = await visit(stand, { path: '/t/pay', loggedIn: true, provokes });
    await page.clock.install();
    let asked = 0;
    await page.route('**/api/row.update', async (route) => {
      asked += 1;
      await route.abort();
    });
    await cellAt(page, 'E1', 'amount').dblclick();
    await page.getByLabel('edit amount').fill('4000');
    await page.keyboard.press('Enter');
    await expect.poll(() => asked).toBe(1);
    await logOut(context, stand);
    await page.getByRole('banner').getByRole('button', { name: 'log in' }).last().click();
    await fillLogin(page.getByRole('dialog', { name: 'Log in' }), { name: 'eve', password: 'a word of eve' });
    await page.getByRole('banner').getByRole('button', { name: 'eve' }).waitFor();
    const askedBefore = asked;
    await page.clock.runFor(10_000);
    await page.getByText('Nobody knows yet whether this was done').waitFor();
    expect(asked).toBe(askedBefore);
  });

  test('stands in the audit, of which the newest entries come first, and older ones when they are asked for', async () => {
    await stand.ledger.query(`
      INSERT INTO audit (seq, what, by, details) SELECT last + n, 'logout', 'old', '{}'
      FROM (SELECT max(seq) AS last FROM audit) AS audit, generate_series(1, 200) AS n`);
    const { page } = await visit(stand, { path: '/audit', loggedIn: true });
    const entries = page.getByRole('region', { name: 'people' }).getByRole('listitem');
    await expect.poll(() => entries.count()).toBe(200);
    expect(await entries.getByText(`${administrator.name} logged in`).count()).toBeGreaterThan(0);
    expect(await entries.getByText('the settings made').count()).toBe(0);
    await page.getByRole('button', { name: 'show more' }).click();
    await entries.last().getByText('the settings made').waitFor();
    expect(await page.getByRole('button', { name: 'show more' }).count()).toBe(0);
  });
});

describe.skipIf(!hasBrowser)('W9: a login without a sign of its person', { timeout: 60_000 }, () => {
  const idleMs = 10_000;
  let stand: WebStand;
  beforeAll(async () => {
    stand = await WebStand.start({}, { idleMinutes: idleMs / 60_000 });
    await stand.admin.createTable(pay);
    await stand.admin.insert('pay', { id: 'E1', amount: 1_000 });
  });
  afterAll(() => stand?.stop());

  test('ends, and does not while they are at the page', async () => {
    const { page } = await visit(stand, { path: '/t/pay', loggedIn: true, provokes });
    const cell = cellAt(page, 'E1', 'amount');
    const signs = [() => cell.click(), () => page.keyboard.press('ArrowLeft'), () => page.mouse.wheel(0, 40)];
    let last = performance.now();
    for (const begin = last; last - begin < 1.5 * idleMs; last = performance.now()) {
      for (const sign of signs) {
        await sign();
        await page.waitForTimeout(250);
      }
      expect(await accountOf(page).isVisible()).toBe(true);
    }
    await page.getByText('Your login has ended').waitFor();
    // From the last sign, of which the gateway was told a little later.
    expect(performance.now() - last).toBeGreaterThan(idleMs - 1_000);
    await accountOf(page).waitFor({ state: 'detached' });
  });
});

describe.skipIf(!hasBrowser)('a login that ends with its gateway', { timeout: 90_000 }, () => {
  let stand: WebStand;
  beforeAll(async () => {
    stand = await WebStand.startApart();
    await stand.admin.createTable(pay);
    await stand.admin.insert('pay', { id: 'E1', amount: 1_000 });
  });
  afterAll(() => stand?.stop());

  test('P2 is told, and a change whose answer was lost with it is settled behind the next one, and was made once', async () => {
    const { page } = await visit(stand, { path: '/t/pay', loggedIn: true, provokes });
    await cellAt(page, 'E1', 'amount').dblclick();
    await page.getByLabel('edit amount').fill('1100');
    const release = await holdHead(stand.ledger);
    const asked = page.waitForRequest('**/api/row.update');
    await page.keyboard.press('Enter');
    await asked;
    const restart = await stand.killGateway();
    await release();
    await restart();
    await page.getByText('Your login has ended').waitFor({ timeout: 20_000 });
    await page.getByRole('banner').getByRole('button', { name: 'log in' }).last().click();
    await logInAgain(page);
    await page.getByRole('status').filter({ hasText: 'changed E1.amount' }).waitFor();
    await cellAt(page, 'E1', 'amount').getByText('1100').waitFor();
    const amounts = [];
    for await (const { entry } of stand.admin.history('pay', 'E1'))
      amounts.push('row' in entry ? entry.row?.amount : undefined);
    expect(amounts).toEqual([1_000, 1_100]);
  });
});

describe.skipIf(!hasBrowser)('a login that ends where only who has an account may read', { timeout: 60_000 }, () => {
  let stand: WebStand;
  beforeAll(async () => {
    stand = await WebStand.start({ viewers: 'login' });
    await stand.admin.createTable(pay);
  });
  afterAll(() => stand?.stop());

  test('hides the page, with what was typed there, until the next one', async () => {
    const { page, context } = await visit(stand, { path: '/t/pay', loggedIn: true, provokes });
    await page.getByRole('button', { name: 'row', exact: true }).click();
    await page.getByRole('textbox', { name: 'id' }).fill('E8');
    await logOut(context, stand);
    await page.getByText('Only who has an account may read').waitFor();
    const [width, height] = await page
      .getByRole('dialog')
      .last()
      .evaluate((it) => [it.clientWidth, it.clientHeight]);
    expect([width, height]).toEqual([1_360, 820]);
    await page.keyboard.press('Escape');
    await fillLogin(page.getByRole('dialog').last());
    await page.getByText('Only who has an account may read').waitFor({ state: 'detached' });
    expect(await page.getByRole('textbox', { name: 'id' }).inputValue()).toBe('E8');
    await page.getByRole('button', { name: 'add row' }).click();
    await cellAt(page, 'E8', 'id').waitFor();
  });
});

interface Form {
  readonly path: string;
  readonly opener: string;
  readonly fields: readonly (readonly [label: string, text: string])[];
  readonly end: string;
}

const forms: readonly Form[] = [
  {
    path: '/t/pay',
    opener: 'row',
    fields: [
      ['id', 'E7'],
      ['amount', '7'],
    ],
    end: 'add row',
  },
  {
    path: '/accounts',
    opener: 'account',
    fields: [
      ['Name', 'bob'],
      ['Password', 'a word of bob'],
    ],
    end: 'add account',
  },
];
