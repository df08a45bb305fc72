import { spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import type { Transport } from '../../client/channels.ts';
import { Ledger } from '../../client/client.ts';
import { connect, RowcastError } from '../../client/index.ts';
import { formatAddress } from '../../protocol/address.ts';
import type { ErrorBody } from '../../protocol/errors.ts';
import { freePorts } from '../support/free-ports.ts';
import { FakeTiming } from './fake-timing.ts';
import { Dice } from './random.ts';
import { type Script, type ScriptedRequest, ScriptedServer } from './scripted-server.ts';

const servers: ScriptedServer[] = [];
const ledgers: Ledger[] = [];

afterEach(async () => {
  for (const ledger of ledgers.splice(0)) await ledger.close();
  for (const server of servers.splice(0)) await server.stop();
});

async function serve(script: Script): Promise<ScriptedServer> {
  const server = new ScriptedServer(script);
  servers.push(server);
  return await server.start();
}

function open(addresses: string | readonly string[], timeoutMs = 5_000, token?: string): Ledger {
  const ledger = connect(addresses, { timeoutMs, token });
  ledgers.push(ledger);
  return ledger;
}

async function failureOf(promise: Promise<unknown>): Promise<RowcastError> {
  return await promise.then(
    () => Promise.reject(new Error('it should have failed')),
    (error: unknown) => {
      if (error instanceof RowcastError) return error;
      throw error;
    },
  );
}

function granted({ id }: ScriptedRequest, seq = 1): string[] {
  return [
    JSON.stringify({ v: 1, id, ok: true, epoch: 'e', seq, table: 'rate', key: 'EUR', version: 1, changed: true }),
  ];
}

function refused({ id }: ScriptedRequest, error: ErrorBody): string[] {
  return [JSON.stringify({ v: 1, id, ok: false, error })];
}

const silence: Script = () => undefined;

describe('a command', () => {
  test('P2 Z7 is sent again under the same id when no answer comes', async () => {
    const server = await serve((request, nth) => (nth === 1 ? undefined : granted(request)));
    const ledger = open(server.address, 3_000);
    const reply = await ledger.insert('rate', { value: '1.1' }, { id: 'command-1' });
    expect(reply).toMatchObject({ seq: 1, key: 'EUR', changed: true });
    expect(server.requests.map(({ id }) => id)).toEqual(['command-1', 'command-1']);
  });

  test('P2 without an answer in time says that its outcome is unknown, and under which id to settle it', async () => {
    const server = await serve(silence);
    const ledger = open(server.address, 1_500);
    const error = await failureOf(ledger.insert('rate', { value: '1.1' }, { id: 'command-2' }));
    expect(error).toMatchObject({ code: 'timeout', outcomeUnknown: true, id: 'command-2' });
    expect(error.message).toContain('command-2');
    expect(server.requests.length).toBeGreaterThan(1);
  });

  test('that never reached a server has a known outcome: none', async () => {
    const [commandsPort = 0] = await freePorts(1);
    const ledger = open(formatAddress({ host: '127.0.0.1', commandsPort, feedPort: 1 }), 300);
    const error = await failureOf(ledger.insert('rate', { value: '1.1' }));
    expect(error).toMatchObject({ code: 'timeout', outcomeUnknown: false });
  });

  test('P2 that was said not to have been sent is not sent later, when the server comes', async () => {
    const server = await serve((request) => granted(request));
    const { address } = server;
    await server.stop();
    const ledger = open(address, 300);
    expect(await failureOf(ledger.insert('rate', {}))).toMatchObject({ code: 'timeout', outcomeUnknown: false });
    await server.start();
    await ledger.insert('rate', {}, { id: 'the-next-one', timeoutMs: 20_000 });
    expect(server.requests.map(({ id }) => id)).toEqual(['the-next-one']);
  });

  test('P2 that cannot be taken back from its socket is taken back with the socket', async () => {
    const sockets = { open: 0 };
    const timing = new FakeTiming(new Dice(1));
    const transport: Transport = {
      publicKey: undefined,
      openCommands() {
        sockets.open += 1;
        return {
          send: () => () => false,
          close() {
            sockets.open -= 1;
          },
        };
      },
      openFeed: () => ({ close: () => undefined }),
    };
    const addresses = [{ host: 'one', commandsPort: 1, feedPort: 2 }];
    const ledger = new Ledger({ transport, addresses, timing, timeoutMs: 1_000, session: undefined });
    const failure = failureOf(ledger.insert('rate', {}));
    timing.advance(1_000);
    expect(await failure).toMatchObject({ code: 'timeout', outcomeUnknown: false });
    expect(sockets.open).toBe(0);
  });

  test('P2 is sent again to a server that has answered a later one', async () => {
    const server = await serve((request, nth) => (nth === 1 ? undefined : granted(request)));
    const ledger = open(server.address, 3_000);
    const first = ledger.insert('rate', {}, { id: 'the-first' });
    await ledger.insert('rate', {}, { id: 'the-second' });
    await first;
    expect(server.requests.map(({ id }) => id)).toEqual(['the-first', 'the-second', 'the-first']);
  });

  test('P2 whose server does not know either has an unknown outcome', async () => {
    const server = await serve((request) =>
      refused(request, { code: 'unavailable', message: 'it is not known', retryAfterMs: 60_000 }),
    );
    expect(await failureOf(open(server.address).insert('rate', {}))).toMatchObject({
      code: 'unavailable',
      outcomeUnknown: true,
    });
  });

  test('Z5 goes to the next address when the first does not listen', async () => {
    const server = await serve((request) => granted(request));
    const [commandsPort = 0] = await freePorts(1);
    const dead = formatAddress({ host: '127.0.0.1', commandsPort, feedPort: 1 });
    const ledger = open([dead, server.address], 30_000);
    const started = performance.now();
    await ledger.insert('rate', { value: '1.1' });
    // Long before the two seconds of a try are over: the refused connection was seen.
    expect(performance.now() - started).toBeLessThan(1_500);
  });

  test('Z5 P2 goes to the next address when the first is silent, under the same id', async () => {
    const silent = await serve(silence);
    const server = await serve((request) => granted(request));
    const ledger = open([silent.address, server.address], 3_000);
    await ledger.insert('rate', { value: '1.1' }, { id: 'command-3' });
    expect([silent, server].map(({ requests }) => requests.map(({ id }) => id))).toEqual([
      ['command-3'],
      ['command-3'],
    ]);
  });

  test('Z5 P2 in flight when the server dies is answered by the one that comes back', async () => {
    const server = await serve((request, nth) => (nth === 1 ? undefined : granted(request)));
    const ledger = open(server.address, 20_000);
    const answer = ledger.insert('rate', { value: '1.1' }, { id: 'command-4' });
    await server.until(() => server.requests.length === 1);
    await server.stop();
    await server.start();
    await expect(answer).resolves.toMatchObject({ seq: 1 });
    expect(new Set(server.requests.map(({ id }) => id))).toEqual(new Set(['command-4']));
  });

  test('waits when the server is busy, and comes again under the same id', async () => {
    const busy = { code: 'busy', message: 'later', retryAfterMs: 30 } as const;
    const server = await serve((request, nth) => (nth < 4 ? refused(request, busy) : granted(request)));
    await open(server.address).insert('rate', { value: '1.1' }, { id: 'command-5' });
    expect(server.requests.map(({ id }) => id)).toEqual(Array.from({ length: 4 }, () => 'command-5'));
  });

  test('P8 that would have to wait beyond its time is refused as busy at once', async () => {
    const server = await serve((request) => refused(request, { code: 'busy', message: 'later', retryAfterMs: 60_000 }));
    const error = await failureOf(open(server.address).insert('rate', { value: '1.1' }));
    expect(error).toMatchObject({ code: 'busy', outcomeUnknown: false, body: { retryAfterMs: 60_000 } });
  });

  test('refused brings every problem with it', async () => {
    const problems = [{ code: 'invalid', message: 'value is missing', table: 'rate', column: 'value' }] as const;
    const server = await serve((request) =>
      refused(request, { code: 'invalid', message: 'no', problems: [...problems] }),
    );
    const error = await failureOf(open(server.address).insert('rate', {}));
    expect(error).toMatchObject({ code: 'invalid', problems, outcomeUnknown: false });
  });

  test('aborted by its caller says that its outcome is unknown', async () => {
    const server = await serve(silence);
    const abort = new AbortController();
    const answer = failureOf(open(server.address).delete('rate', 'EUR', { signal: abort.signal }));
    await server.until(() => server.requests.length === 1);
    abort.abort();
    expect(await answer).toMatchObject({ code: 'aborted', outcomeUnknown: true });
  });

  test('Z1 may be one of thousands at a time over one socket', async () => {
    const server = await serve((request, nth) => granted(request, nth));
    const ledger = open(server.address);
    const replies = await Promise.all(Array.from({ length: 5_000 }, () => ledger.insert('rate', { value: '1.1' })));
    expect(new Set(replies.map(({ seq }) => seq)).size).toBe(5_000);
    expect(new Set(server.requests.map(({ id }) => id)).size).toBe(5_000);
  });

  test('P8 beyond 10,000 in flight is refused as busy', async () => {
    const server = await serve(silence);
    const ledger = open(server.address);
    const waiting = Array.from({ length: 10_000 }, () => failureOf(ledger.get('rate', 'EUR')));
    expect(await failureOf(ledger.get('rate', 'EUR'))).toMatchObject({ code: 'busy' });
    await ledger.close();
    expect(new Set((await Promise.all(waiting)).map(({ code }) => code))).toEqual(new Set(['closed']));
  });

  test.each([
    ['NaN', { value: Number.NaN }],
    ['-0', { value: -0 }],
    ['NUL', { value: 'a\0' }],
    ['a lone surrogate', { value: '\ud800' }],
    ['undefined', { value: undefined as unknown as null }],
    ['a Date', { value: new Date(0) as unknown as string }],
    ['a reserved name', JSON.parse('{"__proto__":1}') as Record<string, number>],
  ])('with %s, which would be changed on its way, is refused before it is sent', async (_, row) => {
    const server = await serve((request) => granted(request));
    expect(await failureOf(open(server.address).insert('rate', row))).toMatchObject({ code: 'invalid' });
    expect(server.requests).toEqual([]);
  });
});

describe('a session', () => {
  const secret = `${'s'.repeat(42)}A`;
  const session = { session: 's1', secret, user: 'ada', role: 'viewer', expires: '2027', idleMinutes: 60 };
  const ok = (request: ScriptedRequest, body: object): string[] => [
    JSON.stringify({ v: 1, id: request.id, ok: true, ...body }),
  ];

  test('proves every later request anew, until it ends; the secret is not sent again', async () => {
    const server = await serve((request) =>
      request.type === 'session.login' ? ok(request, { ...session, nonce: 'n1' }) : granted(request),
    );
    const ledger = open(server.address);
    await ledger.login('ada', 'secret');
    expect(ledger.token).toBe(`s1.${secret}`);
    await ledger.insert('rate', {});
    await ledger.logout();
    await ledger.insert('rate', {});
    const tokens = server.requests.map(({ token }) => token?.replace(/[^.]+$/, 'PROOF'));
    expect(tokens).toEqual([undefined, 's1.n1.1.PROOF', 's1.n1.2.PROOF', undefined]);
    const key = Buffer.from(secret, 'base64url');
    for (const request of server.requests.slice(1, 3)) {
      const { token = '', ...rest } = request;
      const [head, proof] = [token.slice(0, token.lastIndexOf('.') + 1), token.slice(token.lastIndexOf('.') + 1)];
      const proven = JSON.stringify(rest).slice(0, -1);
      expect(JSON.stringify(request)).toBe(`${proven},"token":"${token}"}`);
      expect(proof).toBe(
        createHmac('sha256', key)
          .update(head + proven)
          .digest('base64url'),
      );
    }
  });

  test('shows at the next login of the same user the device that the last one gave, and that of nobody else', async () => {
    const server = await serve((request) =>
      request.type === 'session.login' ? ok(request, { ...session, nonce: 'n', device: 'd1' }) : granted(request),
    );
    const ledger = open(server.address);
    for (const user of ['ada', 'ada', 'bob']) await ledger.login(user, 'secret');
    await ledger.login('ada', 'secret', { device: 'kept elsewhere' });
    expect(server.requests.map(({ device }) => device)).toEqual([undefined, 'd1', undefined, 'kept elsewhere']);
  });

  test('asks a server that gave no nonce for one, once for all that wait, and sends the same ids again', async () => {
    let known = 'n2';
    const server = await serve((request) => {
      if (request.type === 'session.attach') return ok(request, { nonce: known });
      return request.token?.includes(`.${known}.`) === true
        ? granted(request)
        : [JSON.stringify({ v: 1, id: request.id, ok: false, error: { code: 'session_unattached', message: 'no' } })];
    });
    const ledger = open(server.address, 5_000, `s1.${secret}`);
    await Promise.all(['command-1', 'command-2', 'command-3'].map((id) => ledger.insert('rate', {}, { id })));
    expect(server.requests.filter(({ type }) => type === 'session.attach')).toHaveLength(1);
    // Its restart: all nonces are forgotten.
    known = 'n3';
    await ledger.insert('rate', {}, { id: 'command-4' });
    expect(server.requests.filter(({ id }) => id === 'command-4')).toHaveLength(2);
    const tokens = server.requests.map(({ token }) => token).filter((token) => token !== undefined);
    expect(new Set(tokens).size).toBe(tokens.length);
  });

  test('that has ended refuses what waited for a nonce with why, under its own id', async () => {
    const server = await serve((request) => {
      const code = request.type === 'session.attach' ? 'session_expired' : 'session_unattached';
      return [JSON.stringify({ v: 1, id: request.id, ok: false, error: { code, message: 'no' } })];
    });
    const ledger = open(server.address, 5_000, `s1.${secret}`);
    const failures = await Promise.all(
      ['command-1', 'command-2'].map((id) => failureOf(ledger.insert('rate', {}, { id }))),
    );
    expect(failures).toMatchObject(['command-1', 'command-2'].map((id) => ({ code: 'session_expired', id })));
    expect(failures.map(({ outcomeUnknown }) => outcomeUnknown)).toEqual([false, false]);
  });
});

describe('entries', () => {
  const entry =
    '{"seq":1,"at":"2026-01-01T00:00:00Z","by":"ada","command":"c","table":"rate","op":"delete","key":"é","version":1}';
  const reply = { v: 1, ok: true, epoch: 'e', head: 1, count: 1, last: 1, more: false };

  async function readLines(second: string | undefined): Promise<string[]> {
    const server = await serve(({ id }) => [
      JSON.stringify({ ...reply, id }),
      ...(second === undefined ? [] : [second]),
    ]);
    const lines: string[] = [];
    for await (const { line } of open(server.address).readLog()) lines.push(line);
    return lines;
  }

  test('come with their exact text', async () => {
    expect(await readLines(`${entry}\n{"end":{"count":1,"last":1}}`)).toEqual([entry]);
    expect(await readLines(`${entry}\n{"end":{"count":1,"last":1}}\n`)).toEqual([entry]);
  });

  test.each([
    ['without their end line', `${entry}\n`],
    ['with another count', `${entry}\n{"end":{"count":2,"last":1}}`],
    ['with another last', `${entry}\n{"end":{"count":1,"last":2}}`],
    ['that are none', '\n'],
    ['without their frame', undefined],
  ])('S10 %s are an error and never a short answer', async (_, second) => {
    expect(await failureOf(readLines(second))).toMatchObject({ code: 'protocol' });
  });
});

test('Z14 Z15 a process ends when its ledger is closed, with a watch open, a request waiting and no server there', async () => {
  const [commandsPort, feedPort] = await freePorts(2);
  const program = `
    import { connect } from ${JSON.stringify(new URL('../../client/index.ts', import.meta.url).href)};
    const ledger = connect('rowcast://127.0.0.1:${commandsPort}?feed=${feedPort}');
    const watch = ledger.watch({ table: 'rate' });
    const replica = ledger.replica('rate');
    const request = ledger.status().catch((error) => console.log(error.code));
    await watch.next();
    await ledger.close();
    await request;
  `;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], {
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let printed = '';
  child.stdout.on('data', (data: Buffer) => {
    printed += data.toString();
  });
  const [code] = await once(child, 'exit');
  expect({ code, printed }).toEqual({ code: 0, printed: 'closed\n' });
});
