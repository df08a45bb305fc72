import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { nanoid } from 'nanoid';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Dealer } from 'zeromq';
import { connect, type Ledger, parseAddress, RowcastError } from '../../client/index.ts';
import { type RequestType, requestTypes } from '../../protocol/requests.ts';
import { rights } from '../../server/auth/rights.ts';
import { createLedger, type TestLedger } from '../support/ledger.ts';
import { figure } from '../support/scale.ts';
import {
  administrator,
  type ServerProcess,
  spawnServer,
  startTestServer,
  type TestServer,
  writeSettings,
} from '../support/server.ts';

let ledger: TestLedger;
let server: TestServer;
let admin: Ledger;

beforeAll(async () => {
  ledger = await createLedger();
  server = await startTestServer(ledger);
  admin = connect(server.address);
  await admin.login(administrator.name, administrator.password);
});
afterAll(async () => {
  await admin.close();
  await server.stop();
  await ledger.drop();
});

/** A right request of every type; the compiler demands one of every new type. */
const bodies: Readonly<Record<RequestType, (table: string) => object>> = {
  'session.login': () => ({ user: administrator.name, password: administrator.password }),
  'session.logout': () => ({}),
  'server.status': () => ({}),
  'table.list': () => ({}),
  'row.get': (table) => ({ table, key: 'there' }),
  'row.list': (table) => ({ table }),
  'row.history': (table) => ({ table, key: 'there' }),
  'log.read': () => ({ limit: 1 }),
  'log.proof': () => ({ from: 1 }),
  'sealed.open': () => ({ commitments: [] }),
  'table.create': (table) => ({ name: `${table}-new`, columns: [] }),
  'table.alter': (table) => ({ table, steps: [{ do: 'add', column: { name: 'more', type: 'text' } }] }),
  'table.drop': (table) => ({ table }),
  'row.insert': (table) => ({ table, row: { id: 'new' } }),
  'row.update': (table) => ({ table, key: 'there', row: { n: 2 } }),
  'row.upsert': (table) => ({ table, row: { id: 'there', n: 3 } }),
  'row.delete': (table) => ({ table, key: 'there' }),
  'row.erase': (table) => ({ table, key: 'there' }),
  batch: (table) => ({ commands: [{ type: 'row.delete', table, key: 'there' }] }),
};

/** Who asks, with what token. */
const callers: Readonly<Record<string, () => Promise<string | undefined>>> = {
  nobody: () => Promise.resolve(undefined),
  administrator: freshToken,
  'a wrong token': () => Promise.resolve(randomBytes(32).toString('base64url')),
  'an expired token': async () => {
    const token = await freshToken();
    await ledger.query(
      `UPDATE session SET expires = clock_timestamp() - interval '1 millisecond' WHERE token_hash = sha256($1::bytea)`,
      [Buffer.from(token)],
    );
    return token;
  },
  'a token that was logged out': async () => {
    const token = await freshToken();
    const asked = await ask({ type: 'row.delete', table: 'none', key: 'none', token });
    expect(asked.error?.code).toBe('table_not_found'); // the server has seen it and believes in it
    await ask({ type: 'session.logout', token });
    return token;
  },
};

/**
 * What the table of rights says: 'ok', or the code of the refusal. Whoever has no session that stands has the rights of
 * nobody; one who thought to have one is told that it has ended.
 */
function expectedAnswer(caller: string, type: RequestType): string {
  if (rights[type] === 'user' || caller === 'administrator') return 'ok';
  return caller === 'nobody' ? 'login_required' : 'session_expired';
}

describe('P9 the matrix of rights', () => {
  const seen = new Map<string, string>();

  test.each(Object.keys(callers).flatMap((caller) => requestTypes.map((type) => ({ caller, type }))))(
    'P9 $type by $caller',
    async ({ caller, type }) => {
      const table = await tableWithARow();
      const token = await callers[caller]?.();
      const before = await fingerprint();
      const answer = await ask({ type, ...bodies[type](table), ...(token === undefined ? {} : { token }) });
      const outcome = answer.ok ? 'ok' : (answer.error?.code ?? '');
      seen.set(`${caller} ${type}`, outcome);
      expect(outcome, JSON.stringify(answer)).toBe(expectedAnswer(caller, type));
      const wrote = (await fingerprint()) !== before;
      expect(wrote).toBe(outcome === 'ok' && rights[type] === 'administrator' && type !== 'sealed.open');
    },
  );

  test('P9 all requests by all callers were asked', () => {
    for (const caller of Object.keys(callers)) {
      const granted = requestTypes.filter((type) => seen.get(`${caller} ${type}`) === 'ok');
      figure(`rights of ${caller}: ${granted.length} of ${requestTypes.length} granted: ${granted.join(' ')}`);
    }
    expect(seen.size).toBe(Object.keys(callers).length * requestTypes.length);
  });
});

test('P9 a token is not good for what setting.ini no longer allows its owner', async ({ onTestFinished }) => {
  const settings = await writeSettings(ledger);
  onTestFinished(() => settings.remove());
  const text = await readFile(settings.file, 'utf8');
  await writeFile(settings.file, text.replace(`\n${administrator.name} = `, '\nbob = '));
  const other: ServerProcess = await spawnServer(settings);
  onTestFinished(() => other.kill());
  await using demoted = connect(settings.address, { token: admin.token });
  await expect(demoted.createTable({ name: 'mine', columns: [] })).rejects.toMatchObject({ code: 'session_expired' });
  expect(await codeOf(demoted.login(administrator.name, administrator.password))).toBe('login_failed');
});

describe('P9 login', () => {
  test('P9 a wrong password and an unknown name get the same answer, to the byte', async () => {
    const wrong = await ask({ type: 'session.login', user: administrator.name, password: 'wrong' }, 'id-of-login');
    const unknown = await ask({ type: 'session.login', user: 'mallory', password: 'wrong' }, 'id-of-login');
    expect(wrong).toMatchObject({ ok: false, error: { code: 'login_failed' } });
    expect(JSON.stringify(unknown)).toBe(JSON.stringify(wrong));
  });

  test('P9 P8 failures make the next try of that name wait, known or not, and nobody else', async () => {
    for (const user of ['throttled-one', 'throttled-two']) {
      expect(await loginCode(user, 'wrong')).toBe('login_failed');
      expect(await loginCode(user, 'wrong')).toBe('login_throttled');
    }
    expect(await loginCode('somebody-else', 'wrong')).toBe('login_failed');
  });

  test('P8 after a hundred wrong guesses the right password is taken within 2 seconds', async () => {
    const codes: string[] = [];
    for (let guess = 0; guess < 100; guess += 1) codes.push(await loginCode(administrator.name, `guess ${guess}`));
    const judged = codes.filter((code) => code === 'login_failed').length;
    const start = performance.now();
    await loginWhenAllowed();
    const waitedMs = Math.round(performance.now() - start);
    figure(`password guessing: of 100 guesses ${judged} were judged; the right one was taken after ${waitedMs} ms`);
    expect(judged).toBeLessThanOrEqual(3);
    expect(waitedMs).toBeLessThan(2_500);
  });

  test('P9 the token is not kept: the database holds its hash only', async () => {
    const token = await freshToken();
    const rows = await ledger.query<{ row: string }>('SELECT row_to_json(session)::text AS row FROM session');
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.filter(({ row }) => row.includes(token))).toEqual([]);
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
  readonly token?: string;
}

/** Asks over a socket of its own, without the client, so that nothing but what stands here is sent. */
async function ask(request: object, id: string = nanoid()): Promise<RawAnswer> {
  const { host, commandsPort } = parseAddress(server.address);
  const socket = new Dealer({ linger: 0, receiveTimeout: 10_000 });
  try {
    socket.connect(`tcp://${host}:${commandsPort}`);
    await socket.send(['', JSON.stringify({ v: 1, id, ...request })]);
    const [, body] = await socket.receive();
    return JSON.parse(String(body)) as RawAnswer;
  } finally {
    socket.close();
  }
}

async function freshToken(): Promise<string> {
  const { token } = await ask({
    type: 'session.login',
    user: administrator.name,
    password: administrator.password,
  });
  if (token === undefined) throw new Error('the login was refused');
  return token;
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

/** Where the ledger stands: moves with everything that is written. */
async function fingerprint(): Promise<string> {
  const [row] = await ledger.query<{ text: string }>(`
    SELECT (SELECT row_to_json(head)::text FROM head) || (SELECT count(*) FROM change) || (SELECT count(*) FROM command)
      || (SELECT count(*) FROM row_projection) || (SELECT count(*) FROM table_projection) AS text`);
  return row?.text ?? '';
}

async function loginCode(user: string, password: string): Promise<string> {
  const answer = await ask({ type: 'session.login', user, password });
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

async function codeOf(answer: Promise<unknown>): Promise<string> {
  return await answer.then(
    () => 'ok',
    (error: unknown) => (error instanceof RowcastError ? error.code : String(error)),
  );
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
