import { readdirSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { connect as connectSocket } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { GatewayReader, GatewayStand } from '../../../support/gateway.ts';

let stand: GatewayStand;

beforeAll(async () => {
  stand = await GatewayStand.start({ names: ['https://tables.example.org'] });
});
afterAll(() => stand.stop());

/** What comes back for these very bytes, until the connection is closed. */
async function raw(request: string): Promise<string> {
  const socket = connectSocket(stand.gateway.port, '127.0.0.1');
  socket.write(request);
  let text = '';
  for await (const part of socket.setEncoding('utf8')) text += String(part);
  return text;
}

const own = { 'x-rowcast': '1' };

describe('W6: Host and Origin', () => {
  test.each([
    ['another name', 'evil.example'],
    ['a name that was rebound to this address', 'evil.example:8080'],
    ['a name that begins like an address', '127.0.0.1.evil.example'],
    ['the right number at another port', '127.0.0.1:1'],
    ['the number of another machine', '192.0.2.1'],
  ])('%s is refused', async (_what, host) => {
    const reader = await stand.visitor();
    for (const path of ['/', '/api/feed', '/assets/x.js']) {
      const { status, text } = await reader.ask(path, { headers: { host } });
      expect([path, status]).toEqual([path, 403]);
      expect(text).not.toContain('<title>');
    }
  });

  test.each(['HTTP/1.1\r\nHost: ', 'HTTP/1.0', 'HTTP/1.1\r\nHost: a b'])(
    'without a name (%j) it is refused too',
    async (head) => {
      const answer = await raw(`GET / ${head}\r\nConnection: close\r\n\r\n`);
      expect(answer).toMatch(/^HTTP\/1\.1 40[03] /);
      expect(answer).not.toContain('<title>');
    },
  );

  test.each(['127.0.0.1', 'localhost'])('%s with the port is taken', async (name) => {
    const { port } = stand.gateway;
    const { status, text } = await stand.stranger().ask('/', { headers: { host: `${name}:${port}` } });
    expect([status, text]).toEqual([200, expect.stringContaining('<title>Rowcast')]);
  });

  test.each([
    ['http://evil.example'],
    ['http://localhost:PORT'],
    ['https://127.0.0.1:PORT'],
    ['http://127.0.0.1:1'],
    ['http://127.0.0.1:PORT.evil.example'],
    ['null'],
  ])('a page of %s can neither ask nor do', async (template) => {
    const reader = await stand.visitor();
    const origin = template.replace('PORT', String(stand.gateway.port));
    const asked = await reader.ask('/api/tables/t/rows', { headers: { origin } });
    const done = await reader.ask('/api/table.list', { method: 'POST', headers: { origin, ...own }, body: '{}' });
    expect([asked.status, done.status]).toEqual([403, 403]);
    expect(done.text).toContain('wrong_origin');
    expect(done.headers['access-control-allow-origin']).toBeUndefined();
  });

  test.each(['cross-site', 'same-site'])('what a browser says comes from a %s page is refused', async (site) => {
    const reader = await stand.visitor();
    const { status } = await reader.ask('/api/log', { headers: { 'sec-fetch-site': site } });
    expect(status).toBe(403);
    // A link to the page itself may stand anywhere.
    expect((await reader.ask('/t/employees', { headers: { 'sec-fetch-site': site } })).status).toBe(200);
  });

  test('without the header of our own nothing is done, and nobody is told that others may send it', async () => {
    const reader = await stand.visitor();
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    expect((await reader.ask('/api/table.list', { method: 'POST', headers: form, body: '{}' })).status).toBe(403);
    const preflight = await reader.ask('/api/table.list', {
      method: 'OPTIONS',
      headers: { origin: 'http://evil.example', 'access-control-request-headers': 'x-rowcast' },
    });
    expect(preflight.status).toBe(403);
    expect(Object.keys(preflight.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
  });
});

describe('W6, W9: the one-time address', () => {
  test('lets one browser in, once, and the next one is told', async () => {
    const { address } = stand.gateway;
    const first = stand.stranger();
    const answered = await first.open(address);
    expect(answered.status).toBe(303);
    expect(answered.headers['set-cookie']?.[0]).toMatch(/^rowcast-\d+=[\w-]{43}; .*HttpOnly; SameSite=Strict$/);
    expect((await first.post('session.status')).body).toEqual({ door: 'private' });
    const second = stand.stranger();
    await second.open(address);
    expect((await second.post('session.status')).status).toBe(401);
    expect(stand.addresses.at(-1)).toBe(stand.gateway.address);
    expect(stand.gateway.address).not.toBe(address);
  });

  test('takes itself out of the address, and nothing else', async () => {
    const pass = new URL(stand.gateway.address).searchParams.get('pass') ?? '';
    const { headers } = await stand.stranger().ask(`/t/employees?at=7@e&pass=${pass}&feed=`);
    const { port } = stand.gateway;
    expect(headers.location).toBe(`http://127.0.0.1:${port}/t/employees?at=7%40e&feed=`);
    expect(headers['set-cookie']?.[0]).not.toContain('Secure');
  });

  test('cannot be made to lead elsewhere', async () => {
    const { port } = stand.gateway;
    for (const path of ['//evil.example/?pass=x', '/\\evil.example/?pass=x', '/.//evil.example/?pass=x']) {
      const { headers, status } = await stand.stranger().ask(path);
      if (status !== 400) expect(new URL(headers.location ?? '').host).toBe(`127.0.0.1:${port}`);
    }
  });

  test.each(['', 'x', 'A'.repeat(43)])('any other pass (%s) lets nobody in', async (pass) => {
    const stranger = stand.stranger();
    await stranger.ask(`/?pass=${pass}`);
    expect((await stranger.open(`http://x/?pass=${pass}`)).headers['set-cookie']).toBeUndefined();
  });

  test('a look ahead at the address does not use it up', async () => {
    const { address } = stand.gateway;
    const { pathname, search } = new URL(address);
    await stand.stranger().ask(`${pathname}${search}`, { method: 'HEAD' });
    expect(stand.gateway.address).toBe(address);
  });

  test('over TLS of a proxy the cookie is for TLS only', async () => {
    const { search } = new URL(stand.gateway.address);
    const { headers } = await stand.stranger().ask(`/${search}`, { headers: { host: 'tables.example.org' } });
    expect(headers['set-cookie']?.[0]).toContain('Secure');
    expect(headers.location).toBe('https://tables.example.org/');
  });

  test('a browser that was let in stays so over a restart; what is kept of it opens nothing', async () => {
    const reader = await stand.visitor();
    await stand.restartGateway();
    expect((await reader.post('session.status')).status).toBe(200);
    const folder = join(stand.folder, 'visitors');
    const [file = ''] = readdirSync(folder);
    expect((await stat(join(folder, file))).mode & 0o077).toBe(0);
    const kept = await readFile(join(folder, file), 'utf8');
    const secret = reader.cookie?.split('=')[1] ?? '';
    expect(kept).not.toContain(secret);
    const [stolen = ''] = (JSON.parse(kept) as { visitors: string[] }).visitors;
    const thief = new GatewayReader(stand.gateway.port, `rowcast-${stand.gateway.port}=${stolen}`);
    expect((await thief.post('session.status')).status).toBe(401);
  });

  test('so many browsers are remembered, and the one that came first is forgotten', async () => {
    const first = await stand.visitor();
    for (let n = 0; n < 32; n += 1) await stand.visitor();
    expect((await first.post('session.status')).status).toBe(401);
  });
});

describe('P9: a closed door', () => {
  test.each(['/api/feed', '/api/log', '/api/tables/t/rows', '/api/nothing'])('%s is not answered', async (path) => {
    const { status, text } = await stand.stranger().ask(path);
    expect([status, JSON.parse(text)]).toEqual([401, { error: { code: 'door_closed', message: expect.any(String) } }]);
  });

  test('nor are requests', async () => {
    for (const type of ['table.list', 'session.login', 'row.insert']) {
      expect((await stand.stranger().post(type)).status).toBe(401);
    }
  });
});

describe('answers', () => {
  test('W7: the page bears a policy with another nonce each time, and says no more than it must', async () => {
    const [one, two] = [await stand.stranger().ask('/'), await stand.stranger().ask('/any/where')];
    const nonceOf = ({ headers }: typeof one): string | undefined =>
      /'nonce-([^']+)'/.exec(String(headers['content-security-policy']))?.[1];
    expect(one.text).toContain(`nonce="${nonceOf(one)}"`);
    expect(nonceOf(one)).not.toBe(nonceOf(two));
    expect(one.headers['content-security-policy']).toMatch(/^default-src 'none'; script-src 'self';/);
    expect(one.headers['content-security-policy']).toContain(
      "require-trusted-types-for 'script'; trusted-types default",
    );
    expect(one.headers['content-security-policy']).not.toMatch(/unsafe/);
    expect(one.headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'x-frame-options': 'DENY',
    });
    expect(one.headers['strict-transport-security']).toBeUndefined();
    expect(one.headers['x-powered-by']).toBeUndefined();
  });

  test('the feed and the rest of the API bear the same', async () => {
    const reader = await stand.visitor();
    const feed = await reader.feed();
    for (const { headers } of [feed, await reader.ask('/api/log')]) {
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cross-origin-resource-policy': 'same-origin',
        'cache-control': 'no-store',
      });
    }
    feed.cut();
  });

  test('a part that the page has not is not found, also not outside its folder', async () => {
    for (const path of [
      '/assets/none.js',
      '/assets/../visitors',
      '/assets/%2e%2e/index.html',
      '/assets/..%2f..%2fetc/passwd',
    ])
      expect([404, 200]).toContain((await stand.stranger().ask(path)).status);
    expect((await stand.stranger().ask('/assets/none.js')).status).toBe(404);
  });
});

describe('P11: without a page that is built', () => {
  test('the address says so and how to have it, and the rest is served', async () => {
    const reader = await stand.visitor();
    const { problem } = stand.gateway;
    await stand.restartGateway({ page: join(stand.folder, 'nowhere') });
    try {
      const { status, text, headers } = await reader.ask('/t/employees?at=7');
      expect([status, text]).toEqual([503, expect.stringContaining('<h1>The page is not built</h1>')]);
      expect(text).toContain('npm ci --include=dev');
      expect(String(headers['content-security-policy'])).toContain(`'nonce-${/nonce="(.*?)"/.exec(text)?.[1]}'`);
      expect((await reader.ask('/assets/index.js')).status).toBe(404);
      const next = await stand.visitor();
      expect(await next.post('table.list')).toMatchObject({ status: 200, body: { tables: [] } });
      expect([problem, stand.gateway.problem]).toEqual([undefined, expect.stringMatching(/^the page is not built: /)]);
    } finally {
      await stand.restartGateway();
    }
  });
});

describe('P8: limits', () => {
  test('headers, and bodies, of any length', async () => {
    const reader = await stand.visitor();
    expect((await reader.ask('/', { headers: { 'x-long': 'x'.repeat(20_000) } })).status).toBe(431);
    const login = await reader.post('session.login', { user: 'ada', password: 'x'.repeat(20_000) });
    expect(login).toMatchObject({ status: 413, body: { error: { code: 'too_large' } } });
    const request = await reader.post('row.insert', { table: 't', row: { id: 'x'.repeat(5 * 1024 * 1024) } });
    expect(request).toMatchObject({ status: 413, body: { error: { code: 'too_large' } } });
  });

  test('a request that does not come to its end is given up', { timeout: 30_000 }, async () => {
    const socket = connectSocket(stand.gateway.port, '127.0.0.1');
    socket.write('GET / HTTP/1.1\r\nhost: 127.0.0.1\r\nx-slow: ');
    const started = performance.now();
    await new Promise((resolve) => socket.on('error', resolve).on('close', resolve).resume());
    expect(performance.now() - started).toBeLessThan(20_000);
  });
});
