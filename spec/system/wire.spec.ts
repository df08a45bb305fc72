import { connect as connectTcp } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Dealer } from 'zeromq';
import { connect, formatAddress, type Ledger, parseAddress } from '../../client/index.ts';
import { type RequestType, requestTypes } from '../../protocol/requests.ts';
import { type Secrets, workAnHour } from '../support/hour-of-work.ts';
import { createLedger, type TestLedger } from '../support/ledger.ts';
import { Recorder, type Recording } from '../support/recorder.ts';
import { figure, scale, scaledTimeout } from '../support/scale.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

let ledger: TestLedger;
let server: TestServer;
let commands: Recorder;
let feed: Recorder;
/** Who works, and whose session stands to the end. */
let admin: Ledger;
/** Who looks on without being tapped. */
let outside: Ledger;
let secrets: Secrets;
/** Requests that the server was sent during the work. */
let requests: number;

/** Starts a server and works on it by way of the two recorders. */
async function tap(encryption: 'curve' | 'off', rows: number): Promise<void> {
  ledger = await createLedger();
  server = await startTestServer(ledger, { encryption });
  outside = connect(server.address, { timeoutMs: 60_000 });
  const parsed = parseAddress(server.address);
  commands = await Recorder.start(parsed.commandsPort);
  feed = await Recorder.start(parsed.feedPort);
  const address = formatAddress({ ...parsed, commandsPort: commands.port, feedPort: feed.port });
  admin = connect(address, { timeoutMs: 60_000 });
  secrets = await workAnHour({ address, rows, admin });
  requests = (await outside.status()).counters.requests ?? 0;
}

async function untap(): Promise<void> {
  await Promise.all([outside, admin].map((one) => one.close()));
  await Promise.all([commands.close(), feed.close()]);
  await server.stop();
  await ledger.drop();
}

/** Every form in which a text could stand in bytes without being encrypted. */
function forms(text: string): Buffer[] {
  const bytes = Buffer.from(text);
  return [bytes, Buffer.from(bytes.toString('hex')), Buffer.from(text, 'utf16le')];
}

function seen(secrets: readonly string[], bytes: Buffer): string[] {
  return secrets.filter((secret) => forms(secret).some((form) => bytes.includes(form)));
}

/** A row is 5 requests and 2 changes: a change every 3 seconds for an hour, seen by 3 watchers, and a request a second. */
const rowsOfAnHour = scale(600, 6_000);
const rowsInPlain = scale(50, 500);
const timeout = scaledTimeout(120_000, 900_000);

/** Pieces of a handshake, and how long each is given to be answered: libzmq takes no greeting with more behind it. */
const handshake = { pieces: 8, pauseMs: 20 };

/** Sends what a client had sent, piece by piece, on a new connection; returns what came back. */
async function replay({ toServer }: Recording, port: number): Promise<Buffer> {
  const socket = connectTcp(port, '127.0.0.1');
  const answers: Buffer[] = [];
  socket.on('data', (data) => answers.push(data));
  socket.on('error', () => undefined);
  const ended = new Promise((resolve) => socket.once('close', resolve));
  for (const bytes of toServer.slice(0, handshake.pieces)) {
    if (socket.destroyed) break;
    socket.write(bytes);
    await sleep(handshake.pauseMs);
  }
  if (!socket.destroyed) socket.write(Buffer.concat(toServer.slice(handshake.pieces)));
  const timer = setTimeout(() => socket.destroy(), 1_000);
  await ended;
  clearTimeout(timer);
  return Buffer.concat(answers);
}

async function replayAll(): Promise<Buffer> {
  const { commandsPort, feedPort } = parseAddress(server.address);
  const answers = await Promise.all([
    ...commands.recordings.map((recording) => replay(recording, commandsPort)),
    ...feed.recordings.map((recording) => replay(recording, feedPort)),
  ]);
  return Buffer.concat(answers);
}

/** Sends a request from a connection of its own; returns the code of the answer. */
async function codeOf(request: string): Promise<string> {
  const socket = new Dealer({ linger: 0, receiveTimeout: 10_000 });
  socket.connect(`tcp://127.0.0.1:${parseAddress(server.address).commandsPort}`);
  await socket.send(['', request]);
  const [, body] = await socket.receive();
  socket.close();
  return (JSON.parse(String(body)) as { readonly error?: { readonly code: string } }).error?.code ?? 'ok';
}

describe('an hour of work, encrypted', () => {
  beforeAll(() => tap('curve', rowsOfAnHour), timeout);
  afterAll(untap);

  test('P9 whoever taps the wire sees no password, token, table, column, key, cell or reason, either way', () => {
    const { mark, texts, tokens } = secrets;
    const passwords = texts.filter((text) => !text.includes(mark));
    const bytes = Buffer.concat([commands.bytes('toServer', 'toClient'), feed.bytes('toServer', 'toClient')]);
    figure(
      `${requests} requests, ${texts.length} texts and ${tokens.length} of sessions in ${bytes.length} bytes of the wire`,
    );
    expect(requests).toBeGreaterThan(rowsOfAnHour * 5);
    expect(bytes.length).toBeGreaterThan(texts.join('').length);
    expect(seen([mark, ...passwords, ...tokens], bytes)).toEqual([]);
  });

  test('P2 P9 what was recorded achieves nothing when it is sent again, though the session stands', {
    timeout,
  }, async () => {
    const { mark, texts, tokens } = secrets;
    const before = await outside.status();
    const answers = Buffer.concat([await replayAll(), await replayAll()]);
    const after = await outside.status();
    const connections = commands.recordings.length + feed.recordings.length;
    figure(`${connections} connections sent again twice: ${answers.length} bytes came back`);
    expect(after.seq).toBe(before.seq);
    // The one request is the status itself.
    expect(after.counters.requests).toBe((before.counters.requests ?? 0) + 1);
    expect(after.counters.malformed).toBe(before.counters.malformed);
    expect(after.counters.commandHandshakesFailed).toBeGreaterThan(before.counters.commandHandshakesFailed ?? 0);
    expect(seen([mark, ...texts.slice(0, 100), ...tokens], answers)).toEqual([]);
    expect((await admin.accounts.status()).user).toBe('ada');
  });
});

describe('the same on plain sockets: the tests can fail', () => {
  beforeAll(() => tap('off', rowsInPlain), timeout);
  afterAll(untap);

  test('the same look finds every text and session, and the work was of every type of request', () => {
    const { mark, texts, tokens } = secrets;
    const sent = commands.bytes('toServer');
    expect(seen(texts, sent)).toEqual(texts);
    expect(seen(tokens, commands.bytes('toClient'))).toEqual(tokens);
    expect(seen([mark], feed.bytes('toClient'))).toEqual([mark]);
    const types = new Set([...sent.toString('latin1').matchAll(/"type":"([a-z.]+)"/g)].map(([, type]) => type));
    expect(requestTypes.filter((type: RequestType) => !types.has(type))).toEqual([]);
  });

  test('P9 no token that was seen is of use to another request, though the session stands', { timeout }, async () => {
    const sent = commands.bytes('toServer').toString('latin1');
    const captured = [...sent.matchAll(/\{"v":1,"id":"([^"]+)"(?:(?!\{"v":1|"token":")[^\n])*"token":"([^"]+)"\}/g)];
    const before = await outside.status();
    const codes = new Set<string>();
    for (const [, id, token] of captured) {
      const deed = { v: 1, id, type: 'table.create', name: 'mine', columns: [], token };
      codes.add(await codeOf(JSON.stringify(deed)));
    }
    const after = await outside.status();
    figure(`${captured.length} tokens put on another request: ${[...codes].join(' ')}`);
    expect(captured.length).toBeGreaterThan(rowsInPlain * 4);
    expect(codes).toEqual(new Set(['session_expired']));
    expect(after.seq).toBe(before.seq);
    expect((await admin.accounts.status()).user).toBe('ada');
  });

  test('P2 sent again it is taken for requests, and even then nothing happens twice', { timeout }, async () => {
    const before = await outside.status();
    await replayAll();
    const after = await outside.status();
    expect(after.seq).toBe(before.seq);
    expect(after.counters.requests).toBeGreaterThan((before.counters.requests ?? 0) + rowsInPlain);
  });
});
