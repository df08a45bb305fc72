import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Dealer } from 'zeromq';
import { joinBundle, splitBundle } from '../../../protocol/bundle.ts';
import { curveKeys } from '../../../server/keys/curve-key.ts';
import { CommandSocket } from '../../../server/transport/command-socket.ts';
import { Gate } from '../../../server/transport/gate.ts';
import { curveOptions } from '../../support/curve.ts';
import { freePorts } from '../../support/free-ports.ts';
import { silentPeers } from '../../support/silent-peers.ts';

const requestsPerPeerMax = 3;
const connectionsMax = 4;
const unreadBytesMax = 1_048_576;

/** A tenth of what one connection may have unread. */
const page = 'p'.repeat(unreadBytesMax / 10);

let folder: string;
let gate: Gate;
let socket: CommandSocket;
let port: number;
let key: string;
/** Requests that wait to be answered, with the peer they came from. */
let waiting: { readonly peer: string; readonly answer: () => void }[];
let warnings: string[];
const clients = new Set<Dealer>();

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rc-commands-'));
  const keys = await curveKeys(folder);
  key = keys.publicKey;
  [port = 0] = await freePorts(1);
  waiting = [];
  warnings = [];
  gate = new Gate(keys, (error) => warnings.push(String(error)));
  socket = new CommandSocket({
    address: `tcp://127.0.0.1:${port}`,
    gate,
    requestBytesMax: 1_000,
    connectionsMax,
    handshakeMs: 1_000,
    requestsPerPeerMax,
    unreadBytesPerPeerMax: unreadBytesMax,
    repliesInWorkBytesMax: unreadBytesMax,
    handler: {
      handle: (request, peer) =>
        new Promise((resolve) => {
          const text = Buffer.from(request).toString().trimEnd();
          const entries = text.startsWith('read') ? ['entries'] : text.startsWith('page') ? [page] : [];
          waiting.push({ peer, answer: () => resolve([`answered ${text}`, ...entries]) });
        }),
      refuse: (request, tooMany) => [
        `refused ${Buffer.from(request).toString().trimEnd()}${tooMany === 'replies' ? ' unread' : ''}`,
      ],
    },
    warn: (message) => warnings.push(message),
  });
  await gate.run();
  await socket.run();
});
afterEach(async () => {
  for (const client of clients) client.close();
  clients.clear();
  answerAll();
  await socket.stop();
  await gate.stop();
  await rm(folder, { recursive: true, force: true });
});

function answerAll(): void {
  for (const { answer } of waiting.splice(0)) answer();
}

function open(
  options: { receiveHighWaterMark?: number; heartbeatInterval?: number; heartbeatTimeout?: number } = {},
): Dealer {
  const address = { host: '127.0.0.1', commandsPort: port, feedPort: port, key };
  const common = { linger: 0, receiveTimeout: 10_000, reconnectInterval: 50 } as const;
  const client = new Dealer({ ...common, ...options, ...curveOptions(address) });
  client.connect(`tcp://127.0.0.1:${port}`);
  clients.add(client);
  return client;
}

async function receive(client: Dealer): Promise<string> {
  return String((await client.receive()).at(-1));
}

test('P8 a connection with too much in work is answered "busy" for the rest, and others are served', async () => {
  const [greedy, modest] = [open(), open()];
  for (let request = 1; request <= requestsPerPeerMax + 2; request += 1) await greedy.send(['', `r${request}`]);
  expect([await receive(greedy), await receive(greedy)]).toEqual(['refused r4', 'refused r5']);
  await modest.send(['', 'm1']);
  await vi.waitFor(() => expect(waiting).toHaveLength(requestsPerPeerMax + 1));
  expect(new Set(waiting.map(({ peer }) => peer)).size).toBe(2);
  answerAll();
  expect(await receive(modest)).toBe('answered m1');
  expect([await receive(greedy), await receive(greedy), await receive(greedy)].sort()).toEqual(
    ['r1', 'r2', 'r3'].map((request) => `answered ${request}`),
  );
  // What was answered makes room.
  await greedy.send(['', 'r6']);
  await vi.waitFor(() => expect(waiting).toHaveLength(1));
  answerAll();
  expect(await receive(greedy)).toBe('answered r6');
  expect(socket.counters).toMatchObject({ requests: 7, peerBusy: 2 });
});

test('P8 a message of many parts, of none, or too large is not answered, and its sender alone is hurt', async () => {
  const [odd, good] = [open(), open()];
  await odd.send(Array<string>(20).fill('x'));
  await odd.send(Array<string>(50_000).fill(''));
  await vi.waitFor(() => expect(socket.counters.malformed).toBe(2));
  await odd.send(['', Buffer.alloc(5_000)]);
  await good.send(['', 'g']);
  await vi.waitFor(() => expect(waiting).toHaveLength(1));
  answerAll();
  expect(await receive(good)).toBe('answered g');
  expect(socket.counters.requests).toBe(1);
});

/** A client that takes one message at a time from the network, and stays by heartbeats of its own. */
function openUnreading(): Dealer {
  return open({ receiveHighWaterMark: 1, heartbeatInterval: 500, heartbeatTimeout: 60_000 });
}

describe('a connection that does not read', () => {
  /** Asks for pages that are answered, until one is refused. @returns how many were answered */
  async function fallBehind(client: Dealer): Promise<number> {
    for (let asked = 0; ; asked += 1) {
      await client.send(['', `page ${asked}`]);
      await vi.waitFor(() => expect(waiting.length + socket.counters.peerBehind).toBe(1), { interval: 1 });
      if (socket.counters.peerBehind > 0) return asked;
      answerAll();
    }
  }

  test('P8 has no more bytes waiting than it may, is answered "busy" beyond, and gets every reply, in order, when it reads', async () => {
    const [deaf, modest] = [openUnreading(), open()];
    const asked = await fallBehind(deaf);
    expect(socket.unreadBytes).toBeGreaterThanOrEqual(unreadBytesMax);
    expect(socket.unreadBytes).toBeLessThan(unreadBytesMax + 2 * page.length);
    await modest.send(['', 'other']);
    await vi.waitFor(() => expect(waiting).toHaveLength(1));
    answerAll();
    expect(await receive(modest)).toBe('answered other');
    for (let n = 0; n < asked; n += 1) {
      const [, text, entries] = await deaf.receive();
      expect([String(text), entries?.length]).toEqual([`answered page ${n}`, page.length]);
    }
    expect(await receive(deaf)).toBe(`refused page ${asked} unread`);
    expect(socket.repliesDropped).toBe(0);
    await vi.waitFor(() => expect(socket.unreadBytes).toBe(0));
    await deaf.send(['', 'again']);
    await vi.waitFor(() => expect(waiting).toHaveLength(1));
    answerAll();
    expect(await receive(deaf)).toBe('answered again');
  });

  test('P8 is forgotten with all that waits for it when it goes', async () => {
    const deaf = openUnreading();
    await fallBehind(deaf);
    clients.delete(deaf);
    deaf.close();
    await vi.waitFor(() => expect(socket.unreadBytes).toBe(0), { timeout: 5_000 });
    expect(socket.repliesDropped).toBeGreaterThan(unreadBytesMax / page.length);
  });

  test('P8 does not keep the socket from being closed', async () => {
    await fallBehind(openUnreading());
    await socket.stop();
    expect(socket.unreadBytes).toBe(0);
  });
});

describe('a bundle of requests', () => {
  /** The replies of the next message. */
  async function replies(client: Dealer): Promise<string[] | undefined> {
    return splitBundle((await client.receive()).at(-1) as Buffer)?.map((reply) =>
      Buffer.from(reply).toString().trimEnd(),
    );
  }

  test('is as many requests, and those answered in one turn are answered in one message', async () => {
    const client = open();
    await client.send(['', joinBundle(['a', 'b'])]);
    await client.send(['', joinBundle(['c', 'd'])]);
    await vi.waitFor(() => expect(waiting.length + socket.counters.peerBusy).toBe(4));
    // What is refused at once does not wait for the others.
    expect(await receive(client)).toBe('refused d');
    answerAll();
    expect(await replies(client)).toEqual(['answered a', 'answered b', 'answered c']);
    expect(socket.counters).toMatchObject({ requests: 4, peerBusy: 1 });
  });

  test('has replies apart where they are made apart, and those of two frames in messages of their own', async () => {
    const client = open();
    await client.send(['', joinBundle(['a', 'read', 'b'])]);
    await vi.waitFor(() => expect(waiting).toHaveLength(3));
    const [a, read, b] = waiting.splice(0);
    b?.answer();
    expect(await receive(client)).toBe('answered b');
    read?.answer();
    expect((await client.receive()).map(String)).toEqual(['', 'answered read', 'entries']);
    a?.answer();
    expect(await receive(client)).toBe('answered a');
  });

  test('is answered over the envelope that it came in, each sender by itself', async () => {
    const [one, other] = [open(), open()];
    await one.send(['x', '', joinBundle(['a', 'b'])]);
    await other.send(['', joinBundle(['c'])]);
    await vi.waitFor(() => expect(waiting).toHaveLength(3));
    answerAll();
    expect((await one.receive()).map(String)).toEqual(['x', '', joinBundle(['answered a', 'answered b'])]);
    expect(await receive(other)).toBe('answered c');
  });

  test('is answered before the socket is closed', async () => {
    const client = open();
    await client.send(['', joinBundle(['a', 'b'])]);
    await vi.waitFor(() => expect(waiting).toHaveLength(2));
    const stopped = socket.stop();
    answerAll();
    await stopped;
    expect(await replies(client)).toEqual(['answered a', 'answered b']);
  });
});

test('P8 connections beyond the limit are closed, counted and warned of, and those within it work', async () => {
  const inside = Array.from({ length: connectionsMax }, () => open());
  await Promise.all(inside.map((client, index) => client.send(['', `i${index}`])));
  await vi.waitFor(() => expect(waiting).toHaveLength(connectionsMax));
  const late = open();
  await late.send(['', 'late']);
  await vi.waitFor(() => expect(socket.connections.refused).toBeGreaterThan(0));
  expect(waiting).toHaveLength(connectionsMax);
  expect(warnings.filter((text) => text.includes('connections_max'))).toHaveLength(1);
  // One goes, and the one that waited comes in by itself.
  clients.delete(inside[0] as Dealer);
  inside[0]?.close();
  await vi.waitFor(() => expect(waiting).toHaveLength(connectionsMax + 1), { timeout: 5_000 });
});

test('P8 P9 strangers who never finish their handshake keep nobody out, however many they are', async () => {
  await using _ = silentPeers(port, 10 * connectionsMax);
  await vi.waitFor(() => expect(socket.connections.halfOpen).toBeGreaterThanOrEqual(10 * connectionsMax));
  // As many as may be at all, while the strangers are renewed as fast as they are sent away.
  for (let round = 0; round < 3; round += 1) {
    const inside = Array.from({ length: connectionsMax }, () => open());
    await Promise.all(inside.map((client, index) => client.send(['', `i${index}`])));
    await vi.waitFor(() => expect(waiting).toHaveLength(connectionsMax));
    expect(socket.connections).toMatchObject({ refused: 0 });
    answerAll();
    for (const client of inside) {
      clients.delete(client);
      client.close();
    }
    await vi.waitFor(() => expect(socket.connections.connections).toBeLessThanOrEqual(socket.connections.halfOpen));
  }
});

test('P8 P9 plain sockets are not spoken to, and that is counted', async () => {
  const plain = new Dealer({ linger: 0, receiveTimeout: 500 });
  clients.add(plain);
  plain.connect(`tcp://127.0.0.1:${port}`);
  await plain.send(['', 'anything']);
  await vi.waitFor(() => expect(socket.connections.handshakesFailed).toBeGreaterThan(0));
  await expect(plain.receive()).rejects.toThrow();
  expect(socket.counters.requests).toBe(0);
  expect(warnings.filter((text) => text.includes('handshake'))).toHaveLength(1);
});
