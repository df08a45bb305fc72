import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connect, type Ledger, RowcastError } from '../../../../client/index.ts';
import { userSchema } from '../../../../protocol/accounts.ts';
import { columnNameSchema, keySchema, tableNameSchema } from '../../../../protocol/names.ts';
import { tagNameSchema } from '../../../../protocol/point.ts';
import { shownText } from '../../../../protocol/shown-text.ts';
import { hasBrowser } from '../../../support/browser.ts';
import { hostileTexts } from '../../../support/hostile-texts.ts';
import { type Visit, visit } from '../../../support/visit.ts';
import { WebStand } from '../../../support/web-stand.ts';
import { dropFile } from './drop-file.ts';
import { cellAt, nameInGrid, shownRows } from './grid.ts';
import { sign } from './sign.ts';

const columnNames = hostileTexts.filter((text) => columnNameSchema.safeParse(text).success);
/** What little a table's name may have; with letters of other scripts, marks that stack and words of programs. */
const tableNames = [
  'javascript',
  'null',
  'undefined',
  '007',
  '1e9',
  'a--b',
  'DROP',
  'שלום',
  'مرحبا',
  'Z͑ͫ̓a̴',
  '中文',
  'ﷺ',
  'аdmin',
].filter((text) => tableNameSchema.safeParse(text).success);
const tags = hostileTexts.filter((text) => tagNameSchema.safeParse(text).success);
/** A name of a person has no more than letters, digits and . _ - @; these are as bad as that can be. */
const people = ['__proto__', 'constructor', 'null', '..'];
const password = 'a password of a test';

/** Of one row whatever can be is this: it turns, hides, ends attributes and runs. */
const markup = '"><img src=x onerror=window.__executed=1>';
const worst = `\u202e${markup}\u200b`;
/** As it has to be shown. */
const spelled = shownText(worst);

describe.skipIf(!hasBrowser)(`${hostileTexts.length} hostile texts`, { timeout: 120_000 }, () => {
  let stand: WebStand;
  /** Those that the ledger takes; the others have been refused with a reason. */
  let kept: readonly string[] = [];
  /** An administrator with a bad name. */
  let stranger: Ledger;

  beforeAll(async () => {
    stand = await WebStand.start();
    [kept, stranger] = await Promise.all([fill(stand), addPeople(stand)]);
    await fillWorst(stand, stranger);
  });
  afterAll(async () => {
    await stranger?.close();
    await stand?.stop();
  });

  async function expectHarmless({ page }: Visit): Promise<void> {
    expect(await page.evaluate(() => '__executed' in globalThis)).toBe(false);
    // What the page is made of, and nothing that came in a text.
    expect(await page.locator('iframe, object, embed, marquee, video, audio, math, base').count()).toBe(0);
    expect(
      await page.locator('a[href^="javascript:" i], img[src*="evil" i], [onerror], [onload], [onfocus]').count(),
    ).toBe(0);
    expect(new URL(page.url()).origin).toBe(stand.origin);
    expect(await page.evaluate(hiddenOnPage)).toEqual([]);
  }

  test('as cells and as keys: none runs, and each is read as the text that it is', async () => {
    expect(kept.length).toBeGreaterThan(200);
    const opened = await visit(stand, { path: '/t/cells', viewport: { width: 1_600, height: 40 * kept.length } });
    await expect.poll(async () => (await shownRows(opened.page)).size, { timeout: 30_000 }).toBe(kept.length);
    const shown = await shownRows(opened.page);
    const wrong = kept.filter((text) => !isShown(text, shown.get(nameInGrid(keyOf(text)))?.text));
    expect(wrong).toEqual([]);
    await expectHarmless(opened);
  });

  test(`as names of columns: ${columnNames.length} that the ledger takes`, async () => {
    expect(columnNames.length).toBeGreaterThan(100);
    const opened = await visit(stand, { path: '/t/wide', viewport: { width: 250 * columnNames.length, height: 700 } });
    const heads = opened.page.locator('.ag-header-cell[col-id]:not([col-id="ag-Grid-SelectionColumn"])');
    // One more: the key, which the server makes.
    await expect.poll(() => heads.count(), { timeout: 30_000 }).toBe(columnNames.length + 1);
    const told = await heads.allTextContents();
    for (const name of columnNames) expect(told.map((text) => text.trim())).toContain(name);
    await expectHarmless(opened);
  });

  test('as reasons and values in the feed', async () => {
    // So tall that all lines are drawn, down to the first.
    const opened = await visit(stand, { path: '/t/cells', viewport: { width: 1_600, height: 150 * kept.length } });
    const feed = opened.page.getByRole('region', { name: 'feed' });
    await feed.getByText('this is where it began').waitFor();
    await expect.poll(() => feed.getByRole('listitem').count()).toBeGreaterThan(kept.length);
    const lines = await feed.getByRole('listitem').evaluateAll((all) =>
      all.map((line) => {
        const why = line.querySelector('p')?.textContent ?? '';
        return { why, rest: (line.textContent ?? '').replace(why, '') };
      }),
    );
    const hasLine = (text: string): boolean =>
      lines.some(
        ({ why, rest }) =>
          why === `“${shownText(text.slice(0, 1_000))}”` && rest.includes(shownText(text, { widthMax: 80 })),
      );
    expect(kept.filter((text) => !hasLine(text))).toEqual([]);
    await expectHarmless(opened);
  });

  test(`as names of tables: ${tableNames.length} that the ledger takes`, async () => {
    const opened = await visit(stand, { viewport: { width: 1_360, height: 2_000 } });
    const list = opened.page.getByRole('navigation', { name: 'tables' });
    for (const name of tableNames) {
      await list.getByText(name, { exact: true }).click();
      await opened.page.getByRole('region', { name: `table ${name}`, exact: true }).waitFor();
    }
    await expectHarmless(opened);
  });

  test('as names of people: the accounts, the sessions, the audit and who changed what', async () => {
    for (const user of hostileTexts.filter((text) => !userSchema.safeParse(text).success))
      await expect(stand.admin.accounts.add({ user, role: 'viewer', password }), user).rejects.toThrow(/./);
    const opened = await visit(stand, { path: '/accounts', loggedIn: true });
    const { page } = opened;
    for (const user of people) await page.getByRole('cell', { name: user, exact: true }).waitFor();
    await page.getByRole('button', { name: 'change ..' }).click();
    await page.getByRole('menuitem', { name: 'remove' }).click();
    await page.getByRole('dialog').getByText('Remove ..?').waitFor();
    await expectHarmless(opened);
    await page.keyboard.press('Escape');
    await page.getByRole('tab', { name: 'sessions' }).click();
    await page.getByRole('cell', { name: '__proto__', exact: true }).waitFor();
    await expectHarmless(opened);
    await page.getByRole('tab', { name: 'audit' }).click();
    await page.getByText('ada added __proto__, administrator').waitFor();
    await page.getByText('__proto__ logged in').waitFor();
    await expectHarmless(opened);
    await page.getByLabel('feed', { exact: true }).getByRole('button', { name: '__proto__' }).first().click();
    await page.getByText('only by __proto__').waitFor();
    await expectHarmless(opened);
  });

  test(`as tags: ${tags.length} that the ledger takes, on the curve, in its field and to compare with`, async () => {
    const { seq } = await stand.admin.status();
    for (const name of hostileTexts.filter((text) => !tags.includes(text)))
      await expect(stand.admin.tag(name), name).rejects.toThrow(RowcastError);
    for (const [index, name] of tags.entries()) await stand.admin.tag(name, { point: { seq: seq - index } });
    const opened = await visit(stand, { path: `/t/cells?at=${tags[0]}` });
    const { page } = opened;
    await page.getByText(`tag ${tags[0]}`).first().waitFor();
    await page.getByRole('button', { name: 'compare' }).click();
    await page.getByRole('menuitem', { name: tags[1] ?? '', exact: true }).waitFor();
    await expectHarmless(opened);
    await page.keyboard.press('Escape');
    for (const name of tags) {
      const field = page.getByRole('combobox', { name: 'go to a moment' });
      await field.fill(name);
      await field.press('Enter');
      await page.getByText(`tag ${name}`).first().waitFor();
      expect(new URL(page.url()).searchParams.get('at')).toBe(name);
    }
    await expectHarmless(opened);
  });

  test('in the drawer of a row: its cells, who set them, its history, and what a version would bring back', async () => {
    const opened = await visit(stand, { path: `/t/worst?row=${encodeURIComponent(worst)}`, loggedIn: true });
    const { page } = opened;
    const drawer = page.getByRole('complementary', { name: /^row/ });
    await drawer.getByRole('heading', { name: spelled }).waitFor();
    await drawer.getByText('__proto__').first().waitFor();
    await drawer.getByRole('button', { name: /__proto__/ }).click();
    await drawer.getByRole('list', { name: /held$/ }).getByText('first').waitFor();
    await expectHarmless(opened);
    await drawer.getByRole('tab', { name: /change/ }).click();
    await drawer
      .getByRole('tabpanel', { name: /change/ })
      .getByText(`“${spelled}”`)
      .first()
      .waitFor();
    await expectHarmless(opened);
    await drawer.getByRole('button', { name: 'make it as it was after this' }).click();
    await page.getByRole('dialog').getByText('This would change').waitFor();
    await expectHarmless(opened);
  });

  test(`in the drawer and the form of a row with ${columnNames.length} columns`, async () => {
    const { rows } = await stand.admin.list('wide');
    const opened = await visit(stand, { path: `/t/wide?row=${rows[0]?.key}`, loggedIn: true });
    const { page } = opened;
    const drawer = page.getByRole('complementary', { name: /^row/ });
    await expect.poll(() => drawer.getByRole('listitem').count()).toBe(columnNames.length);
    await expectHarmless(opened);
    await page.locator('.ag-cell').nth(3).click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'edit row' }).click();
    await expect.poll(() => page.getByRole('dialog').getByRole('textbox').count()).toBe(columnNames.length + 1);
    await expectHarmless(opened);
  });

  test('in what is asked before a row or a table is changed', async () => {
    const opened = await visit(stand, { path: '/t/worst', loggedIn: true, provokes: /status of 4(09|22)/ });
    const { page } = opened;
    const dialog = page.getByRole('dialog');
    const cell = cellAt(page, worst, markup);
    const dismiss = async (): Promise<void> => {
      await expectHarmless(opened);
      await page.keyboard.press('Escape');
      await dialog.waitFor({ state: 'detached' });
    };
    for (const [name, title] of [
      ['edit row', `Edit ${spelled}`],
      ['delete row', `Delete row ${spelled}?`],
      ['erase sealed cells', `Erase sealed cells of ${spelled}`],
    ] as const) {
      await cell.click({ button: 'right' });
      await expectHarmless(opened);
      await page.getByRole('menuitem', { name }).click();
      await dialog.getByRole('heading', { name: title }).waitFor();
      if (name === 'erase sealed cells') {
        // What cannot be typed is typed as it is shown.
        await dialog.getByLabel(`write ${spelled} to confirm`).fill(spelled);
        expect(await dialog.getByRole('button', { name: 'erase for good' }).isEnabled()).toBe(true);
      }
      await dismiss();
    }

    await page.getByRole('button', { name: 'more of worst' }).click();
    await page.getByRole('menuitem', { name: 'change its columns' }).click();
    await dialog.getByRole('textbox', { name: 'name of the column' }).nth(1).fill(`${markup}!`);
    await dialog.getByText(`${markup} renamed to ${markup}!`).waitFor();
    await dismiss();

    await cell.dblclick();
    await page.getByLabel(`edit ${markup}`).fill(`${worst} mine`);
    await stranger.update('worst', worst, { [markup]: `${worst} theirs` });
    await page.keyboard.press('Enter');
    await dialog.getByText(`worst ${spelled} has changed meanwhile`).waitFor();
    await dialog.getByText(`${spelled} theirs`).waitFor();
    await dismiss();
  });

  test('in a file that is imported: its name, its columns and its cells', async () => {
    const opened = await visit(stand, { loggedIn: true, provokes: /status of 4(00|22)/ });
    const { page } = opened;
    const dialog = page.getByRole('dialog');
    await page.getByText('Choose a table').waitFor();
    const quoted = (texts: readonly string[]): string =>
      texts.map((text) => `"${text.replaceAll('"', '""')}"`).join(',');
    const some = columnNames.filter((_, index) => index % 6 === 0);
    await dropFile(page, `${worst}.csv`, [some, some.map(() => worst)].map(quoted).join('\n'));
    await dialog.getByRole('heading', { name: `Import ${spelled}.csv` }).waitFor();
    await dialog.getByText('1 row').first().waitFor();
    for (const name of some) await dialog.getByRole('cell', { name, exact: true }).first().waitFor();
    await expectHarmless(opened);
    await dialog.getByRole('button', { name: 'cancel' }).click();
    // Names that no column may have.
    await dropFile(
      page,
      `${worst}.csv`,
      [
        [worst, '__proto__', '\u0007bell'],
        ['1', '2', '3'],
      ]
        .map(quoted)
        .join('\n'),
    );
    await dialog.getByRole('alert').or(dialog.getByText('1 row')).first().waitFor();
    await expectHarmless(opened);
  });

  test('in two moments that are compared', async () => {
    const opened = await visit(stand, { path: '/t/worst?since=0' });
    await opened.page.getByText('1 entered').waitFor();
    await opened.page.locator('.ag-cell').getByText(spelled).first().waitFor();
    await expectHarmless(opened);
  });

  test('in what a login is told', async () => {
    const opened = await visit(stand, { provokes: /status of 4\d\d/ });
    const { page } = opened;
    await page.getByRole('button', { name: 'log in' }).click();
    const dialog = page.getByRole('dialog');
    for (const text of [worst, '__proto__', 'W'.repeat(200)]) {
      await dialog.getByLabel('Name').fill(text);
      await dialog.getByRole('textbox', { name: 'Password' }).fill(text);
      await dialog.getByRole('button', { name: 'log in' }).click();
      await dialog.getByRole('alert').waitFor();
      await expectHarmless(opened);
    }
  });

  test('nothing becomes markup, whichever library writes it: the browser itself refuses that', async () => {
    const { page } = await visit(stand, { provokes: /policy|Trusted/ });
    await page.getByText('Choose a table').waitFor();
    const outcomes = await page.evaluate(() => {
      const place = document.createElement('div');
      const outcome = (write: () => void): string => {
        try {
          write();
          return 'written';
        } catch (error) {
          return (error as Error).name;
        }
      };
      return [
        outcome(() => {
          place.innerHTML = 'a{color:red}';
        }),
        outcome(() => {
          place.innerHTML = '<img src=x>';
        }),
        outcome(() => place.insertAdjacentHTML('beforeend', '<b>b</b>')),
        outcome(() => {
          document.createElement('script').text = 'a';
        }),
        place.textContent,
      ];
    });
    expect(outcomes).toEqual(['written', 'TypeError', 'TypeError', 'TypeError', 'a{color:red}']);
  });

  test('in the address', async () => {
    const opened = await visit(stand, { provokes: /status of 40\d/ });
    for (const text of [worst, ...kept.filter((_, index) => index % 25 === 0)]) {
      const query = new URLSearchParams({ at: text, row: text, q: text, since: text });
      await opened.page.goto(`${stand.origin}/t/cells?${query}`);
      await sign(opened.page, 'live').waitFor();
    }
    await expectHarmless(opened);
    await opened.page.goto(`${stand.origin}/t/${encodeURIComponent(worst)}?row=${encodeURIComponent(worst)}`);
    await opened.page.getByText('That cannot be shown').waitFor();
    await expectHarmless(opened);
  });
});

/** Tables whose cells, keys, names and reasons are hostile. Returns the texts that may be a cell. */
async function fill({ admin }: WebStand): Promise<readonly string[]> {
  for (const name of tableNames) await admin.createTable({ name, columns: [] });
  const textColumn = { type: 'text' as const };
  await admin.createTable({ name: 'wide', columns: columnNames.map((name) => ({ ...textColumn, name })) });
  await admin.insert('wide', Object.fromEntries(columnNames.map((name) => [name, name])));
  await admin.createTable({
    name: 'cells',
    key: 'id',
    columns: ['id', 'text'].map((name) => ({ ...textColumn, name })),
  });
  const kept: string[] = [];
  for (const text of hostileTexts) {
    try {
      await admin.insert('cells', { id: keyOf(text), text }, { why: text.slice(0, 1_000) });
      kept.push(text);
    } catch (error) {
      if (!(error instanceof RowcastError)) throw error;
    }
  }
  return kept;
}

/** The text itself, where it may be a key. */
function keyOf(text: string): string {
  return keySchema.safeParse(text).success ? text : `key of ${text.slice(0, 8)}`;
}

/** Adds accounts, and logs in as the first of them. */
async function addPeople({ admin, address }: WebStand): Promise<Ledger> {
  for (const user of people) await admin.accounts.add({ user, role: 'administrator', password });
  const stranger = connect(address);
  await stranger.login(people[0] ?? '', password);
  return stranger;
}

async function fillWorst({ admin }: WebStand, stranger: Ledger): Promise<void> {
  await admin.createTable({
    name: 'worst',
    key: 'id',
    columns: [
      { name: 'id', type: 'text' },
      { name: markup, type: 'text', default: worst },
      { name: 'secret', type: 'text', sealed: true },
    ],
  });
  await admin.insert('worst', { id: worst, [markup]: 'first', secret: worst }, { why: worst });
  await stranger.update('worst', worst, { [markup]: worst }, { why: worst });
}

/** Text and hints that have what hides, turns or moves; runs in the browser. */
function hiddenOnPage(): string[] {
  const isHidden = (text: string): boolean => /[\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]|[^\P{Cc}\n\t]/u.test(text);
  const lines = document.body.innerText.split('\n');
  const hints = [...document.querySelectorAll('[title]')].map((element) => element.getAttribute('title') ?? '');
  // What the grid itself says to screen readers it ends with such a character, so that saying it again is heard.
  const own = document.querySelector('.ag-aria-description-container')?.textContent ?? '';
  return [...lines, document.title, ...hints].filter((text) => text !== own && isHidden(text));
}

/** To the letter, but that what hides, turns or moves is spelled out; of a long one the beginning. */
function isShown(text: string, shown = ''): boolean {
  if (shown.endsWith('…') && text.length > shown.length) return shownText(text).startsWith(shown.slice(0, -1));
  return shown === shownText(text) || shown === text;
}
