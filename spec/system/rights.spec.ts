import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { nanoid } from 'nanoid';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Dealer } from 'zeromq';
import { connect, type Ledger, parseAddress, RowcastError } from '../../client/index.ts';
import { ClientSession } from '../../client/session.ts';
import { hasDryRun, type RequestType, requestTypes } from '../../protocol/requests.ts';
import { neededRole, rights, type Viewers } from '../../server/auth/rights.ts';
import { curveOptions } from '../support/curve.ts';
import { createLedger, type TestLedger } from '../support/ledger.ts';
import { figure, isLong } from '../support/scale.ts';
import { administrator, startTestServer, type TestServer } from '../support/server.ts';

let ledger: TestLedger;
let server: TestServer;
/** Another server of the ledger, which only those may read who have an account. */
let closed: TestServer;
let admin: Ledger;

beforeAll(async () => {
  ledger = await createLedger();
  server = await startTestServer(ledger);
  closed = await startTestServer(ledger, { viewers: 'login' });
  admin = connect(server.address);
  await admin.login(administrator.name, administrator.password);
});
afterAll(async () => {
  await admin.close();
  await closed.stop();
  await server.stop();
  await ledger.drop();
});

/** What a request may be about: a table with a row, an account, and the session of somebody. */
interface Objects {
  readonly table: string;
  readonly victim: string;
  readonly session: string;
}

/** A right request of every type; the compiler demands one of every new type. */
const bodies: Readonly<Record<RequestType, (about: Objects) => object>> = {
  'session.login': () => ({ user: administrator.name, password: administrator.password }),
  'session.logout': () => ({}),
  'session.attach': ({ session }) => ({ session }),
  'session.status': () => ({}),
  'session.list': () => ({}),
  'session.revoke': ({ session }) => ({ session }),
  'feed.open': () => ({ key: 'k'.repeat(43) }),
  'account.list': () => ({}),
  'account.add': ({ table }) => ({ user: `new-${table}`, role: 'administrator', password: 'long enough' }),
  'account.change': ({ victim }) => ({ user: victim, role: 'administrator' }),
  'account.remove': ({ victim }) => ({ user: victim }),
  'account.password': () => ({ old: administrator.password, new: 'another that is long' }),
  'audit.read': () => ({}),
  'server.status': () => ({}),
  'table.list': () => ({}),
  'row.get': ({ table }) => ({ table, key: 'there' }),
  'row.list': ({ table }) => ({ table }),
  'tag.list': () => ({}),
  'row.history': ({ table }) => ({ table, key: 'there' }),
  'cell.history': ({ table }) => ({ table, key: 'there', column: 'n' }),
  'row.blame': ({ table }) => ({ table, keys: ['there'] }),
  'log.activity': () => ({ buckets: 2 }),
  'log.diff': () => ({ from: { seq: 0 }, limit: 1 }),
  'log.read': () => ({ limit: 1 }),
  'log.proof': () => ({ from: 1 }),
  'sealed.open': () => ({ commitments: [] }),
  'tag.set': ({ table }) => ({ name: `tag-of-${table}` }),
  'table.create': ({ table }) => ({ name: `${table}-new`, columns: [] }),
  'table.alter': ({ table }) => ({ table, steps: [{ do: 'add', column: { name: 'more', type: 'text' } }] }),
  'table.drop': ({ table }) => ({ table }),
  'row.insert': ({ table }) => ({ table, row: { id: 'new' } }),
  'row.update': ({ table }) => ({ table, key: 'there', row: { n: 2 } }),
  'row.upsert': ({ table }) => ({ table, row: { id: 'there', n: 3 } }),
  'row.delete': ({ table }) => ({ table, key: 'there' }),
  'row.erase': ({ table }) => ({ table, key: 'there' }),
  'batch.part': ({ table }) => ({
    stage: `stage-${table}`,
    part: 0,
    commands: [{ type: 'row.delete', table, key: 'there' }],
  }),
  'batch.drop': ({ table }) => ({ stage: `stage-${table}` }),
  'batch.commit': ({ table }) => ({ stage: `stage-${table}`, parts: 1 }),
  'change.revert': ({ table }) => ({ what: { by: administrator.name, since: { seq: 0 } }, tables: [table] }),
  batch: ({ table }) => ({ commands: [{ type: 'row.delete', table, key: 'there' }] }),
};

/** A request without its token, and the server that is asked. */
interface Asked {
  readonly request: { readonly id: string };
  readonly address: string;
}

/** The token that somebody sends with a request. */
type Caller = (asked: Asked) => Promise<string | undefined>;

/** What the owner of a session sends with a request. */
const tokenOf = (session: ClientSession, request: object): string =>
  JSON.parse(session.proved(JSON.stringify(request))).token;

/** The token of a request of an administrator's whose bytes were captured. */
async function captured(request: object, address: string): Promise<string> {
  return tokenOf(await freshSession('administrator', address), { v: 1, ...request });
}

/** The same, when the server has seen it. */
async function answered(id: string, address: string): Promise<string> {
  const deed = { id, type: 'row.delete', table: 'none', key: 'none' };
  const token = await captured(deed, address);
  expect((await ask({ ...deed, token }, { id, address })).error?.code).toBe('table_not_found');
  return token;
}

const withRole = (role: 'viewer' | 'administrator'): Caller => {
  return async ({ request, address }) => tokenOf(await freshSession(role, address), request);
};

/** Who asks, with what token. */
const callers: Readonly<Record<string, Caller>> = {
  nobody: () => Promise.resolve(undefined),
  viewer: withRole('viewer'),
  administrator: withRole('administrator'),
  'a token out of the air': () => Promise.resolve(randomBytes(32).toString('base64url')),
  'a token of the right form': () => Promise.resolve(`s.n.1.${randomBytes(32).toString('base64url')}`),
  'an expired session': async ({ request, address }) => {
    const session = await freshSession('administrator', address);
    await ledger.query(`UPDATE session SET expires = clock_timestamp() WHERE id = $1`, [session.id]);
    return tokenOf(session, request);
  },
  'an idle session': async ({ request, address }) => {
    const session = await freshSession('administrator', address);
    await ledger.query(`UPDATE session SET used = clock_timestamp() - interval '1 day' WHERE id = $1`, [session.id]);
    return tokenOf(session, request);
  },
  'a session of a disabled account': async ({ request, address }) => {
    const session = await freshSession('administrator', address);
    await ledger.query(`UPDATE account SET disabled = true WHERE name = (SELECT "user" FROM session WHERE id = $1)`, [
      session.id,
    ]);
    return tokenOf(session, request);
  },
  'a session that was logged out': async ({ request, address }) => {
    const session = await freshSession('administrator', address);
    await using owner = await connection(address);
    const status = { v: 1, id: 'believed-in', type: 'session.status' };
    expect((await owner.ask({ ...status, token: tokenOf(session, status) }, status.id)).ok).toBe(true);
    const token = tokenOf(session, request);
    const logout = { v: 1, id: 'id-of-logout', type: 'session.logout' };
    expect((await owner.ask({ ...logout, token: tokenOf(session, logout) }, logout.id)).ok).toBe(true);
    return token;
  },
  'a captured token, of the same id': ({ request: { id }, address }) => answered(id, address),
  'a captured token, of another id': ({ request: { id }, address }) => answered(`not-${id}`, address),
  'a captured token, its count altered': async ({ request: { id }, address }) =>
    (await answered(id, address)).replace(/\.1\./, '.2.'),
  'a captured token, its proof altered': async ({ request: { id }, address }) =>
    (await answered(id, address)).replace(/\.1\.(.)/, (_, first: string) => `.2.${first === 'A' ? 'B' : 'A'}`),
  'a captured token, with the id of a viewer’s session': async ({ request: { id }, address }) => {
    const { id: own } = await freshSession('viewer', address);
    return (await answered(id, address)).replace(/^[^.]+/, own);
  },
  'a captured token of a read': async ({ request: { id }, address }) => {
    const read = { id, type: 'server.status' };
    const token = await captured(read, address);
    expect((await ask({ ...read, token }, { id, address })).ok).toBe(true);
    return token;
  },
  'a captured token of a read that never arrived': ({ request: { id }, address }) =>
    captured({ id, type: 'server.status' }, address),
  'a captured token that never arrived, on another body': ({ request, address }) =>
    captured({ ...request, why: 'another' }, address),
};

/** Those of whom the second server is asked in the short version: what makes a token good does not hang on who may read. */
const short: ReadonlySet<string> = new Set([
  'nobody',
  'viewer',
  'administrator',
  'an expired session',
  'a captured token of a read',
]);

const ranks = { nobody: 0, viewer: 1, administrator: 2 } as const;

/**
 * What the table of rights says: 'ok', or the code of the refusal. Whoever has no session that stands has the rights of
 * nobody; one who thought to have one is told that it has ended.
 */
function expectedAnswer(caller: string, type: RequestType, viewers: Viewers): string {
  const needed = neededRole(type, viewers);
  if (needed === 'nobody') return 'ok';
  if (caller === 'nobody') return 'login_required';
  if (caller !== 'viewer' && caller !== 'administrator') return 'session_expired';
  return ranks[caller] >= ranks[needed] ? 'ok' : 'forbidden';
}

/** For administrators, but nothing of the ledger changes. */
const reading: ReadonlySet<RequestType> = new Set(['account.list', 'audit.read', 'sealed.open']);

/** Whether it leaves something behind when it is granted: in the log, among the accounts and sessions, or laid ready. */
function writes(type: RequestType, caller: string): boolean {
  const hasSession = caller === 'viewer' || caller === 'administrator';
  switch (type) {
    case 'session.login':
    case 'account.password':
      return true;
    case 'session.logout':
    case 'feed.open':
      return hasSession;
    case 'session.revoke':
      // Of somebody else.
      return caller === 'administrator';
    default:
      return rights[type] === 'administrator' && !reading.has(type);
  }
}

/** What is refused, or only reads, leaves its objects as they were: those are for all. These end a session or need a stage. */
const needsOwn: ReadonlySet<RequestType> = new Set([
  'session.attach',
  'session.revoke',
  'batch.part',
  'batch.drop',
  'batch.commit',
]);

describe.each(['anyone', 'login'] as const)('P9 the matrix of rights, where %s may read', (viewers) => {
  const seen = new Map<string, string>();
  let untouched: Promise<Objects>;
  beforeAll(() => {
    untouched = objects();
  });
  const asking = Object.keys(callers).filter((caller) => viewers === 'anyone' || isLong || short.has(caller));
  const cases = asking.flatMap((caller) => requestTypes.map((type) => ({ caller, type })));

  test.each(cases)('P9 $type by $caller', async ({ caller, type }) => {
    const address = viewers === 'anyone' ? server.address : closed.address;
    const expected = expectedAnswer(caller, type, viewers);
    const isTouched = needsOwn.has(type) || (expected === 'ok' && writes(type, caller));
    const about = isTouched ? await objects() : await untouched;
    const id = nanoid();
    const request = { v: 1, id, type, ...bodies[type](about) };
    const token = await callers[caller]?.({ request, address });
    if (type === 'batch.commit' || type === 'batch.drop') await stageForNewest(about.table);
    const before = await fingerprint();
    const answer = await ask(token === undefined ? request : { ...request, token }, { id, address });
    const outcome = answer.ok ? 'ok' : (answer.error?.code ?? '');
    seen.set(`${caller} ${type}`, outcome);
    expect(outcome, JSON.stringify(answer)).toBe(expected);
    const wrote = (await fingerprint()) !== before;
    expect(wrote).toBe(outcome === 'ok' && writes(type, caller));
  });

  test('P9 all requests by all callers were asked, and 0 are wrongly allowed', () => {
    const wrong: string[] = [];
    for (const caller of asking) {
      const granted = requestTypes.filter((type) => seen.get(`${caller} ${type}`) === 'ok');
      wrong.push(...granted.filter((type) => expectedAnswer(caller, type, viewers) !== 'ok'));
      const listed = granted.length > 10 ? '' : `: ${granted.join(' ')}`;
      figure(`viewers = ${viewers}, ${caller}: ${granted.length} of ${requestTypes.length} granted${listed}`);
    }
    figure(`viewers = ${viewers}: ${seen.size} asked, ${wrong.length} wrongly allowed`);
    expect(wrong).toEqual([]);
    expect(seen.size).toBe(cases.length);
  });
});

test.each(requestTypes)('P9 what %s would do can be looked at beforehand, if it is kept for ever', async (type) => {
  const asAdministrator = async (more: object) => {
    const [about, id] = [await objects(), nanoid()];
    const request = { v: 1, id, ...more, type, ...bodies[type](about) };
    const token = await withRole('administrator')({ request, address: server.address });
    if (type === 'batch.commit') await stageForNewest(about.table);
    const before = { all: await fingerprint(), kept: await keptForEver() };
    return { before, answer: await ask({ ...request, token }, { id }) };
  };
  const tried = await asAdministrator({ dryRun: true });
  expect(await fingerprint()).toBe(tried.before.all);
  const done = await asAdministrator({});
  expect(done.answer.ok).toBe(true);
  const isKept = (await keptForEver()) !== done.before.kept;
  expect(tried.answer).toMatchObject(isKept ? { ok: true, dryRun: true } : { error: { code: 'bad_request' } });
  expect(hasDryRun(type)).toBe(isKept);
});

describe('P9 login', () => {
  test('P9 a wrong password and an unknown name get the same answer, to the byte', async () => {
    const wrong = await ask(
      { type: 'session.login', user: administrator.name, password: 'wrong' },
      { id: 'id-of-login' },
    );
    const unknown = await ask({ type: 'session.login', user: 'mallory', password: 'wrong' }, { id: 'id-of-login' });
    expect(wrong).toMatchObject({ ok: false, error: { code: 'login_failed' } });
    expect(JSON.stringify(unknown)).toBe(JSON.stringify(wrong));
  });

  test('P9 P8 failures on one connection make the next try of that name wait, known or not, and nobody else', async () => {
    await using person = await connection();
    for (const user of ['throttled-one', 'throttled-two']) {
      expect(await loginCode(person, user, 'wrong')).toBe('login_failed');
      expect(await loginCode(person, user, 'wrong')).toBe('login_throttled');
    }
    expect(await loginCode(person, 'somebody-else', 'wrong')).toBe('login_failed');
  });

  test('P8 after a hundred wrong guesses the right password is taken within 2 seconds', async () => {
    await using guesser = await connection();
    const codes: string[] = [];
    for (let guess = 0; guess < 100; guess += 1) {
      codes.push(await loginCode(guesser, administrator.name, `guess ${guess}`));
    }
    const judged = codes.filter((code) => code === 'login_failed').length;
    const start = performance.now();
    await loginWhenAllowed();
    const waitedMs = Math.round(performance.now() - start);
    figure(`password guessing: of 100 guesses ${judged} were judged; the right one was taken after ${waitedMs} ms`);
    expect(judged).toBeLessThanOrEqual(3);
    expect(waitedMs).toBeLessThan(2_500);
  });
});

describe('P10 the log cannot be rewritten', () => {
  const statements = ['change', 'command'].flatMap((table) => [
    `UPDATE ${table} SET ${table === 'change' ? "entry = 'forged'" : "answer = 'forged'"}`,
    `DELETE FROM ${table}`,
    `TRUNCATE ${table}`,
    `TRUNCATE ${table} CASCADE`,
  ]);

  test.each(statements)('P10 the server role may not: %s', async (statement) => {
    await expect(asServerRole(statement)).rejects.toMatchObject({ code: '42501', message: /permission denied/ });
  });

  test.each(statements)('P10 even the owner may not: %s', async (statement) => {
    await expect(ledger.query(statement)).rejects.toMatchObject({ code: '42501', message: /append-only/ });
  });

  test.each([
    'ALTER TABLE change DISABLE TRIGGER append_only',
    'DROP TRIGGER append_only ON change',
    'DROP TABLE change CASCADE',
    'ALTER TABLE change RENAME TO mine',
    'CREATE TABLE mine (a int)',
    'DELETE FROM head',
    'TRUNCATE head',
    'INSERT INTO head (single, epoch, seq, at, schema_seq) VALUES (true, 1, 1, now(), 1)',
    'DELETE FROM table_projection',
    'SET session_replication_role = replica',
  ])('P10 nor may the server role: %s', async (statement) => {
    const before = await fingerprint();
    await expect(asServerRole(statement)).rejects.toMatchObject({ code: '42501' });
    expect(await fingerprint()).toBe(before);
  });

  test('P10 the server role cannot give itself or others more rights', async () => {
    // PostgreSQL answers this with a warning and does nothing.
    await asServerRole('GRANT UPDATE, DELETE, TRUNCATE ON change, command TO PUBLIC');
    const [held] = await ledger.query<{ held: boolean }>(
      `SELECT has_table_privilege($1, 'change', 'UPDATE, DELETE, TRUNCATE')
           OR has_table_privilege($1, 'command', 'UPDATE, DELETE, TRUNCATE') AS held`,
      [ledger.server.user],
    );
    expect(held).toEqual({ held: false });
  });
});

interface RawAnswer {
  readonly ok: boolean;
  readonly error?: { readonly code: string };
  readonly session?: string;
  readonly secret?: string;
  readonly nonce?: string;
}

interface Asking {
  readonly id?: string;
  readonly address?: string;
}

/** A connection without the client, so that nothing but what stands here is sent. */
interface Connection extends AsyncDisposable {
  ask(request: object, id?: string): Promise<RawAnswer>;
}

async function connection(address = server.address): Promise<Connection> {
  const server = parseAddress(address);
  const socket = new Dealer({ linger: 0, receiveTimeout: 10_000, ...curveOptions(server) });
  socket.connect(`tcp://${server.host}:${server.commandsPort}`);
  return {
    async ask(request, id = nanoid()): Promise<RawAnswer> {
      await socket.send(['', JSON.stringify({ v: 1, id, ...request })]);
      const [, body] = await socket.receive();
      return JSON.parse(String(body)) as RawAnswer;
    },
    async [Symbol.asyncDispose](): Promise<void> {
      socket.close();
    },
  };
}

/** Asks over a connection of its own. */
async function ask(request: object, { id, address }: Asking = {}): Promise<RawAnswer> {
  await using one = await connection(address);
  return await one.ask(request, id);
}

/** An account of this role with the administrator's password; returns its name. */
async function account(role: 'viewer' | 'administrator'): Promise<string> {
  const name = `u${nanoid(10)}`.replace(/-/g, '_');
  await ledger.query(
    `INSERT INTO account (name, role, password) SELECT $1, $2, password FROM account WHERE name = $3`,
    [name, role, administrator.name],
  );
  return name;
}

async function freshSession(role: 'viewer' | 'administrator', address?: string): Promise<ClientSession> {
  const user = await account(role);
  const {
    session = '',
    secret = '',
    nonce,
  } = await ask(
    { type: 'session.login', user, password: administrator.password },
    address === undefined ? {} : { address },
  );
  return new ClientSession({ session, secret, nonce });
}

const somebody = (): Promise<ClientSession> => freshSession('viewer');

async function objects(): Promise<Objects> {
  return { table: await tableWithARow(), victim: await account('viewer'), session: (await somebody()).id };
}

async function tableWithARow(): Promise<string> {
  const name = `t${nanoid(8)}`;
  const columns = [
    { name: 'id', type: 'text' as const },
    { name: 'n', type: 'integer' as const },
  ];
  await admin.createTable({ name, key: 'id', columns });
  await admin.insert(name, { id: 'there', n: 1 });
  return name;
}

/** A stage of whoever asks: the account that was made last. */
async function stageForNewest(table: string): Promise<void> {
  const commands = JSON.stringify([{ type: 'row.delete', table, key: 'there' }]);
  await ledger.query(
    `INSERT INTO staged_part (stage, part, by, steps, bytes, commands)
     SELECT $1, 0, name, 1, 1, $2 FROM account ORDER BY created DESC LIMIT 1`,
    [`stage-${table}`, commands],
  );
}

/**
 * Where the ledger stands: moves with everything that is written for somebody. Two things move with a refusal, rightly: when
 * a session was used last, as who is refused something is there all the same, and the audit, which tells of refusals.
 */
async function fingerprint(): Promise<string> {
  const [row] = await ledger.query<{ text: string }>(`
    SELECT (SELECT row_to_json(head)::text FROM head) || (SELECT count(*) FROM change) || (SELECT count(*) FROM command)
      || (SELECT count(*) FROM tag) || (SELECT count(*) FROM row_projection) || (SELECT count(*) FROM table_projection)
      || (SELECT json_agg(account ORDER BY name) FROM account)::text
      || coalesce((SELECT json_agg(to_jsonb(session) - 'used' ORDER BY id) FROM session)::text, '')
      || coalesce((SELECT json_agg(session_key ORDER BY session, key) FROM session_key)::text, '')
      || coalesce((SELECT json_agg(staged_part ORDER BY stage, part) FROM staged_part)::text, '') AS text`);
  return row?.text ?? '';
}

/** How much is kept that nobody takes away again: changes, commands that came to none, tags. */
async function keptForEver(): Promise<string> {
  const [row] = await ledger.query<{ text: string }>(
    'SELECT json_build_array((SELECT count(*) FROM change), (SELECT count(*) FROM command), (SELECT count(*) FROM tag))::text AS text',
  );
  return row?.text ?? '';
}

async function loginCode(person: Connection, user: string, password: string): Promise<string> {
  const answer = await person.ask({ type: 'session.login', user, password });
  return answer.ok ? 'ok' : (answer.error?.code ?? '');
}

/** Tries as the server tells when. */
async function loginWhenAllowed(): Promise<void> {
  await using person = connect(server.address);
  for (;;) {
    try {
      await person.login(administrator.name, administrator.password);
      return;
    } catch (error) {
      if (!(error instanceof RowcastError) || error.code !== 'login_throttled') throw error;
      await delay(error.body?.retryAfterMs ?? 0);
    }
  }
}

async function asServerRole(statement: string): Promise<void> {
  const client = new pg.Client({ ...ledger.server, options: '-c search_path=rowcast' });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
