import { connect as connectTcp } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { nanoid } from 'nanoid';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { connect, formatAddress, type Ledger, parseAddress } from '../../client/index.ts';
import { createLedger, type TestLedger } from '../support/ledger.ts';
import { Recorder, type Recording } from '../support/recorder.ts';
import { figure, scale, scaledTimeout } from '../support/scale.ts';
import { administrator, startTestServer, type TestServer } from '../support/server.ts';

let ledger: TestLedger;
let server: TestServer;
let commands: Recorder;
let feed: Recorder;
/** Who looks on without being tapped. */
let outside: Ledger;

beforeEach(async () => {
  ledger = await createLedger();
});
afterEach(async () => {
  await outside.close();
  await Promise.all([commands.close(), feed.close()]);
  await server.stop();
  await ledger.drop();
});

/** Starts a server, and returns its address by way of the two recorders. */
async function startTapped(encryption: 'curve' | 'off'): Promise<string> {
  server = await startTestServer(ledger, { encryption });
  outside = connect(server.address);
  const address = parseAddress(server.address);
  commands = await Recorder.start(address.commandsPort);
  feed = await Recorder.start(address.feedPort);
  return formatAddress({ ...address, commandsPort: commands.port, feedPort: feed.port });
}

const rounds = scale(20, 2_000);

interface Secrets {
  readonly texts: readonly string[];
  /** What stands for a session. */
  readonly tokens: readonly string[];
}

/** A piece of work of all kinds. Returns what must not be seen on the wire. */
async function work(address: string): Promise<Secrets> {
  await using admin = connect(address);
  await using viewer = connect(address);
  const table = `t-${nanoid()}`;
  const column = `c-${nanoid()}`;
  const secrets = [administrator.password, table, column];
  const tokens: string[] = [];
  await admin.login(administrator.name, administrator.password);
  tokens.push(admin.token ?? '');
  const columns = ['id', column].map((name) => ({ name, type: 'text' as const }));
  await admin.createTable({ name: table, key: 'id', columns });
  const replica = viewer.replica(table);
  for (let round = 0; round < rounds; round += 1) {
    const [key, first, second, why] = [nanoid(), `first ${nanoid()}`, `second ${nanoid()}`, `why ${nanoid()}`];
    secrets.push(key, first, second, why);
    await admin.insert(table, { id: key, [column]: first }, { why });
    const { seq } = await admin.update(table, key, { [column]: second });
    await replica.reached(seq);
    await viewer.get(table, key);
    for await (const _ of viewer.history(table, key));
  }
  await viewer.list(table);
  for await (const _ of viewer.readLog());
  await replica.close();
  await admin.logout();
  return { texts: secrets, tokens };
}

/** Every form in which a text could stand in bytes without being encrypted. */
function forms(text: string): Buffer[] {
  const bytes = Buffer.from(text);
  return [bytes, Buffer.from(bytes.toString('hex')), Buffer.from(text, 'utf16le')];
}

function seen(secrets: readonly string[], bytes: Buffer): string[] {
  return secrets.filter((secret) => forms(secret).some((form) => bytes.includes(form)));
}

const timeout = scaledTimeout(60_000, 600_000);

test('P9 whoever taps the wire sees no password, token, table, column, key or cell, either way', {
  timeout,
}, async () => {
  const { texts, tokens } = await work(await startTapped('curve'));
  const secrets = [...texts, ...tokens];
  const bytes = Buffer.concat([commands.bytes('toServer', 'toClient'), feed.bytes('toServer', 'toClient')]);
  figure(
    `${secrets.length} texts looked for in ${bytes.length} bytes of the wire: ${seen(secrets, bytes).length} found`,
  );
  expect(bytes.length).toBeGreaterThan(secrets.join('').length);
  expect(seen(secrets, bytes)).toEqual([]);
});

test('the same look at plain sockets finds every one of them: the test can fail', { timeout }, async () => {
  const { texts } = await work(await startTapped('off'));
  expect(seen(texts, commands.bytes('toServer'))).toEqual(texts);
  expect(seen(texts, feed.bytes('toClient')).length).toBeGreaterThan(rounds);
});

/** Pieces of a handshake, and how long each is given to be answered: libzmq takes no greeting with more behind it. */
const handshake = { pieces: 8, pauseMs: 20 };

/** Sends what a client had sent, piece by piece, on a new connection; returns what came back. */
async function replay({ toServer }: Recording, port: number): Promise<Buffer> {
  const socket = connectTcp(port, '127.0.0.1');
  const answers: Buffer[] = [];
  socket.on('data', (data) => answers.push(data));
  socket.on('error', () => undefined);
  const ended = new Promise((resolve) => socket.once('close', resolve));
  for (const [index, bytes] of toServer.entries()) {
    if (socket.destroyed) break;
    socket.write(bytes);
    await sleep(index < handshake.pieces ? handshake.pauseMs : 1);
  }
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

test('P2 P9 what was recorded achieves nothing when it is sent again', { timeout }, async () => {
  const { texts, tokens } = await work(await startTapped('curve'));
  const secrets = [...texts, ...tokens];
  const before = await outside.status();
  const answers = Buffer.concat([await replayAll(), await replayAll()]);
  const after = await outside.status();
  figure(
    `${commands.recordings.length + feed.recordings.length} connections sent again twice: ${answers.length} bytes came back`,
  );
  expect(after.seq).toBe(before.seq);
  // The one request is the status itself.
  expect(after.counters.requests).toBe((before.counters.requests ?? 0) + 1);
  expect(after.counters.malformed).toBe(before.counters.malformed);
  expect(after.counters.commandHandshakesFailed).toBeGreaterThan(before.counters.commandHandshakesFailed ?? 0);
  expect(seen(secrets, answers)).toEqual([]);
});

test('P2 sent again to plain sockets it is taken for requests, and even then nothing happens twice', {
  timeout,
}, async () => {
  await work(await startTapped('off'));
  const before = await outside.status();
  await replayAll();
  const after = await outside.status();
  expect(after.seq).toBe(before.seq);
  expect(after.counters.requests).toBeGreaterThan((before.counters.requests ?? 0) + rounds);
});
