import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Account, AuditEntry } from '../../protocol/accounts.ts';
import type { SessionSummary } from '../../protocol/replies.ts';
import { createLedger, type TestLedger } from '../support/ledger.ts';
import { Person, type Run } from '../support/program.ts';
import { administrator, startTestServer, type TestServer } from '../support/server.ts';

let ledger: TestLedger;
let server: TestServer;
let ada: Person;
let bob: Person;
const bobsPassword = 'a password of bob';

// Passwords are hashed at their full cost: half a second each, and more on a busy machine.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

beforeAll(async () => {
  ledger = await createLedger();
  // It looks away, so that it is the program that finds what was tampered with.
  server = await startTestServer(ledger, { self_check_changes_per_second: '0' });
  ada = await Person.at(server.address);
  bob = await Person.at(server.address);
  await ada.done(['login', administrator.name, '--password-stdin'], [administrator.password]);
  await ada.done(['accounts', 'add', 'bob', '--password-stdin'], [bobsPassword]);
  await bob.done(['login', 'bob', '--password-stdin'], [bobsPassword]);
});
afterAll(async () => {
  await ada.remove();
  await bob.remove();
  await server.stop();
  await ledger.drop();
});

const usage = { code: 'usage', exit: 2 };
const forbidden = { code: 'forbidden', exit: 5 };
const missing = 'AAAAAAAAAAAAAAAAAAAAAA';

describe('P9 rowcast accounts', () => {
  const account = async (name: string): Promise<Account | undefined> =>
    (await ada.lines<Account>(['accounts'])).find(({ user }) => user === name);

  test('adds, changes the role, disables, enables and removes', async () => {
    const password = ['a password of eve'];
    const eve = await Person.at(server.address);
    const whoIsShe = async (): Promise<Run> => await eve.run(['sessions', '--json']);
    expect(await ada.done(['accounts', 'add', 'eve', '--password-stdin'], password)).toBe('added eve, viewer\n');
    expect(await account('eve')).toMatchObject({ role: 'viewer', disabled: false });
    await eve.done(['login', 'eve', '--password-stdin'], password);

    expect(await ada.done(['accounts', 'change', 'eve', '--role', 'administrator'])).toBe('changed eve\n');
    expect(await account('eve')).toMatchObject({ role: 'administrator' });
    expect(await eve.lines(['accounts'])).toHaveLength(3);

    expect(await ada.done(['accounts', 'change', 'eve', '--disable'])).toBe('changed eve; 1 session ended\n');
    expect(await ada.done(['accounts'])).toMatch(/^eve +administrator +disabled /m);
    expect(await whoIsShe()).toMatchObject({ exit: 5 });
    expect(await eve.refusal(['login', 'eve', '--password-stdin'], password)).toMatchObject({
      code: 'login_failed',
      exit: 5,
    });
    expect(await ada.done(['accounts', 'change', 'eve', '--enable', '--role', 'viewer'])).toBe('changed eve\n');
    expect(await ada.done(['accounts'])).toMatch(/^eve +viewer +in use /m);
    await eve.done(['login', 'eve', '--password-stdin'], password);

    expect(await ada.lines(['accounts', 'remove', 'eve', '--yes'])).toEqual([
      { user: 'eve', seq: expect.any(Number), ended: 1 },
    ]);
    expect(await account('eve')).toBeUndefined();
    expect(await whoIsShe()).toMatchObject({ exit: 5 });
    await eve.remove();
  });

  test('sets a new password for somebody, whose sessions end', async () => {
    const carl = await Person.at(server.address);
    await ada.done(['accounts', 'add', 'carl', '--password-stdin'], ['his first password']);
    await carl.done(['login', 'carl', '--password-stdin'], ['his first password']);
    const reset = ['accounts', 'change', 'carl', '--password-stdin'];
    expect(await ada.lines(reset, ['one by the administrator'])).toMatchObject([{ user: 'carl', ended: 1 }]);
    expect(await carl.refusal(['sessions'])).toMatchObject({ code: 'session_expired', exit: 5 });
    await carl.done(['login', 'carl', '--password-stdin'], ['one by the administrator']);
    await ada.done(['accounts', 'remove', 'carl', '-y']);
    await carl.remove();
  });

  test('P2 takes effect once for its id', async () => {
    const remove = ['accounts', 'change', 'bob', '--role', 'viewer', '--id', 'an-id-of-my-own'];
    const first = await ada.lines(remove);
    expect(await ada.lines(remove)).toEqual(first);
  });

  test.each([
    ['who is there already', ['add', 'bob', '--password-stdin'], { code: 'account_exists', exit: 4 }],
    ['nobody', ['change', 'nobody', '--disable'], { code: 'account_not_found', exit: 3 }],
    ['nobody', ['remove', 'nobody', '--yes'], { code: 'account_not_found', exit: 3 }],
    ['the last administrator', ['remove', administrator.name, '--yes'], { code: 'last_administrator', exit: 4 }],
    ['a name that is none', ['add', 'a b', '--password-stdin'], { code: 'bad_request', exit: 1 }],
    ['no name', ['add'], usage],
    ['an unknown word', ['rename', 'bob'], usage],
    ['nothing to change', ['change', 'bob'], usage],
    ['two opposites', ['change', 'bob', '--disable', '--enable'], usage],
    ['a role that is none', ['change', 'bob', '--role', 'king'], usage],
    ['no terminal to ask on', ['remove', 'bob'], usage],
    ['no terminal to ask for a password on', ['add', 'dora'], usage],
  ])('is refused for %s: %j', async (_, words, error) => {
    expect(await ada.refusal(['accounts', ...words], ['long enough as it is'])).toMatchObject(error);
  });

  test('is refused for a password that is too short, with how long it is to be', async () => {
    const { exit, err } = await ada.run(['accounts', 'add', 'dora', '--password-stdin'], ['1234567']);
    expect(exit).toBe(2);
    expect(err).toBe('✗ a password has at least 8 characters; this has 7\n');
    expect(await account('dora')).toBeUndefined();
  });

  test('is for administrators', async () => {
    for (const words of [[], ['add', 'dora', '--password-stdin'], ['remove', 'ada', '--yes']]) {
      expect(await bob.refusal(['accounts', ...words], ['long enough as it is'])).toMatchObject(forbidden);
    }
    const { err } = await bob.run(['accounts']);
    expect(err).toContain('✗ account.list is for administrators; bob is a viewer\n');
    expect(err).toContain('→ log in as an administrator: npx rowcast login NAME');
  });
});

describe('P9 rowcast password', () => {
  test('changes one’s own, with the old one, and ends one’s other sessions', async () => {
    const [here, there] = [await Person.at(server.address), await Person.at(server.address)];
    const change = ['password', '--password-stdin'];
    await ada.done(['accounts', 'add', 'dan', '--password-stdin'], ['the old password']);
    await here.done(['login', 'dan', '--password-stdin'], ['the old password']);
    await there.done(['login', 'dan', '--password-stdin'], ['the old password']);
    expect(await here.done(change, ['the old password', 'the new password'])).toBe(
      'changed the password of dan; 1 other session ended\n',
    );
    await here.done(['sessions']);
    expect(await there.refusal(['sessions'])).toMatchObject({ code: 'session_expired', exit: 5 });
    await there.done(['login', 'dan', '--password-stdin'], ['the new password']);
    expect(await there.lines(change, ['the new password', 'the newest password'])).toEqual([{ user: 'dan', ended: 1 }]);
    const wrong = await there.run(change, ['the new password', 'another password']);
    expect(wrong).toMatchObject({ exit: 5, out: '', err: expect.stringContaining('the old password is wrong') });
    for (const one of [here, there]) await one.remove();
  });

  test.each([
    ['one line', ['only one'], usage],
    ['nothing', [], usage],
    ['a new one that is too short', [bobsPassword, '1234567'], usage],
  ])('is refused for %s', async (_, input, error) => {
    expect(await bob.refusal(['password', '--password-stdin'], input)).toMatchObject(error);
  });

  test('is refused where there is no terminal to ask on, and without a login', async () => {
    expect(await bob.refusal(['password'])).toMatchObject(usage);
    const nobody = await Person.at(server.address);
    expect(await nobody.refusal(['password', '--password-stdin'], ['old password', 'new password'])).toMatchObject({
      code: 'login_required',
      exit: 5,
    });
    await nobody.remove();
  });
});

describe('P9 rowcast sessions', () => {
  test('lists one’s own; an administrator’s list has everybody’s, or those of one account', async () => {
    expect(await bob.lines(['sessions'])).toMatchObject([{ user: 'bob', own: true }]);
    const users = (await ada.lines<SessionSummary>(['sessions'])).map(({ user }) => user);
    expect(users).toEqual(expect.arrayContaining([administrator.name, 'bob']));
    expect(await ada.lines(['sessions', '--user', 'bob'])).toMatchObject([{ user: 'bob', own: false }]);
    const text = await ada.done(['sessions']);
    expect(text).toMatch(/^session +user +begun +last used +ends +note$/m);
    expect(text).toMatch(/^\S+ +ada .* this one$/m);
    expect(text).toMatch(/^\S+ +bob .*\d$/m);
    expect(await bob.refusal(['sessions', '--user', administrator.name])).toMatchObject(forbidden);
  });

  test('revokes: an administrator everybody’s, a viewer one’s own', async () => {
    const [adas] = await ada.lines<SessionSummary>(['sessions', '--user', administrator.name]);
    const [bobs] = await ada.lines<SessionSummary>(['sessions', '--user', 'bob']);
    expect(await bob.refusal(['sessions', 'revoke', adas?.session ?? ''])).toMatchObject({
      code: 'session_not_found',
      exit: 3,
    });
    expect(await ada.done(['sessions', 'revoke', bobs?.session ?? ''])).toBe(`ended session ${bobs?.session}\n`);
    expect(await bob.refusal(['sessions'])).toMatchObject({ code: 'session_expired', exit: 5 });
    // The program has forgotten it with that.
    expect(await bob.refusal(['sessions'])).toMatchObject({ code: 'login_required', exit: 5 });
    await bob.done(['login', 'bob', '--password-stdin'], [bobsPassword]);
    const [own] = await bob.lines<SessionSummary>(['sessions']);
    expect(await bob.lines(['sessions', 'revoke', own?.session ?? ''])).toEqual([
      { session: own?.session, revoked: true },
    ]);
    expect(await bob.refusal(['sessions'])).toMatchObject({ exit: 5 });
    await bob.done(['login', 'bob', '--password-stdin'], [bobsPassword]);
  });

  test('is refused for bad input', async () => {
    expect(await ada.refusal(['sessions', 'revoke'])).toMatchObject(usage);
    expect(await ada.refusal(['sessions', 'end', missing])).toMatchObject(usage);
    const { exit, err } = await ada.run(['sessions', 'revoke', missing]);
    expect(exit).toBe(3);
    expect(err).toContain('see which there are: npx rowcast sessions');
  });
});

describe('P9 rowcast audit', () => {
  test('tells an administrator who did what, page by page as asked', async () => {
    await bob.refusal(['accounts', 'remove', administrator.name, '--yes']);
    const entries = await ada.lines<AuditEntry>(['audit']);
    expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_, index) => index + 1));
    const text = await ada.done(['audit']);
    expect(text).toContain('ada added bob, viewer');
    expect(text).toContain('bob logged in');
    expect(text).toContain('bob was refused account.remove: forbidden');
    expect(text).not.toContain(bobsPassword);
    expect(text.trimEnd().split('\n')).toHaveLength(entries.length);
    expect(await ada.lines(['audit', '--from', '2', '--limit', '3'])).toEqual(entries.slice(1, 4));
    expect(await ada.lines(['audit', '--limit', '3'])).toEqual(entries.slice(-3));
    expect(await ada.lines(['audit', '--limit', '1000'])).toEqual(entries);
    expect(await ada.lines(['audit', '--from', String(entries.length + 1)])).toEqual([]);
  });

  test('is refused to a viewer, to nobody, and for a place that is none', async () => {
    expect(await bob.refusal(['audit'])).toMatchObject(forbidden);
    const nobody = await Person.at(server.address);
    expect(await nobody.refusal(['audit'])).toMatchObject({ code: 'login_required', exit: 5 });
    await nobody.remove();
    expect(await ada.refusal(['audit', '--from', '0'])).toMatchObject(usage);
    expect(await ada.refusal(['audit', '--limit', 'many'])).toMatchObject(usage);
  });
});

describe('P10 rowcast erase', () => {
  const keptValues = async (): Promise<string[]> =>
    (await ledger.query<{ value: string }>('SELECT value FROM sealed_cell ORDER BY value')).map(({ value }) => value);

  beforeAll(async () => {
    await ada.done(['create', 'people', 'id:text:key', 'ssn:text:sealed', 'salary:integer:sealed']);
    await ada.done(['insert', 'people', 'id=E1', 'ssn=111-11', 'salary=1000']);
    await ada.done(['update', 'people', 'E1', 'ssn=222-22']);
    await ada.done(['insert', 'people', 'id=E2', 'ssn=333-33']);
  });

  test('deletes a value and its past, tells why, and leaves the rest', async () => {
    expect(await ada.done(['get', 'people', 'E1'])).toContain('222-22');
    const done = await ada.done(['erase', 'people', 'E1', '--columns', 'ssn', '--why', 'asked for it', '--yes']);
    expect(done).toMatch(/^erased ssn of E1 in people: the values are gone, what proves them stays \(#\d+\)\n$/);
    expect(await keptValues()).toEqual(['"333-33"', '1000']);
    const shown = await ada.run(['get', 'people', 'E1']);
    expect(shown).toMatchObject({ exit: 0, err: '‹sealed› was erased: nobody can read it any more\n' });
    expect(shown.out).toMatch(/ssn +‹sealed›/);
    expect(shown.out).toContain('1000');
    const history = await ada.run(['history', 'people', 'E1']);
    expect(history).toMatchObject({ exit: 0, out: expect.stringContaining('asked for it') });
    expect(history.out).not.toMatch(/111-11|222-22/);
  });

  test('everything of a row, for programs, and once more without an effect', async () => {
    const [reply] = await ada.lines<{ seq: number }>(['erase', 'people', 'E1', '--yes']);
    expect(reply).toMatchObject({ table: 'people', key: 'E1', changed: true, version: 4 });
    expect(await keptValues()).toEqual(['"333-33"']);
    expect(await ada.done(['erase', 'people', 'E1', '--yes'])).toBe('it is so already; nothing was recorded\n');
  });

  test.each([
    ['no terminal to ask on', ['people', 'E2'], usage],
    ['no key', ['people'], usage],
    ['a column that is not sealed', ['people', 'E2', '--columns', 'id', '--yes'], { code: 'invalid', exit: 1 }],
    ['a row that is not there', ['people', 'E9', '--yes'], { code: 'row_not_found', exit: 3 }],
    ['a table that is not there', ['nobodies', 'E1', '--yes'], { code: 'table_not_found', exit: 3 }],
  ])('is refused for %s', async (_, words, error) => {
    expect(await ada.refusal(['erase', ...words])).toMatchObject(error);
    expect(await keptValues()).toEqual(['"333-33"']);
  });

  test('is for administrators', async () => {
    expect(await bob.refusal(['erase', 'people', 'E2', '--yes'])).toMatchObject(forbidden);
    expect(await keptValues()).toEqual(['"333-33"']);
  });
});

describe('P10 rowcast verify', () => {
  test('ends with 0 on an honest ledger, for anybody', async () => {
    expect(await bob.lines(['verify'])).toMatchObject([{ verified: true, first: 1 }]);
    const text = await bob.done(['verify']);
    expect(text).toMatch(/^verified The log is whole and unchanged up to #\d+\.$/m);
    expect(text).toContain('1 table, 2 rows, what the log adds up to');
    expect(await bob.done(['verify', '--from', '3'])).toContain('not compared');
    expect(await bob.refusal(['verify', '--from', '-1'])).toMatchObject(usage);
  });

  test('ends with 7 when a superuser has changed an entry, and says which', async () => {
    await ledger.query(`SET session_replication_role = replica;
      UPDATE change SET entry = replace(entry, '"E2"', '"E3"') WHERE seq = 4;
      RESET session_replication_role`);
    for (const one of [ada, bob]) expect(await one.refusal(['verify'])).toMatchObject({ code: 'tampered', exit: 7 });
    const { exit, out, err } = await ofItsOwn(['verify']);
    expect({ exit, out }).toEqual({ exit: 7, out: '' });
    // So short a log has no hashes of its own kept beside it: which entry it is cannot be known, only where.
    expect(err).toMatch(/^ {2}the first bad change is (#4|one of #1 to #\d+)$/m);
    expect(err).toContain(
      '→ believe nothing from this server until its operator has looked; there: npx rowcast verify --database',
    );
  });

  /** The whole program as a person starts it. */
  async function ofItsOwn(words: readonly string[]): Promise<Run> {
    const launcher = fileURLToPath(new URL('../../bin/rowcast.js', import.meta.url));
    const child = spawn(process.execPath, [launcher, ...words], { env: { ...process.env, ...bob.env } });
    let [out, err] = ['', ''];
    child.stdout.on('data', (data: Buffer) => (out += data.toString()));
    child.stderr.on('data', (data: Buffer) => (err += data.toString()));
    const exit = await new Promise<number | null>((resolve) => child.once('close', resolve));
    return { exit: exit ?? -1, out, err };
  }
});
