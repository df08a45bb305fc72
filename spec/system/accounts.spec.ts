import { randomBytes } from 'node:crypto';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { nanoid } from 'nanoid';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { connect, type Ledger, RowcastError } from '../../client/index.ts';
import { hashPassword } from '../../server/auth/password.ts';
import { createLedger, type TestLedger } from '../support/ledger.ts';
import { Person } from '../support/program.ts';
import { administrator, spawnServer, startTestServer, type TestServer, writeSettings } from '../support/server.ts';

let ledger: TestLedger;
let server: TestServer;
let admin: Ledger;
const opened: Ledger[] = [];
const password = 'a password that is long';

beforeAll(async () => {
  ledger = await createLedger();
  server = await startTestServer(ledger, { viewers: 'login' });
  admin = await loggedIn(administrator.name, administrator.password);
});
afterAll(async () => {
  await Promise.all(opened.map((one) => one.close()));
  await server.stop();
  await ledger.drop();
});

function open(token?: string): Ledger {
  const one = connect(server.address, { token, timeoutMs: 60_000 });
  opened.push(one);
  return one;
}

async function loggedIn(user: string, its = password): Promise<Ledger> {
  const one = open();
  await one.login(user, its);
  return one;
}

async function codeOf(asked: Promise<unknown>): Promise<string> {
  return await asked.then(
    () => 'ok',
    (error: unknown) => (error instanceof RowcastError ? error.code : String(error)),
  );
}

async function newAccount(role: 'viewer' | 'administrator' = 'viewer'): Promise<string> {
  const user = `u${randomBytes(4).toString('hex')}`;
  await admin.accounts.add({ user, role, password });
  return user;
}

// Passwords are hashed at their full cost: half a second each, and several on a busy machine.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 60_000 });

describe('P9 accounts', () => {
  test('an administrator adds, changes, disables and removes; it takes effect at once, in every session', async () => {
    const bob = await newAccount();
    const his = await loggedIn(bob);
    expect(await his.accounts.status()).toMatchObject({ user: bob, role: 'viewer' });
    expect(await codeOf(his.tables())).toBe('ok');
    expect(await codeOf(his.createTable({ name: 'his', columns: [] }))).toBe('forbidden');
    await admin.accounts.change(bob, { role: 'administrator' });
    expect(await codeOf(his.createTable({ name: 'his', columns: [] }))).toBe('ok');
    await admin.accounts.change(bob, { role: 'viewer' });
    expect(await codeOf(his.dropTable('his'))).toBe('forbidden');
    expect(await admin.accounts.change(bob, { disabled: true })).toMatchObject({
      user: bob,
      ended: expect.any(Number),
    });
    expect(await codeOf(his.tables())).toBe('session_expired');
    expect(await codeOf(open().login(bob, password))).toBe('login_failed');
    await admin.accounts.change(bob, { disabled: false });
    const again = await loggedIn(bob);
    expect(await admin.accounts.remove(bob)).toMatchObject({ ended: expect.any(Number) });
    expect(await codeOf(again.tables())).toBe('session_expired');
    expect((await admin.accounts.list()).map(({ user }) => user)).not.toContain(bob);
    expect(await codeOf(admin.accounts.change(bob, { role: 'viewer' }))).toBe('account_not_found');
    expect(await codeOf(admin.accounts.remove(bob))).toBe('account_not_found');
  });

  test('everyone changes their own password: with the old one, and their other sessions end', async () => {
    const bob = await newAccount();
    const [first, second] = [await loggedIn(bob), await loggedIn(bob)];
    expect(await codeOf(first.accounts.changePassword({ old: 'not it at all', new: 'the next one' }))).toBe(
      'login_failed',
    );
    const changing = (): Promise<unknown> => first.accounts.changePassword({ old: password, new: 'the next one' });
    await expect.poll(() => codeOf(changing()), { timeout: 60_000 }).toBe('ok');
    expect(await codeOf(first.tables())).toBe('ok');
    expect(await codeOf(second.tables())).toBe('session_expired');
    expect(await codeOf(open().login(bob, password))).toBe('login_failed');
    expect(await codeOf(open().login(bob, 'the next one'))).toBe('ok');
    await admin.accounts.change(bob, { password: 'one by the administrator' });
    expect(await codeOf(first.tables())).toBe('session_expired');
    expect(await codeOf(open().login(bob, 'one by the administrator'))).toBe('ok');
  });

  test('P2 a change takes effect once for its id, found again in the audit, and an id is not used twice', async () => {
    const id = nanoid();
    const user = `once-${id.slice(0, 6)}`.replace(/_/g, '-');
    const add = { user, role: 'viewer', password } as const;
    const answers = await Promise.all(Array.from({ length: 4 }, () => open(admin.token).accounts.add(add, { id })));
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect(await ledger.query('SELECT 1 FROM audit WHERE request = $1', [id])).toHaveLength(1);
    await admin.accounts.remove(user);
    expect(await admin.accounts.add(add, { id })).toEqual(answers[0]);
    expect((await admin.accounts.list()).map((one) => one.user)).not.toContain(user);
    expect(await codeOf(admin.accounts.add({ ...add, password: 'another password' }, { id }))).toBe(
      'command_id_reused',
    );
    expect(await codeOf(admin.accounts.add({ ...add, user: administrator.name }))).toBe('account_exists');
  });

  test('the last administrator stays, whoever tries and however many at once', async () => {
    const eve = await newAccount('administrator');
    const hers = await loggedIn(eve);
    const [first, second] = await Promise.all([
      codeOf(admin.accounts.change(eve, { role: 'viewer' })),
      codeOf(hers.accounts.change(administrator.name, { role: 'viewer' })),
    ]);
    expect([first, second].filter((code) => code === 'ok')).toHaveLength(1);
    const [left, ruler] = first === 'ok' ? [administrator.name, admin] : [eve, hers];
    for (const change of [{ role: 'viewer' }, { disabled: true }] as const) {
      expect(await codeOf(ruler.accounts.change(left, change))).toBe('last_administrator');
    }
    expect(await codeOf(ruler.accounts.remove(left))).toBe('last_administrator');
    await ruler.accounts.change(administrator.name, { role: 'administrator' });
  });

  test('a password that is too short, and a name that is none, are refused before anything is hashed', async () => {
    for (const bad of [
      { user: 'short', password: '1234567' },
      { user: 'a b', password },
      { user: '', password },
    ]) {
      expect(await codeOf(admin.accounts.add({ role: 'viewer', ...bad }))).toBe('bad_request');
    }
  });
});

describe('P9 sessions', () => {
  test('are listed and revoked: a viewer one’s own, an administrator everybody’s', async () => {
    const [bob, eve] = [await newAccount(), await newAccount()];
    const [his, hers] = [await loggedIn(bob), await loggedIn(eve)];
    const [own] = await his.accounts.sessions();
    expect(await his.accounts.sessions()).toMatchObject([{ user: bob, own: true }]);
    expect(await codeOf(his.accounts.sessions(eve))).toBe('forbidden');
    expect((await admin.accounts.sessions()).map(({ user }) => user)).toEqual(expect.arrayContaining([bob, eve]));
    const [other] = await admin.accounts.sessions(eve);
    expect(await his.accounts.revoke(other?.session ?? '')).toBe(false);
    expect(await codeOf(hers.tables())).toBe('ok');
    expect(await admin.accounts.revoke(other?.session ?? '')).toBe(true);
    expect(await codeOf(hers.tables())).toBe('session_expired');
    expect(await his.accounts.revoke(own?.session ?? '')).toBe(true);
    expect(await codeOf(his.tables())).toBe('session_expired');
  });

  test('go on in another process with their text, and end everywhere with logout', async () => {
    const his = await loggedIn(await newAccount());
    const { token } = his;
    const elsewhere = open(token);
    expect(await codeOf(elsewhere.tables())).toBe('ok');
    await his.logout();
    expect(await codeOf(elsewhere.tables())).toBe('session_expired');
    expect(() => open('no session')).toThrow('SESSION.SECRET');
  });

  test('P9 a login gives a device, which is known at the next one of the same user, and at that of nobody else', async () => {
    const [bob, eve] = [await newAccount(), await newAccount()];
    const { device } = await open().login(bob, password);
    expect(device).toMatch(/^[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}$/);
    expect((await open().login(bob, password, { device })).device).toBe(device);
    expect((await open().login(eve, password, { device })).device).not.toBe(device);
    expect((await open().login(bob, password)).device).not.toBe(device);
  });

  test('P9 the terminal program keeps it beyond the session, for its owner only', async () => {
    const person = await Person.at(server.address);
    const login = async (): Promise<string> => {
      await person.run(['login', administrator.name, '--password-stdin'], [administrator.password]);
      const folder = join(person.env.XDG_STATE_HOME ?? '', 'rowcast');
      const [name = ''] = (await readdir(folder)).filter((file) => file.startsWith('devices-'));
      expect((await stat(join(folder, name))).mode & 0o777).toBe(0o600);
      return await readFile(join(folder, name), 'utf8');
    };
    try {
      const first = await login();
      expect(first).toContain(`"${administrator.name}"`);
      expect((await person.run(['logout'])).exit).toBe(0);
      expect(await login()).toBe(first);
    } finally {
      await person.remove();
    }
  });

  test('with viewers = login nothing is read without one', async () => {
    expect(await codeOf(open().tables())).toBe('login_required');
    expect(await codeOf(open().status())).toBe('login_required');
  });

  test('P9 no password, secret or token is in any table of the database', async () => {
    const bob = await newAccount();
    const his = await loggedIn(bob);
    await his.accounts.status();
    const [, secret = ''] = his.token?.split('.') ?? [];
    const dump = await dumpOf(ledger);
    expect(dump).toContain(bob);
    for (const text of [password, administrator.password, secret, Buffer.from(secret, 'base64url').toString('hex')]) {
      expect(dump).not.toContain(text);
    }
    const log = await ledger.query<{ entry: string }>('SELECT entry FROM change');
    expect(JSON.stringify(log)).not.toContain(bob);
  });
});

/** Every row of every table, as text. */
async function dumpOf(one: TestLedger): Promise<string> {
  const tables = await one.query<{ name: string }>(
    `SELECT quote_ident(tablename) AS name FROM pg_tables WHERE schemaname = 'rowcast'`,
  );
  const texts = await Promise.all(
    tables.map(async ({ name }) => JSON.stringify(await one.query(`SELECT row_to_json(t)::text FROM ${name} t`))),
  );
  return texts.join('\n');
}

describe('P9 the audit', () => {
  test('tells of logins, failures, refusals, sessions and accounts, and of no password', async () => {
    const before = (await admin.accounts.audit({ limit: 10_000 })).last;
    const bob = await newAccount();
    for (let guess = 0; guess < 3; guess += 1) await codeOf(open().login(bob, 'wrong'));
    const his = await loggedIn(bob);
    for (let tries = 0; tries < 5; tries += 1) await codeOf(his.createTable({ name: 'no', columns: [] }));
    await his.logout();
    await admin.accounts.change(bob, { disabled: true });
    const { entries } = await admin.accounts.audit({ after: before });
    expect(entries.filter(({ by, user }) => by === bob || user === bob).map(({ what }) => what)).toEqual(
      expect.arrayContaining(['account_added', 'login_failed', 'login', 'refused', 'logout', 'account_changed']),
    );
    const refused = entries.filter(({ what, by }) => what === 'refused' && by === bob);
    expect(refused).toMatchObject([{ type: 'table.create', code: 'forbidden', count: 5 }]);
    expect(JSON.stringify(entries)).not.toMatch(new RegExp(`${password}|wrong`));
    expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_, index) => before + 1 + index));
    const [newest, ...older] = entries.toReversed();
    const options = { newestFirst: true, limit: 1 } as const;
    expect(await admin.accounts.audit(options)).toEqual({ entries: [newest], last: newest?.seq, more: true });
    const rest = await admin.accounts.audit({ ...options, after: newest?.seq, limit: 10_000 });
    expect(rest.entries.slice(0, older.length)).toEqual(older);
    expect(rest).toMatchObject({ last: 1, more: false });
    expect(await admin.accounts.audit({ ...options, after: 1 })).toEqual({ entries: [], last: 1, more: false });
    expect(await codeOf((await loggedIn(await newAccount())).accounts.audit())).toBe('forbidden');
  });

  test.each(['UPDATE audit SET by = $$x$$', 'DELETE FROM audit', 'TRUNCATE audit'])(
    'P10 is append-only, for its owner too: %s',
    async (statement) => {
      await expect(ledger.query(statement)).rejects.toMatchObject({ code: '42501', message: /append-only/ });
    },
  );
});

test('P2 P9 a restart of the server is not noticed: the library asks for a nonce and goes on under the same id', async ({
  onTestFinished,
}) => {
  const own = await createLedger();
  const settings = await writeSettings(own);
  onTestFinished(async () => {
    await settings.remove();
    await own.drop();
  });
  const first = await spawnServer(settings);
  await using person = connect(settings.address, { timeoutMs: 60_000 });
  await person.login(administrator.name, administrator.password);
  await person.createTable({ name: 't', columns: [] });
  await first.kill();
  const second = await spawnServer(settings);
  onTestFinished(() => second.kill());
  await Promise.all(Array.from({ length: 50 }, () => person.insert('t', {})));
  const { rows } = await person.list('t', { limit: 1_000 });
  expect(rows).toHaveLength(50);
});

test('P9 the settings start it off: a new or changed line is applied, an unchanged one is not', async ({
  onTestFinished,
}) => {
  const own = await createLedger();
  const settings = await writeSettings(own);
  onTestFinished(async () => {
    await settings.remove();
    await own.drop();
  });
  const { name } = administrator;
  const withServer = async (work: (address: string) => Promise<void>): Promise<void> => {
    const running = await spawnServer(settings);
    await work(settings.address).finally(() => running.kill());
  };
  await withServer(async (address) => {
    await using person = connect(address, { timeoutMs: 60_000 });
    await person.login(name, administrator.password);
    await person.accounts.add({ user: 'eve', role: 'administrator', password });
    await person.accounts.changePassword({ old: administrator.password, new: 'changed from a client' });
  });
  // The line is as it was: what was changed from a client stays.
  await withServer(async (address) => {
    await using person = connect(address, { timeoutMs: 60_000 });
    expect(await codeOf(person.login(name, administrator.password))).toBe('login_failed');
    await using hers = connect(address, { timeoutMs: 60_000 });
    await hers.login('eve', password);
    await hers.accounts.remove(name);
  });
  await withServer(async (address) => {
    await using hers = connect(address, { timeoutMs: 60_000 });
    await hers.login('eve', password);
    expect((await hers.accounts.list()).map(({ user }) => user)).toEqual(['eve']);
  });
  // Another hash is the way back in.
  const text = await readFile(settings.file, 'utf8');
  const line = `${name} = ${await hashPassword('found again')}`;
  await writeFile(
    settings.file,
    text.replace(new RegExp(`^${name} = .*$`, 'm'), () => line),
  );
  await withServer(async (address) => {
    await using person = connect(address, { timeoutMs: 60_000 });
    await person.login(name, 'found again');
    expect(await person.accounts.status()).toMatchObject({ role: 'administrator' });
  });
});
