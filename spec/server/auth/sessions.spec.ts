import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ClientSession } from '../../../client/session.ts';
import { requestTypes } from '../../../protocol/requests.ts';
import { FeedKeys } from '../../../server/auth/feed-keys.ts';
import { Proofs } from '../../../server/auth/proofs.ts';
import { anonymous, mayRequest, neededRole, rights } from '../../../server/auth/rights.ts';
import { Secrets } from '../../../server/auth/secrets.ts';
import { type Session, Sessions } from '../../../server/auth/sessions.ts';
import { applyAdministrators } from '../../../server/auth/settings-administrators.ts';
import { type TokenField, tokenField } from '../../../server/token-field.ts';
import { createLedger, type TestLedger } from '../../support/ledger.ts';
import { cheapHash } from '../stack.ts';

let ledger: TestLedger;
let sessions: Sessions;
const make = (idleMinutes = 60, hours = 1): Sessions => new Sessions(ledger.open(1), { hours, idleMinutes });

beforeAll(async () => {
  ledger = await createLedger();
  sessions = make();
  await applyAdministrators(
    ledger.open(1),
    new Map([
      ['ada', cheapHash],
      ['eve', cheapHash],
    ]),
  );
});
afterAll(() => ledger.drop());

async function opened(by = sessions, user = 'ada'): Promise<Session> {
  const session = await by.open(user, cheapHash);
  if (session === undefined) expect.fail('no session was opened');
  return session;
}

const logout = { what: 'logout', by: 'ada' } as const;

describe('sessions', () => {
  test('S28 an id finds who opened it, until it is closed; no other text does', async () => {
    const { id, expires } = await opened();
    expect(await sessions.find(id)).toMatchObject({ user: 'ada', role: 'administrator', expires });
    for (const other of ['', 'x', id.slice(1), `${id}x`, id.toUpperCase()]) {
      expect(await sessions.find(other)).toBeUndefined();
    }
    expect(await sessions.close(id, logout)).toBe(true);
    expect(await sessions.find(id)).toBeUndefined();
    expect(await sessions.close(id, logout)).toBe(false);
  });

  test('can be named at a terminal: their ids do not begin as an option does', async () => {
    // One of 64 would: of so many some, all but certainly.
    for (let count = 0; count < 600; count += 1) {
      const { id } = await opened(sessions, 'eve');
      expect(id).toMatch(/^[A-Za-z0-9_]/);
      await sessions.close(id, logout);
    }
  });

  test('are not opened with a password that was changed meanwhile, nor for a disabled account', async () => {
    expect(await sessions.open('ada', 'another hash')).toBeUndefined();
    expect(await sessions.open('nobody', cheapHash)).toBeUndefined();
    await ledger.query(`UPDATE account SET disabled = true WHERE name = 'eve'`);
    expect(await sessions.open('eve', cheapHash)).toBeUndefined();
    await ledger.query(`UPDATE account SET disabled = false WHERE name = 'eve'`);
  });

  test('P9 one that has expired is none, though it is still believed, and is swept away by the next login', async () => {
    const short = make(60, 0.2 / 3_600);
    const { id, expires } = await opened(short, 'eve');
    expect(await short.find(id)).toBeDefined();
    // Its own clock is the signal: found again and again until its time is over, and then no more.
    while (Date.now() <= expires.getTime() + 5) await short.find(id);
    expect(await short.find(id)).toBeUndefined();
    await opened();
    expect(await ledger.query(`SELECT 1 FROM session WHERE "user" = 'eve'`)).toEqual([]);
  });

  test('P9 one that was not used for too long is none; use keeps it, and is written once a minute at most', async () => {
    const { id } = await opened();
    const idle = (minutes: number): Promise<unknown> =>
      ledger.query(`UPDATE session SET used = clock_timestamp() - make_interval(mins => $2) WHERE id = $1`, [
        id,
        minutes,
      ]);
    await idle(59);
    await make().use(id);
    const [first] = await ledger.query<{ used: Date }>('SELECT used FROM session WHERE id = $1', [id]);
    expect(Date.now() - (first?.used.getTime() ?? 0)).toBeLessThan(30_000);
    const one = make();
    for (let use = 0; use < 10; use += 1) await one.use(id);
    const [second] = await ledger.query<{ used: Date }>('SELECT used FROM session WHERE id = $1', [id]);
    for (let use = 0; use < 10; use += 1) await one.use(id);
    expect(await ledger.query('SELECT used FROM session WHERE id = $1', [id])).toEqual([second]);
    await idle(61);
    expect(await make().find(id)).toBeUndefined();
  });

  test('is good at every server of the ledger, and after a restart', async () => {
    const { id } = await opened();
    const other = make();
    expect(await other.find(id)).toMatchObject({ user: 'ada' });
    await other.close(id, logout);
    expect(await make().find(id)).toBeUndefined();
  });

  test('P9 a logout, a removal or a lesser role at another server reaches this one within seconds', async () => {
    const { id } = await opened();
    expect(await sessions.find(id)).toMatchObject({ role: 'administrator' });
    await ledger.query(`UPDATE account SET role = 'viewer' WHERE name = 'ada'`);
    const changed = performance.now();
    while ((await sessions.find(id))?.role === 'administrator') await new Promise(setImmediate);
    expect(performance.now() - changed).toBeLessThan(3_000);
    await ledger.query(`UPDATE account SET role = 'administrator' WHERE name = 'ada'`);
    await make().close(id, logout);
    const closed = performance.now();
    while ((await sessions.find(id)) !== undefined) await new Promise(setImmediate);
    expect(performance.now() - closed).toBeLessThan(3_000);
  });

  test('P8 a thousand requests of one session at once look for it once', async () => {
    const { id } = await opened();
    const one = make();
    const before = await lookups();
    await Promise.all(Array.from({ length: 1_000 }, () => one.find(id)));
    expect((await lookups()) - before).toBeLessThan(100);
  });
});

/** How often the index of sessions was read. */
async function lookups(): Promise<number> {
  await ledger.query('SELECT pg_stat_force_next_flush()');
  const [row] = await ledger.query<{ scans: string }>(
    `SELECT idx_scan AS scans FROM pg_stat_user_indexes WHERE indexrelname = 'session_pkey'`,
  );
  return Number(row?.scans);
}

describe('P9 the secret of a session', () => {
  const key = generateKeyPairSync('ed25519').privateKey;

  test('is the same at every server that has the signing key, and at no other', () => {
    const secret = new Secrets(key).ofSession('s');
    expect(new Secrets(key).ofSession('s').equals(secret)).toBe(true);
    expect(new Secrets(key).ofSession('t').equals(secret)).toBe(false);
    expect(new Secrets(generateKeyPairSync('ed25519').privateKey).ofSession('s').equals(secret)).toBe(false);
  });

  test('is in no table of the database, and nothing that it was derived from', async () => {
    const { id } = await opened();
    const secret = new Secrets(key).ofSession(id);
    const rows = await ledger.query<{ text: string }>('SELECT row_to_json(session)::text AS text FROM session');
    expect(rows.some(({ text }) => text.includes(id))).toBe(true);
    for (const form of ['hex', 'base64', 'base64url'] as const) {
      expect(JSON.stringify(rows)).not.toContain(secret.toString(form));
    }
  });

  test('proves one request once, to the letter, at the server that gave the nonce', () => {
    const secrets = new Secrets(key);
    const proofs = new Proofs(secrets);
    const secret = secrets.ofSession('s').toString('base64url');
    const client = new ClientSession({ session: 's', secret, nonce: proofs.attach('s') });
    const request = '{"v":1,"id":"request-1","type":"row.get","key":"ä"}';
    const proved = (): TokenField => fieldOf(client.proved(request));
    const field = proved();
    for (const other of [request.replace('1', '2'), request.replace('get', 'set'), request.replace('ä', 'a'), ' {}']) {
      expect(() => proofs.prove({ ...field, proven: Buffer.from(other.slice(0, -1)) })).toThrow('log in again');
    }
    expect(proofs.prove(field)).toEqual({ session: 's', isAttached: true });
    expect(() => proofs.prove(field)).toThrow('log in again');
    expect(proofs.prove(proved()).isAttached).toBe(true);
    expect(new Proofs(secrets).prove(proved()).isAttached).toBe(false);
    for (const [part, other] of [
      [/^s/, 't'],
      [/\.\d+\./, '.9.'],
      [/.$/, '_'],
      [/^/, 'x'],
      [/$/, 'x'],
    ] as const) {
      const { token, proven } = proved();
      expect(() => proofs.prove({ token: token.replace(part, other), proven })).toThrow('log in again');
    }
  });

  test('P8 of many bytes is not hashed for who has no nonce of this server, or has used the count', () => {
    const secrets = new Secrets(key);
    const proofs = new Proofs(secrets);
    const request = `{"v":1,"why":"${'x'.repeat(16_000_000)}"}`;
    const client = new ClientSession({ session: 's', secret: secrets.ofSession('s').toString('base64url') });
    const stranger = fieldOf(client.proved(request));
    expect(proofs.prove(stranger)).toEqual({ session: 's', isAttached: false });
    client.attach(proofs.attach('s'));
    const field = fieldOf(client.proved(request));
    const hashedMs = timeOf(() => expect(proofs.prove(field).isAttached).toBe(true));
    const refusedMs = timeOf(() => {
      for (let n = 0; n < 20; n += 1) {
        expect(() => proofs.prove(field)).toThrow('log in again');
        expect(proofs.prove(stranger).isAttached).toBe(false);
      }
    });
    expect(refusedMs).toBeLessThan(hashedMs);
  });
});

describe('what ends a session stands in the audit', () => {
  const audited = async (id: string): Promise<unknown[]> =>
    await ledger.query(`SELECT what, by, details ->> 'user' AS "user" FROM audit WHERE details ->> 'session' = $1`, [
      id,
    ]);

  test('by whom and whose it was; nothing when it was not theirs to end', async () => {
    const { id } = await opened();
    expect(await sessions.close(id, { what: 'session_revoked', by: 'eve', owner: 'eve' })).toBe(false);
    expect(await audited(id)).toEqual([]);
    expect(await sessions.close(id, { what: 'session_revoked', by: 'eve' })).toBe(true);
    expect(await audited(id)).toEqual([{ what: 'session_revoked', by: 'eve', user: 'ada' }]);
  });

  test.each(['logout', 'session_revoked'] as const)('or it goes on: %s', async (what) => {
    const { id } = await opened();
    await ledger.query(`ALTER TABLE audit ADD CONSTRAINT full_disk CHECK (what <> '${what}') NOT VALID`);
    await expect(sessions.close(id, { what, by: 'ada' })).rejects.toThrow('full_disk');
    await ledger.query('ALTER TABLE audit DROP CONSTRAINT full_disk');
    expect(await sessions.find(id)).toMatchObject({ user: 'ada' });
    expect(await sessions.close(id, { what, by: 'ada' })).toBe(true);
    expect(await audited(id)).toHaveLength(1);
  });
});

describe('P9 the keys that the feed is open to', () => {
  const keyOf = (n: number): string => `${n}`.padStart(43, 'k');
  const feedKeys = (): FeedKeys => new FeedKeys(ledger.open(1), { idleMinutes: 60 });

  test('are those of living sessions, and no others', async () => {
    const keys = feedKeys();
    const { id } = await opened();
    expect(await keys.admits(keyOf(1))).toBe(false);
    await keys.open(id, keyOf(1));
    expect(await keys.admits(keyOf(1))).toBe(true);
    expect(await keys.expelled([keyOf(1), keyOf(2)])).toEqual([keyOf(2)]);
    expect(await keys.expelled([])).toEqual([]);
    await sessions.close(id, logout);
    expect(await keys.admits(keyOf(1))).toBe(false);
  });

  test.each([
    ['disabled', `UPDATE account SET disabled = true WHERE name = 'eve'`],
    ['removed', `DELETE FROM account WHERE name = 'eve'`],
    ['without a session that lives', `UPDATE session SET used = clock_timestamp() - interval '2 hours'`],
  ])('are closed when the account is %s', async (_, statement) => {
    await ledger.query(
      `INSERT INTO account (name, role, password) VALUES ('eve', 'viewer', $1)
       ON CONFLICT (name) DO UPDATE SET disabled = false`,
      [cheapHash],
    );
    const keys = feedKeys();
    const { id } = await opened(sessions, 'eve');
    await keys.open(id, keyOf(3));
    expect(await keys.admits(keyOf(3))).toBe(true);
    await ledger.query(statement);
    expect(await keys.admits(keyOf(3))).toBe(false);
  });

  test('P8 are sixteen of one session; the oldest goes, and one that comes again is the newest', async () => {
    const keys = feedKeys();
    const { id } = await opened();
    for (let n = 100; n < 116; n += 1) await keys.open(id, keyOf(n));
    await keys.open(id, keyOf(100));
    await keys.open(id, keyOf(116));
    const all = Array.from({ length: 17 }, (_, n) => keyOf(100 + n));
    expect(await keys.expelled(all)).toEqual([keyOf(101)]);
  });
});

describe('P9 rights: one line for every request', () => {
  const free = (viewers: 'anyone' | 'login'): string[] =>
    requestTypes.filter((type) => mayRequest(anonymous, type, viewers)).sort();

  test('the table is complete, and reading needs no login while every change does', () => {
    expect(new Set(Object.keys(rights))).toEqual(new Set(requestTypes));
    expect(free('anyone')).toEqual([
      'cell.history',
      'log.activity',
      'log.diff',
      'log.proof',
      'log.read',
      'row.blame',
      'row.get',
      'row.history',
      'row.list',
      'server.status',
      'session.attach',
      'session.login',
      'session.logout',
      'table.list',
      'tag.list',
    ]);
  });

  test('where only who has an account may read, nothing is free but the way in and out', () => {
    expect(free('login')).toEqual(['session.attach', 'session.login', 'session.logout']);
    for (const type of requestTypes) {
      const may = mayRequest({ role: 'viewer', user: 'eve' }, type, 'login');
      expect(may).toBe(neededRole(type, 'login') !== 'administrator');
    }
  });

  test('an administrator may do all of it', () => {
    for (const type of requestTypes)
      expect(mayRequest({ role: 'administrator', user: 'ada' }, type, 'login')).toBe(true);
  });
});

/** What a server finds at the end of a request. */
function fieldOf(text: string): TokenField {
  const field = tokenField(Buffer.from(text));
  if (field === undefined) expect.fail(`no token in ${text.slice(0, 200)}`);
  return field;
}

/** Milliseconds. */
function timeOf(work: () => void): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}
