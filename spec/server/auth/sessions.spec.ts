import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { requestTypes } from '../../../protocol/requests.ts';
import { anonymous, mayRequest, rights } from '../../../server/auth/rights.ts';
import { Sessions } from '../../../server/auth/sessions.ts';
import { createLedger, type TestLedger } from '../../support/ledger.ts';

let ledger: TestLedger;
let sessions: Sessions;
beforeAll(async () => {
  ledger = await createLedger();
  sessions = new Sessions(ledger.open(2), { hours: 1 });
});
afterAll(() => ledger.drop());

describe('sessions', () => {
  test('S28 a token finds who opened it, until it is closed; no other text does', async () => {
    const { token, expires } = await sessions.open('ada', 'administrator');
    expect(await sessions.find(token)).toMatchObject({ user: 'ada', role: 'administrator', expires });
    for (const other of ['', 'x', token.slice(1), `${token}x`, token.toUpperCase()]) {
      expect(await sessions.find(other)).toBeUndefined();
    }
    await sessions.close(token);
    expect(await sessions.find(token)).toBeUndefined();
    await sessions.close(token);
  });

  test('tokens are long and never the same, and the database holds none of them', async () => {
    const opened = await Promise.all(Array.from({ length: 20 }, () => sessions.open('ada', 'administrator')));
    const tokens = new Set(opened.map(({ token }) => token));
    expect(tokens.size).toBe(20);
    for (const token of tokens) expect(Buffer.from(token, 'base64url')).toHaveLength(32);
    const stored = JSON.stringify(
      await ledger.query(`SELECT encode(token_hash, 'hex') AS hash, encode(token_hash, 'base64') AS b FROM session`),
    );
    for (const token of tokens) {
      expect(stored).not.toContain(Buffer.from(token, 'base64url').toString('hex'));
      expect(stored).not.toContain(token);
    }
  });

  test('P9 one that has expired is none, though it is still believed, and is swept away by the next login', async () => {
    const short = new Sessions(ledger.open(1), { hours: 0.2 / 3_600 });
    const { token, expires } = await short.open('eve', 'administrator');
    expect(await short.find(token)).toBeDefined();
    // Its own clock is the signal: found again and again until its time is over, and then no more.
    while (Date.now() < expires.getTime()) await short.find(token);
    expect(await short.find(token)).toBeUndefined();
    await sessions.open('ada', 'administrator');
    expect(await ledger.query(`SELECT 1 FROM session WHERE "user" = 'eve'`)).toEqual([]);
  });

  test('a token is good at every server of the ledger, and after a restart', async () => {
    const other = new Sessions(ledger.open(1), { hours: 1 });
    const { token } = await sessions.open('ada', 'administrator');
    expect(await other.find(token)).toMatchObject({ user: 'ada' });
    await other.close(token);
    expect(await new Sessions(ledger.open(1), { hours: 1 }).find(token)).toBeUndefined();
  });

  test('P9 a logout at another server reaches this one within seconds', async () => {
    const other = new Sessions(ledger.open(1), { hours: 1 });
    const { token } = await sessions.open('ada', 'administrator');
    expect(await sessions.find(token)).toBeDefined();
    await other.close(token);
    const closed = performance.now();
    while ((await sessions.find(token)) !== undefined) await new Promise(setImmediate);
    expect(performance.now() - closed).toBeLessThan(5_000);
  });
});

describe('P9 rights: one line for every request', () => {
  test('the table is complete, and reading needs no login while every change does', () => {
    expect(new Set(Object.keys(rights))).toEqual(new Set(requestTypes));
    const free = requestTypes.filter((type) => mayRequest(anonymous, type));
    expect(free.sort()).toEqual([
      'log.proof',
      'log.read',
      'row.get',
      'row.history',
      'row.list',
      'server.status',
      'session.login',
      'session.logout',
      'table.list',
    ]);
  });

  test('an administrator may do all of it', () => {
    for (const type of requestTypes) expect(mayRequest({ role: 'administrator', user: 'ada' }, type)).toBe(true);
  });
});
