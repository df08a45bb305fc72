import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { GatewayStand } from '../../../support/gateway.ts';
import { holdHead } from '../../../support/hold-head.ts';
import { administrator } from '../../../support/server.ts';

let stand: GatewayStand;

beforeAll(async () => {
  stand = await GatewayStand.start();
  await stand.admin.createTable({
    name: 'pay',
    key: 'id',
    columns: [
      { name: 'id', type: 'text' },
      { name: 'ssn', type: 'text', sealed: true },
    ],
  });
  await stand.admin.insert('pay', { id: 'a', ssn: '999-12' });
});
afterAll(() => stand.stop());

async function waitingForHead(): Promise<number> {
  const waiting = await stand.ledger.query(
    `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
  );
  return waiting.length;
}

const isEnd = ({ event }: { event: string }): boolean => event === 'end';

describe('W9: a login', () => {
  test('is the browser’s, and the secret of the session stays in the gateway', async () => {
    const reader = await stand.visitor();
    const { body } = await reader.post('session.login', { user: administrator.name, password: administrator.password });
    expect(body).toEqual({ user: 'ada', role: 'administrator', expires: expect.any(String), idleMinutes: 30 });
    expect((await reader.post('session.status')).body).toMatchObject({ login: { user: 'ada' } });
    expect((await (await stand.visitor()).post('session.status')).body).toEqual({ door: 'private' });
    expect((await reader.post('row.insert', { table: 'pay', row: { id: 'b' } })).status).toBe(200);
  });

  test('W5: with a wrong password is refused as the server refuses it, and then held up by it', async () => {
    const reader = await stand.visitor();
    const wrong = await reader.post('session.login', { user: 'nobody', password: 'wrong' });
    expect(wrong).toMatchObject({ status: 401, body: { error: { code: 'login_failed' } } });
    const tries = [];
    for (let n = 0; n < 8; n += 1) {
      const tried = n % 2 === 0 ? reader : await stand.visitor();
      tries.push(await tried.post('session.login', { user: 'nobody', password: `wrong ${n}` }));
    }
    // Not each of them, on a machine that is slower than the waits are.
    const throttled = tries.find(({ status }) => status === 429);
    expect(throttled).toMatchObject({ body: { error: { code: 'login_throttled' } } });
    await new Promise((resolve) => setTimeout(resolve, 2_100));
  });

  test('is known by the browser at the next one, whoever fails meanwhile over the connection that all share', async () => {
    const [reader, guesser] = [await stand.visitor(), await stand.visitor()];
    await reader.login();
    await reader.post('session.logout');
    for (let n = 0; n < 8; n += 1) await guesser.post('session.login', { user: 'nobody', password: `wrong ${n}` });
    await guesser.post('session.login', { user: administrator.name, password: 'wrong' });
    const { status } = await reader.post('session.login', {
      user: administrator.name,
      password: administrator.password,
    });
    expect(status).toBe(200);
    await new Promise((resolve) => setTimeout(resolve, 2_100));
  });

  test.each([{}, { user: 'ada' }, { user: 'ada', password: '' }, { user: 1, password: 'x' }, []])(
    'with %j is no login',
    async (fields) => {
      const reader = await stand.visitor();
      expect(await reader.post('session.login', fields)).toMatchObject({ status: 400 });
    },
  );

  test('shows what is sealed to whoever logged in, and to nobody else', async () => {
    const [admin, viewer] = [await stand.visitor(), await stand.visitor()];
    await admin.login();
    const [adminFeed, viewerFeed] = [await admin.feed(), await viewer.feed()];
    await Promise.all([adminFeed, viewerFeed].map((feed) => feed.until(({ id }) => id !== undefined)));
    const { seq } = await stand.admin.update('pay', 'a', { ssn: '111-22' });
    await Promise.all([adminFeed.reached(seq), viewerFeed.reached(seq)]);
    expect(JSON.stringify(adminFeed.groups)).toContain('111-22');
    expect(JSON.stringify(viewerFeed.groups)).not.toContain('111-22');
    for (const path of ['/api/tables/pay/rows', '/api/log', '/api/tables/pay/rows/a/history', '/api/diff?from=0']) {
      expect((await admin.ask(path)).text, path).toContain('111-22');
      expect((await viewer.ask(path)).text, path).not.toContain('111-22');
    }
    adminFeed.cut();
    viewerFeed.cut();
  });

  test('begins and ends for every tab of the browser: their feeds end and say why', async () => {
    const reader = await stand.visitor();
    const before = await reader.feed('?as=');
    await reader.login();
    expect((await before.until(isEnd)).data).toMatchObject({ code: 'logged_in' });
    const after = await reader.feed('?as=ada');
    await reader.post('session.logout');
    expect((await after.until(isEnd)).data).toMatchObject({ code: 'logged_out' });
    await after.closed;
    expect(await reader.post('row.delete', { table: 'pay', key: 'a' })).toMatchObject({
      status: 401,
      body: { error: { code: 'login_required' } },
    });
  });

  test('P2: is ended behind the answer to what was asked by it', async () => {
    const sessions = async (): Promise<number> => (await stand.admin.accounts.sessions()).length;
    const reader = await stand.visitor();
    const before = await sessions();
    await reader.login();
    const feed = await reader.feed('?as=ada');
    const release = await holdHead(stand.ledger);
    const inserted = reader.post('row.insert', { table: 'pay', row: { id: 'in time' } });
    await expect.poll(waitingForHead).toBe(1);
    const ended = reader.post('session.logout');
    await feed.until(isEnd);
    await expect.poll(sessions).toBe(before);
    await release();
    expect(await inserted).toMatchObject({ status: 200, body: { key: 'in time' } });
    expect(await ended).toMatchObject({ status: 200 });
  });

  test('ends its plays too, however long they would have waited', async () => {
    const reader = await stand.visitor();
    await reader.login();
    const play = await reader.play('?from=1&to=2&speed=0.000001');
    await stand.admin.insert('pay', { id: 'later', ssn: '777-88' });
    const endless = await reader.play('?from=1&speed=0.000001');
    await endless.until(({ event }) => event === 'group');
    await reader.post('session.logout');
    for (const feed of [play, endless]) {
      expect((await feed.until(isEnd)).data).toMatchObject({ code: expect.stringMatching(/logged_out|done/) });
      await feed.closed;
    }
    expect(JSON.stringify(endless.groups)).not.toContain('777-88');
  });

  test('a feed of who is not logged in any more ends at once', async () => {
    const reader = await stand.visitor();
    await reader.login();
    await stand.restartGateway();
    const feed = await reader.feed('?as=ada');
    expect((await feed.until(isEnd)).data).toMatchObject({ code: 'logged_out' });
    await feed.closed;
  });

  test('two at the same time leave one session', async () => {
    const reader = await stand.visitor();
    const before = (await stand.admin.accounts.sessions()).length;
    await Promise.all([reader.login(), reader.login(), reader.login()]);
    expect((await stand.admin.accounts.sessions()).length).toBe(before + 1);
    await reader.post('session.logout');
    expect((await stand.admin.accounts.sessions()).length).toBe(before);
  });

  test('that was revoked at the server is over here, and the page is told', async () => {
    const reader = await stand.visitor();
    await reader.login();
    const feed = await reader.feed();
    await feed.until(({ id }) => id !== undefined);
    await endSessionsButOne();
    expect((await reader.post('row.get', { table: 'pay', key: 'a' })).status).toBe(401);
    expect((await feed.until(isEnd)).data).toMatchObject({ code: 'logged_out' });
    expect((await reader.post('session.status')).body).toEqual({ door: 'private' });
    expect((await reader.post('row.get', { table: 'pay', key: 'a' })).status).toBe(200);
  });

  test('that was revoked while nothing is asked is found out too', { timeout: 30_000 }, async () => {
    const reader = await stand.visitor();
    await reader.login();
    const feed = await reader.feed();
    await feed.until(({ id }) => id !== undefined);
    await endSessionsButOne();
    expect((await feed.until(isEnd)).data).toMatchObject({ code: 'logged_out' });
  });

  test('ends when its account may do something else now: what it may see changes too', {
    timeout: 30_000,
  }, async () => {
    await stand.admin.accounts.add({ user: 'grace', password: 'a long password', role: 'administrator' });
    const reader = await stand.visitor();
    await reader.post('session.login', { user: 'grace', password: 'a long password' });
    const feed = await reader.feed('?as=grace');
    await stand.admin.accounts.change('grace', { role: 'viewer' });
    expect((await feed.until(isEnd)).data).toMatchObject({ code: 'logged_out', message: 'grace is viewer now' });
    expect((await reader.ask('/api/tables/pay/rows')).text).not.toContain('111-22');
  });
});

/** Those of this spec's administrator stays. */
async function endSessionsButOne(): Promise<void> {
  const own = stand.admin.token?.split('.')[0];
  for (const { session } of await stand.admin.accounts.sessions()) {
    if (session !== own) await stand.admin.accounts.revoke(session);
  }
}

describe('W9: idle logout', () => {
  let idle: GatewayStand;
  beforeAll(async () => {
    // Four seconds.
    idle = await GatewayStand.start({ idleMinutes: 4 / 60 });
    await idle.admin.createTable({ name: 'pay', key: 'id', columns: [{ name: 'id', type: 'text' }] });
  });
  afterAll(() => idle.stop());

  test('tells the page; then what needs a login says so', { timeout: 30_000 }, async () => {
    const reader = await idle.visitor();
    await reader.login();
    const feed = await reader.feed('?as=ada');
    // What a page does by itself does not count: it asks what there is, and what a command would do.
    const insert = { table: 'pay', row: { id: 'tried' }, dryRun: true };
    const asking = setInterval(
      () => void Promise.all([reader.post('table.list'), reader.post('row.insert', insert)]),
      500,
    );
    const began = performance.now();
    const end = await feed.until(isEnd);
    clearInterval(asking);
    expect(end.data).toMatchObject({ code: 'logged_out', message: expect.stringContaining('no sign of ada') });
    expect(performance.now() - began).toBeLessThan(15_000);
    expect(await reader.post('tag.set', { name: 'x' })).toMatchObject({ body: { error: { code: 'login_required' } } });
  });

  test('does not come as long as the person shows', { timeout: 30_000 }, async () => {
    const reader = await idle.visitor();
    await reader.login();
    const until = performance.now() + 7_000;
    while (performance.now() < until) {
      await reader.post('session.use');
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    expect((await reader.post('session.status')).body).toMatchObject({ login: { user: 'ada' } });
  });
});

describe('P9: a public door', () => {
  let open: GatewayStand;
  beforeAll(async () => {
    open = await GatewayStand.start({ door: 'public', viewersMax: 3 });
    await open.admin.createTable({ name: 't', key: 'id', columns: [{ name: 'id', type: 'text' }] });
    await open.admin.insert('t', { id: 'a' });
  });
  afterAll(() => open.stop());

  test('is read by everybody, without a cookie', async () => {
    const reader = open.stranger();
    expect(open.gateway.address).not.toContain('pass');
    expect((await reader.post('session.status')).body).toEqual({ door: 'public' });
    expect((await reader.ask('/api/tables/t/rows')).text).toContain('{"end":{"count":1}}');
    expect((await reader.open('http://x/?pass=any')).headers['set-cookie']).toBeUndefined();
  });

  test.each([
    ['session.login', { user: administrator.name, password: administrator.password }],
    ['session.logout', {}],
    ['session.use', {}],
    ['row.insert', { table: 't', row: { id: 'b' } }],
    ['account.list', {}],
    ['batch', { commands: [] }],
  ])('is for reading only: %s is refused', async (type, fields) => {
    expect(await open.stranger().post(type, fields)).toMatchObject({
      status: 403,
      body: { error: { code: 'forbidden' } },
    });
  });

  test('P8: takes so many readers of the feed, and the next one when one has left', async () => {
    const reader = open.stranger();
    const feeds = [await reader.feed(), await reader.feed(), await reader.feed()];
    await expect(reader.feed()).rejects.toThrow('busy');
    feeds[0]?.cut();
    await feeds[0]?.closed;
    await expect
      .poll(async () =>
        reader.feed().then(
          (feed) => feed.cut(),
          () => 'busy',
        ),
      )
      .toBeUndefined();
    for (const feed of feeds) feed.cut();
  });
});

describe('what is passed on', () => {
  test.each(['session.login2', 'log.read', 'feed.open', 'sealed.open', 'batch.part', 'constructor', '__proto__'])(
    '%s is nothing of it',
    async (type) => {
      const reader = await stand.visitor();
      expect((await reader.post(type)).status).toBe(404);
    },
  );

  test.each([
    ['[]', 400],
    ['null', 400],
    ['{"id":{}}', 400],
    ['{"dryRun":1}', 400],
    ['{', 400],
    ['', 400],
  ])('the body %j is refused', async (body, status) => {
    const reader = await stand.visitor();
    const asked = { method: 'POST', headers: { 'x-rowcast': '1' }, body };
    expect((await reader.ask('/api/table.list', asked)).status).toBe(status);
  });

  test('W2: what is not the page’s to say is left out: no token, version or type of its own', async () => {
    const reader = await stand.visitor();
    const body = `{"v":99,"token":"${stand.admin.token}","type":"account.list"}`;
    const asked = { method: 'POST', headers: { 'x-rowcast': '1' }, body };
    const { status, text } = await reader.ask('/api/table.list', asked);
    expect([status, JSON.parse(text)]).toEqual([200, expect.objectContaining({ tables: expect.any(Array) })]);
  });

  test('P2: a command under its id takes effect once', async () => {
    const reader = await stand.visitor();
    await reader.login();
    const command = { id: 'once-and-never-again', table: 'pay', row: { id: 'once' } };
    const [first, second] = [await reader.post('row.insert', command), await reader.post('row.insert', command)];
    expect(second.body).toEqual(first.body);
    const refused = await reader.post('row.insert', { table: 'pay', row: { id: 'once' } });
    expect(refused).toMatchObject({ status: 409, body: { error: { code: 'version_conflict' } } });
  });
});
