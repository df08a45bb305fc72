import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ClientSession } from '../../client/session.ts';
import { isBundle } from '../../protocol/bundle.ts';
import { replyEnvelopeSchema } from '../../protocol/replies.ts';
import { requestTypes } from '../../protocol/requests.ts';
import { rights } from '../../server/auth/rights.ts';
import { tokenField } from '../../server/token-field.ts';
import { createLedger, type TestLedger } from '../support/ledger.ts';
import { createStack, type Stack } from './stack.ts';

let ledger: TestLedger;
let stack: Stack;
let session: ClientSession;
/** The text of a request with a token of the administrator's, good once. */
const proved = (request: object): string => session.proved(JSON.stringify(request));

beforeAll(async () => {
  ledger = await createLedger();
  stack = createStack(ledger);
  session = await stack.login();
  await stack.done({
    type: 'table.create',
    name: 't',
    key: 'id',
    columns: [
      { name: 'id', type: 'text' },
      { name: 'n', type: 'integer' },
    ],
  });
  await stack.done({ type: 'row.insert', table: 't', row: { id: 'a', n: 1 } });
});
afterAll(async () => {
  await stack.stop();
  await ledger.drop();
});

interface Frame {
  readonly id: string | null;
  readonly ok: boolean;
  readonly error?: { readonly code: string; readonly message: string; readonly problems?: readonly object[] };
}

async function send(request: unknown): Promise<Frame> {
  const bytes =
    request instanceof Uint8Array
      ? request
      : Buffer.from(typeof request === 'string' ? request : JSON.stringify(request));
  const [frame = '', lines, ...more] = await stack.dispatch.handle(bytes, 'a peer');
  expect(more).toEqual([]);
  const reply = replyEnvelopeSchema.parse(JSON.parse(frame));
  if (lines !== undefined) expect(reply.ok).toBe(true);
  return reply as Frame;
}

const state = async (): Promise<unknown> =>
  await ledger.query(`
    SELECT (SELECT count(*) FROM change) AS changes, (SELECT count(*) FROM command) AS commands, (SELECT seq FROM head) AS head,
           (SELECT count(*) FROM row_projection) AS rows, (SELECT count(*) FROM session) AS sessions`);

const request = { v: 1, id: 'id-of-a-request', type: 'row.get', table: 't', key: 'a' };

describe('what cannot be understood is answered with why (P8)', () => {
  test.each<readonly [string, unknown, string]>([
    ['nothing', '', 'bad_request'],
    ['no JSON', '{"v":1', 'bad_request'],
    ['no UTF-8', Uint8Array.from([0xff, 0xfe]), 'bad_request'],
    ['a number', '5', 'bad_request'],
    ['null', 'null', 'bad_request'],
    ['an array', '[]', 'bad_request'],
    ['an empty object', '{}', 'bad_request'],
    ['another version', { ...request, v: 2 }, 'unsupported_version'],
    ['a version as text', { ...request, v: '1' }, 'unsupported_version'],
    ['a later version of an unknown type', { ...request, v: 7, type: 'row.teleport' }, 'unsupported_version'],
    ['no version', { ...request, v: undefined }, 'bad_request'],
    ['no id', { ...request, id: undefined }, 'bad_request'],
    ['an id too short', { ...request, id: 'x' }, 'bad_request'],
    ['an unknown type', { ...request, type: 'row.teleport' }, 'unknown_type'],
    ['a type that objects have', { ...request, type: 'toString' }, 'unknown_type'],
    ['a type that is no text', { ...request, type: 5 }, 'bad_request'],
    ['a field that is missing', { ...request, key: undefined }, 'bad_request'],
    ['a field too many', { ...request, kee: 'a' }, 'bad_request'],
    ['a field of the wrong type', { ...request, key: 5 }, 'bad_request'],
    ['a number that a double changes', JSON.stringify(request).replace('"a"', '9007199254740993'), 'bad_request'],
    ['__proto__', `{"__proto__":{"role":"administrator"},${JSON.stringify(request).slice(1)}`, 'bad_request'],
    ['a name twice', `{"type":"server.status",${JSON.stringify(request).slice(1)}`, 'bad_request'],
    ['half a million levels', '['.repeat(500_000), 'bad_request'],
    ['more bytes than are read of a stranger', JSON.stringify({ ...request, key: 'x'.repeat(600_000) }), 'too_large'],
    ['a bundle that is too large to be taken apart', `\x1e${JSON.stringify(request)}`, 'too_large'],
    ['more bytes than are allowed', JSON.stringify({ ...request, key: 'x'.repeat(1_100_000) }), 'too_large'],
    [
      'a batch of more than are allowed',
      {
        v: 1,
        id: request.id,
        type: 'batch',
        commands: Array.from({ length: 101 }, () => ({ type: 'row.delete', table: 't', key: 'x' })),
        token: 'TOKEN',
      },
      'too_large',
    ],
    ['a token that stands elsewhere', { token: 'x', ...request }, 'bad_request'],
    ['a token behind v and id', { v: 1, id: request.id, token: 'x', type: 'session.status' }, 'bad_request'],
    ['a token that is no text', { ...request, token: 5 }, 'bad_request'],
    ['two tokens', `${JSON.stringify({ ...request, token: 'x' }).slice(0, -1)},"token":"x"}`, 'bad_request'],
    [
      'a token whose name is written otherwise',
      JSON.stringify({ ...request, token: 'x' }).replace('tok', '\\u0074ok'),
      'bad_request',
    ],
  ])('%s', async (_, sent, code) => {
    const before = await state();
    const reply = await send(isWithToken(sent) ? proved({ ...sent, token: undefined }) : sent);
    expect(reply.error?.code).toBe(code);
    expect(reply.error?.message.length).toBeGreaterThan(5);
    expect(await state()).toEqual(before);
  });

  test('the refusal bears the request’s id where it can be read, so that a client knows which it was', async () => {
    expect((await send({ ...request, type: 'row.teleport' })).id).toBe(request.id);
    expect((await send({ ...request, v: 2 })).id).toBe(request.id);
    expect((await send({ ...request, key: 5 })).id).toBe(request.id);
    expect((await send('5')).id).toBeNull();
    const row = { id: 'employee-of-the-month', n: 1 };
    const behindARow = { type: 'row.insert', table: 't', row, why: 'x'.repeat(500), v: 1, id: request.id };
    expect(await send(behindARow)).toMatchObject({ id: request.id, error: { code: 'login_required' } });
    expect((await send({ ...behindARow, table: 5 })).id).toBe(request.id);
    // Not to be taken as it was written, yet its id can be read.
    expect((await send(`{"row":{"id":"employee-of-the-month","n":1e400},"v":1,"id":"${request.id}"}`)).id).toBe(
      request.id,
    );
  });

  describe('a request of more bytes than are read of a stranger', () => {
    const large = { v: 1, id: request.id, type: 'row.upsert', table: 't', row: { id: 'x'.repeat(600_000) } };
    const text = JSON.stringify(large);
    const tokenOf = (provedText: string): string => JSON.parse(provedText).token;

    test('is read when the token at its end is an administrator’s, whatever stands at its front', async () => {
      const reply = await send(proved(large));
      expect(reply).toMatchObject({ id: large.id, error: { message: expect.stringContaining('512 bytes') } });
      const { id, ...rest } = large;
      expect((await send(proved({ ...rest, id }))).error?.message).toContain('512 bytes');
    });

    test('is read once', async () => {
      const once = proved(large);
      expect((await send(once)).error?.code).toBe('invalid');
      expect((await send(once)).error?.code).toBe('session_expired');
    });

    test.each<readonly [string, () => string, string]>([
      ['no token', () => text, 'too_large'],
      ['one of another id', () => proved(large).replace(large.id, 'id-of-another'), 'session_expired'],
      ['one of another body', () => proved(large).replace('x",', 'y",').replace('xx', 'xy'), 'session_expired'],
      ['one elsewhere', () => `{"token":"${tokenOf(proved(large))}",${text.slice(1)}`, 'too_large'],
      ['another one inside', () => session.proved(text.replace('"table":', '"token":"x","table":')), 'bad_request'],
      [
        'the end of a text that looks so',
        () => JSON.stringify({ ...large, why: `,"token":"${tokenOf(proved(large))}"}` }),
        'too_large',
      ],
      ['two ids', () => session.proved(text.replace('"table":', '"id":"id-of-another","table":')), 'bad_request'],
    ])('is refused with %s', async (_, sent, code) => {
      const before = await state();
      expect((await send(sent())).error?.code).toBe(code);
      expect(await state()).toEqual(before);
    });
  });

  test('what only some may ask is not looked into for others, however much is wrong with it', async () => {
    const commands = Array<number>(100_000).fill(0);
    expect(await send({ ...request, type: 'batch', commands })).toMatchObject({ error: { code: 'login_required' } });
    const own = { v: 1, id: request.id, type: 'batch.part', commands };
    expect(await send(proved(own))).toMatchObject({
      error: { code: 'too_large', message: expect.stringContaining('100') },
    });
  });

  test('every step of a batch that has not its form is named with its place', async () => {
    const commands = [
      { type: 'row.delete', table: 't', key: 'x' },
      { type: 'row.delete', table: 5, key: 'x' },
      { type: 'row.teleport' },
    ];
    const { error } = await send(proved({ v: 1, id: request.id, type: 'batch', commands }));
    expect(error).toMatchObject({ code: 'bad_request', problems: [{ index: 1 }, { index: 2 }] });
  });
});

describe('P9 rights', () => {
  const bodies: Record<string, object> = {
    'account.add': { user: 'mallory', role: 'administrator', password: 'long enough' },
    'account.change': { user: 'ada', role: 'viewer' },
    'account.remove': { user: 'ada' },
    'sealed.open': { commitments: [] },
    'tag.set': { name: 'mine' },
    'table.create': { name: 'mine', columns: [] },
    'table.alter': { table: 't', steps: [{ do: 'remove', column: 'n' }] },
    'table.drop': { table: 't' },
    'row.insert': { table: 't', row: { id: 'b' } },
    'row.update': { table: 't', key: 'a', row: { n: 2 } },
    'row.upsert': { table: 't', row: { id: 'b' } },
    'row.delete': { table: 't', key: 'a' },
    'row.erase': { table: 't', key: 'a' },
    batch: { commands: [{ type: 'row.delete', table: 't', key: 'a' }] },
    'batch.part': { stage: 'a-stage-of-one', part: 0, commands: [{ type: 'row.delete', table: 't', key: 'a' }] },
    'batch.drop': { stage: 'a-stage-of-one' },
    'batch.commit': { stage: 'a-stage-of-one', parts: 1 },
    'change.revert': { what: { seq: 1 } },
  };
  const commands = requestTypes.filter((type) => rights[type] === 'administrator');

  test.each(commands)(
    '%s is refused without a token, with one that is none, ended, expired or of a user who was removed',
    async (type) => {
      const before = await state();
      const sent = { v: 1, id: 'id-of-a-request', type, ...bodies[type] };
      expect(await send(sent)).toMatchObject({ error: { code: 'login_required' } });
      const right = JSON.parse(proved(sent)).token as string;
      const ofAnother = JSON.parse(proved({ ...sent, id: 'id-of-another' })).token as string;
      for (const wrong of ['', 'x', `${right}x`, right.slice(1), right.replace(/.$/, '_'), ofAnother]) {
        expect(await send({ ...sent, token: wrong })).toMatchObject({ error: { code: 'session_expired' } });
      }
      expect(await state()).toEqual(before);
      const ended = await stack.login();
      await stack.sessions.close(ended.id, { what: 'logout', by: 'ada' });
      expect(await send(ended.proved(JSON.stringify(sent)))).toMatchObject({
        error: { code: expect.stringMatching(/session_expired|session_unattached/) },
      });
      expect(await state()).toEqual(before);
    },
  );

  test('a command cannot say by whom it is', async () => {
    const id = 'id-of-by-command';
    const sent = { v: 1, id, type: 'row.insert', table: 't', row: { id: 'by' } };
    expect(await send(proved({ ...sent, by: 'root' }))).toMatchObject({ error: { code: 'bad_request' } });
    expect(await send(proved(sent))).toMatchObject({ ok: true });
    const [change] = await ledger.query<{ by: string }>(
      `SELECT entry::json ->> 'by' AS by FROM change WHERE key = 'by'`,
    );
    expect(change?.by).toBe('ada');
  });

  test('reading needs no token, and goes on with one that has ended', async () => {
    expect(await send(request)).toMatchObject({ ok: true });
    expect(await send({ ...request, token: 'ended' })).toMatchObject({ ok: true });
  });

  test('a token is taken with white space around it, as other programs write JSON', async () => {
    const text = proved({ v: 1, id: request.id, type: 'session.status' });
    expect(await send(text.replace(/,"token":(.*)\}$/, ' ,\n "token" : $1 }\r\n'))).toMatchObject({
      error: { code: 'session_expired' },
    });
    expect(await send(text.replace(/,"token":(.*)\}$/, ',\n "token" : $1 }\r\n'))).toMatchObject({ ok: true });
  });

  describe('a token is good for the one request that it was made for', () => {
    const read = { v: 1, id: 'id-of-a-read', type: 'row.get', table: 't', key: 'a' };
    const deed = { v: 1, id: 'id-of-a-read', type: 'row.delete', table: 't', key: 'a' };
    const status = { v: 1, id: 'id-of-a-read', type: 'session.status' };

    test.each([
      ['a read that was answered', read, true],
      ['a read that never arrived', read, false],
      ['a command on another row that never arrived', { ...deed, key: 'b' }, false],
      ['a dry run that never arrived', { ...deed, dryRun: true }, false],
      ['a status that never arrived', status, false],
    ])('and that of %s is of no use to a command', async (_, captured, arrives) => {
      const text = proved(captured);
      if (arrives) expect(await send(text)).toMatchObject({ ok: true });
      const before = await state();
      const { token } = JSON.parse(text) as { readonly token: string };
      expect(await send({ ...deed, token })).toMatchObject({ error: { code: 'session_expired' } });
      expect(await state()).toEqual(before);
    });

    test('once, also where no right is needed', async () => {
      const text = proved(read);
      expect(await send(text)).toMatchObject({ ok: true });
      const field = tokenField(Buffer.from(text));
      expect(() => field && stack.proofs.prove(field)).toThrow('log in again');
    });
  });
});

test('P8 what is refused is counted by its code, also for a request that is not looked at', async () => {
  const others = createStack(ledger);
  const ask = async (text: string): Promise<unknown> => await others.dispatch.handle(Buffer.from(text), 'a peer');
  expect(others.dispatch.counters).toEqual({ sessionBusy: 0 });
  await ask(JSON.stringify({ ...request, key: 'x'.repeat(600_000) }));
  await ask(JSON.stringify({ ...request, key: 'x'.repeat(1_100_000) }));
  await ask('['.repeat(100));
  await ask(JSON.stringify({ ...request, type: 'row.delete' }));
  others.dispatch.refuse(Buffer.from('{}'), 'requests');
  const session = await others.login();
  const deed = { v: 1, id: 'id-of-a-refused', type: 'row.delete', table: 'none', key: 'none' };
  await ask(session.proved(JSON.stringify(deed)));
  await ask(JSON.stringify(request));
  expect(others.dispatch.counters).toEqual({
    sessionBusy: 0,
    refusedTooLarge: 2,
    refusedBadRequest: 1,
    refusedLoginRequired: 1,
    refusedBusy: 1,
    refusedTableNotFound: 1,
  });
  await others.stop();
});

describe('P8 whatever comes, it is answered and nothing is thrown', () => {
  test('arbitrary bytes', async () => {
    const before = await state();
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.uint8Array({ maxLength: 64 }),
          fc.string({ unit: 'binary' }).map((text) => Buffer.from(text)),
        ),
        async (bytes) => {
          // One that begins with a record separator reads as a bundle that could not be taken apart.
          const codes = isBundle(bytes) ? /^too_large$/ : /^(bad_request|unsupported_version|unknown_type)$/;
          expect((await send(bytes)).error?.code).toMatch(codes);
        },
      ),
      { numRuns: 500 },
    );
    expect(await state()).toEqual(before);
  });

  const valid = fc.constantFrom<Record<string, unknown>>(
    { type: 'session.logout' },
    { type: 'server.status' },
    { type: 'table.list' },
    { type: 'row.get', table: 't', key: 'a' },
    { type: 'row.list', table: 't', filter: [{ column: 'n', is: 'ge', value: 1 }], sort: [{ column: 'n' }], limit: 1 },
    { type: 'row.history', table: 't', key: 'a', after: 0 },
    { type: 'log.read', after: 0, limit: 2 },
    { type: 'row.insert', table: 't', row: { id: 'z', n: 1 } },
    { type: 'row.update', table: 't', key: 'a', row: { n: 5 }, expect: { version: 1 } },
    { type: 'table.alter', table: 't', steps: [{ do: 'rules', column: 'n', set: { min: 0 } }] },
    { type: 'batch', commands: [{ type: 'row.delete', table: 't', key: 'a' }] },
  );
  const scrap = fc.oneof(
    {
      weight: 3,
      arbitrary: fc.constantFrom<unknown>(
        null,
        '',
        0,
        -1,
        1.5,
        true,
        [],
        {},
        'x',
        'toString',
        '_x',
        'a\u0001',
        [[]],
        { a: 1 },
        2 ** 53,
        'x'.repeat(600),
      ),
    },
    { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 2 }) },
  );

  test('requests with one part changed, taken out or added: an answer of the closed list, and never internal', async () => {
    const before = await state();
    await fc.assert(
      fc.asyncProperty(
        valid,
        fc.nat(),
        scrap,
        fc.constantFrom('replace', 'remove', 'add'),
        async (body, at, value, how) => {
          const mutated = mutate({ v: 1, id: 'id-of-a-request', ...body }, at, how, value);
          // Without a token: whatever it has become, it changes nothing.
          const { ok, error } = await send(mutated);
          expect(ok ? 'ok' : error?.code).not.toMatch(/internal|unavailable|busy/);
        },
      ),
      { numRuns: 800 },
    );
    expect(await state()).toEqual(before);
  });

  test('the same by an administrator, one after another: refused ones change nothing, and none fails internally', async () => {
    await fc.assert(
      fc.asyncProperty(
        valid,
        fc.nat(),
        scrap,
        fc.constantFrom('replace', 'remove', 'add'),
        fc.nat(),
        async (body, at, value, how, id) => {
          const before = await state();
          const sent = { v: 1, id: `mutated-${id}`, ...body };
          const mutated = mutate(sent, at, how, value);
          const { ok, error } = await send(proved(mutated));
          expect(ok ? 'ok' : error?.code).not.toMatch(/internal|unavailable|busy/);
          if (!ok) expect(await state()).toEqual(before);
          if (ok && body.type === 'session.logout') session = await stack.login();
        },
      ),
      { numRuns: 400 },
    );
  }, 60_000);
});

function isWithToken(sent: unknown): sent is { readonly token: 'TOKEN' } {
  return typeof sent === 'object' && sent !== null && 'token' in sent && sent.token === 'TOKEN';
}

/** Changes one of the parts of a request, however deep; `at` picks which. */
function mutate(sent: Record<string, unknown>, at: number, how: string, value: unknown): Record<string, unknown> {
  const copy = structuredClone(sent);
  const places: { readonly holder: Record<string, unknown>; readonly name: string }[] = [];
  const walk = (holder: Record<string, unknown>): void => {
    for (const [name, member] of Object.entries(holder)) {
      places.push({ holder, name });
      if (typeof member === 'object' && member !== null) walk(member as Record<string, unknown>);
    }
  };
  walk(copy);
  const place = places[at % places.length];
  if (place === undefined) return copy;
  if (how === 'remove') delete place.holder[place.name];
  else if (how === 'add') place.holder[`${place.name}x`] = value;
  else place.holder[place.name] = value;
  return copy;
}
