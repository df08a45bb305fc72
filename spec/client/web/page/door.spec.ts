import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { browser, hasBrowser } from '../../../support/browser.ts';
import { visit } from '../../../support/visit.ts';
import { WebStand } from '../../../support/web-stand.ts';
import { sign } from './sign.ts';

/** The status of an answer to a request with any headers, which browsers would not let a page choose. */
async function statusOf(origin: string, path: string, headers: Readonly<Record<string, string>>): Promise<number> {
  const asked = request(`${origin}${path}`, { headers }).end();
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  answer.resume();
  return answer.statusCode ?? 0;
}

describe.skipIf(!hasBrowser)('the door of the page', { timeout: 60_000 }, () => {
  let stand: WebStand;
  let strange: Server;
  let strangeOrigin: string;
  beforeAll(async () => {
    stand = await WebStand.start();
    await stand.admin.createTable({ name: 'item', key: 'id', columns: [{ name: 'id', type: 'text' }] });
    await stand.admin.insert('item', { id: 'a' });
    strange = createServer((_request, answer) => {
      answer.setHeader('content-type', 'text/html');
      answer.end('<!doctype html><title>a page of somebody else</title>');
    });
    strange.listen(0, '127.0.0.1');
    await once(strange, 'listening');
    strangeOrigin = `http://127.0.0.1:${(strange.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    strange?.close();
    strange?.closeAllConnections();
    await stand?.stop();
  });

  test('P9 the address that was printed lets one browser in, once', async () => {
    const pass = await stand.pass();
    const chromium = await browser();
    const [first, second] = [await chromium.newContext(), await chromium.newContext()];
    try {
      const firstPage = await first.newPage();
      await firstPage.goto(pass);
      await sign(firstPage, 'live').waitFor();
      expect(firstPage.url()).not.toContain('pass');
      const secondPage = await second.newPage();
      await secondPage.goto(pass);
      await secondPage.getByText('This door is closed').waitFor();
      expect((await second.request.get(`${stand.origin}/api/tables/item/rows`)).status()).toBe(401);
    } finally {
      await first.close();
      await second.close();
    }
  });

  test('P9 the cookie is out of reach of scripts and of other sites', async () => {
    const { page, context } = await visit(stand);
    const [cookie] = await context.cookies(stand.origin);
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict', path: '/' });
    expect(await page.evaluate(() => document.cookie)).toBe('');
  });

  test('P9 P11 requests for another host or from another origin are refused, whatever cookie they have', async () => {
    const { context } = await visit(stand);
    const cookie = (await context.cookies(stand.origin)).map(({ name, value }) => `${name}=${value}`).join('; ');
    const { host, port } = new URL(stand.origin);
    const path = '/api/tables/item/rows';
    expect(await statusOf(stand.origin, path, { host, cookie })).toBe(200);
    expect(await statusOf(stand.origin, path, { host })).toBe(401);
    const hosts = [
      `evil.example:${port}`,
      'evil.example',
      `127.0.0.1.evil.example:${port}`,
      `${host}.`,
      `0.0.0.0:${port}`,
    ];
    for (const name of hosts) {
      expect(await statusOf(stand.origin, path, { host: name, cookie }), `host ${name}`).toBeGreaterThanOrEqual(400);
      expect(await statusOf(stand.origin, '/', { host: name, cookie }), `host ${name}`).toBeGreaterThanOrEqual(400);
    }
    const origins = [
      strangeOrigin,
      'null',
      'https://evil.example',
      `http://evil.example:${port}`,
      `${stand.origin}.evil.example`,
    ];
    for (const origin of origins)
      expect(await statusOf(stand.origin, path, { host, cookie, origin }), `origin ${origin}`).toBe(403);
    for (const site of ['cross-site', 'same-site'])
      expect(await statusOf(stand.origin, path, { host, cookie, 'sec-fetch-site': site }), site).toBe(403);
  });

  test('P9 P11 a page of somebody else in the same browser neither reads nor writes', async () => {
    const { context } = await visit(stand, { loggedIn: true, provokes: /./ });
    const { seq } = await stand.admin.status();
    const page = await context.newPage();
    await page.goto(strangeOrigin);
    const got = await page.evaluate(tryAll, stand.origin);
    expect(got).toEqual({
      read: 'refused',
      simplePost: 'refused',
      jsonPost: 'refused',
      feed: 'refused',
      frame: 'empty',
    });
    // A form needs nobody's leave to be sent; what it asks for must not happen.
    const answered = page.waitForResponse((answer) => answer.url().endsWith('/api/row.delete'));
    await page.evaluate(sendForm, stand.origin).catch(() => undefined);
    expect((await answered).status()).toBe(403);
    expect(await stand.admin.status()).toMatchObject({ seq });
    expect((await stand.admin.get('item', 'a'))?.key).toBe('a');
  });
});

/** What a page may try at another origin; runs in the browser. */
async function tryAll(target: string): Promise<Record<string, string>> {
  const outcome = (attempt: Promise<Response>): Promise<string> =>
    attempt.then(
      async (answer) => (answer.type === 'opaque' ? 'refused' : `read ${await answer.text()}`),
      () => 'refused',
    );
  const body = JSON.stringify({ table: 'item', key: 'a' });
  const include = { credentials: 'include' } as const;
  const feed = new EventSource(`${target}/api/feed`, { withCredentials: true });
  const fed = new Promise<string>((resolve) => {
    feed.onerror = () => resolve('refused');
    feed.onopen = () => resolve('open');
  });
  const frame = document.createElement('iframe');
  const framed = new Promise<string>((resolve) => {
    frame.onload = () => {
      try {
        resolve(frame.contentDocument?.body.textContent ? 'read' : 'empty');
      } catch {
        resolve('empty');
      }
    };
  });
  frame.src = `${target}/t/item`;
  document.body.append(frame);
  const result = {
    read: await outcome(fetch(`${target}/api/tables/item/rows`, include)),
    simplePost: await outcome(fetch(`${target}/api/row.delete`, { ...include, method: 'POST', mode: 'no-cors', body })),
    jsonPost: await outcome(
      fetch(`${target}/api/row.delete`, {
        ...include,
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-rowcast': '1' },
        body,
      }),
    ),
    feed: await fed,
    frame: await framed,
  };
  feed.close();
  return result;
}

/** The body of this form is JSON, but for an = in a text. */
function sendForm(target: string): void {
  const form = document.createElement('form');
  form.method = 'post';
  form.action = `${target}/api/row.delete`;
  form.enctype = 'text/plain';
  const field = document.createElement('input');
  field.name = '{"table":"item","key":"a","id":"';
  field.value = '"}';
  form.append(field);
  document.body.append(form);
  form.submit();
}
