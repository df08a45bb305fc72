import { generateKeyPairSync } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test, vi } from 'vitest';
import { silentPeers } from '../../support/silent-peers.ts';
import { type ClientKeys, FeedStand, type FeedStandOptions, feedText, Members } from './feed-stand.ts';

let stand: FeedStand;

async function start(options?: FeedStandOptions): Promise<void> {
  stand = await FeedStand.start(options);
}
afterEach(() => stand.stop());

function makeKeys(): ClientKeys {
  const { x: publicKey = '', d: secretKey = '' } = generateKeyPairSync('x25519').privateKey.export({ format: 'jwk' });
  return { publicKey, secretKey };
}

/** How long somebody who must get nothing is given to get something; others get hundreds of messages meanwhile. */
const graceMs = 1_500;
/** Within this the feed is closed to whoever has lost the right to it. */
const closedWithinMs = 5_000;

test('P9 a reader whose key was registered gets the feed, one with an unknown key 0 bytes of it', async () => {
  const members = new Members();
  await start({ admission: members });
  const [known, unknown] = [makeKeys(), makeKeys()];
  members.keys.add(known.publicKey);
  const [good, bad] = [stand.reader(known), stand.reader(unknown)];
  await Promise.all([good.given(100), bad.turnedAway()]);
  await sleep(graceMs);
  expect(bad.messages).toBe(0);
  expect(good.messages).toBeGreaterThan(100);
});

const signature = Buffer.from([0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0x7f]);
const subscribe = Buffer.from([0, 1, 1]);
const ready = Buffer.from('\u0004\u0019\u0005READY\u000bSocket-Type\u0000\u0000\u0000\u0003SUB', 'latin1');
const hello = Buffer.from('\u0004\u0008\u0005HELLO\u0000\u0000', 'latin1');

/** Of ZMTP 3.0. */
function greeting(mechanism: string): Buffer {
  const bytes = Buffer.alloc(64);
  signature.copy(bytes);
  bytes[10] = 3;
  bytes.write(mechanism, 12);
  return bytes;
}

test('P9 without a key, by any mechanism: 0 bytes of feed', async () => {
  const tries: Record<string, Buffer[]> = {
    'ZMTP 1.0': [Buffer.from([1, 0]), Buffer.from([2, 0, 1])],
    'ZMTP 2.0': [signature, Buffer.from([1, 2]), Buffer.from([0, 0]), subscribe],
    NULL: [greeting('NULL'), ready, subscribe],
    PLAIN: [greeting('PLAIN'), hello, ready, subscribe],
    'CURVE without a handshake': [greeting('CURVE'), ready, subscribe],
    'no mechanism': [greeting(''), ready, subscribe],
  };
  const ask = (): Promise<[string, Buffer][]> =>
    Promise.all(Object.entries(tries).map(async ([name, pieces]) => [name, await stand.raw(pieces, graceMs)]));
  const given = (answers: readonly [string, Buffer][]): string[] =>
    answers.filter(([, answer]) => answer.includes(feedText)).map(([name]) => name);

  await start({ plain: true });
  // A plain socket gives its feed to whoever sends a few bytes: the tries are such as would succeed there.
  expect(given(await ask())).toEqual(['ZMTP 1.0', 'ZMTP 2.0', 'NULL']);
  await stand.stop();

  await start();
  const good = stand.reader(makeKeys());
  const plain = stand.reader();
  const answers = await ask();
  await good.given(100);
  // A greeting has 64 bytes: nothing comes behind it.
  for (const [, answer] of answers) expect(answer.length).toBeLessThanOrEqual(64);
  expect(plain.messages).toBe(0);
});

test('P9 P11 with nobody to judge, or when the judge is gone: 0 bytes of feed', async () => {
  await start({ gateRuns: false });
  const early = stand.reader(makeKeys());
  await early.turnedAway();
  expect(early.messages).toBe(0);
  await stand.stop();

  await start();
  const first = stand.reader(makeKeys());
  await first.given(100);
  await stand.gate.stop();
  const late = stand.reader(makeKeys());
  const before = first.messages;
  await Promise.all([late.turnedAway(), first.given(before + 100)]);
  expect(late.messages).toBe(0);
});

test('P9 P11 a judge that fails admits nobody, and whoever waited comes in when it works again', async () => {
  const members = new Members();
  await start({ admission: members });
  const keys = makeKeys();
  members.keys.add(keys.publicKey);
  members.broken = true;
  const reader = stand.reader(keys);
  await reader.turnedAway(3);
  expect(reader.messages).toBe(0);
  members.broken = false;
  await reader.given(10);
});

test('P9 who may read no more is cut off at once when that is told, and others go on', async () => {
  const members = new Members();
  await start({ admission: members });
  const [stays, goes] = [makeKeys(), makeKeys()];
  members.keys.add(stays.publicKey).add(goes.publicKey);
  const [staying, going] = [stand.reader(stays), stand.reader(goes)];
  await Promise.all([staying.given(10), going.given(10)]);
  members.keys.delete(goes.publicKey);
  await stand.feed.look();
  await going.turnedAway();
  const [had, before] = [going.messages, staying.messages];
  await staying.given(before + 200);
  await sleep(graceMs);
  expect(going.messages).toBe(had);
  expect(stand.feed.counters.reopened).toBe(1);
});

test('P9 who may read no more is cut off within 5 s when nobody tells', async () => {
  const members = new Members();
  await start({ admission: members });
  const keys = makeKeys();
  members.keys.add(keys.publicKey);
  const reader = stand.reader(keys);
  await reader.given(10);
  members.keys.clear();
  const began = performance.now();
  await reader.turnedAway();
  expect(performance.now() - began).toBeLessThan(5_000);
}, 10_000);

test.each(['broken', 'hangs'] as const)(
  'P9 P11 when nobody can say any more who may read (%s), all are cut off within 6 s, and come back afterwards',
  async (fault) => {
    const members = new Members();
    await start({ admission: members });
    const keys = makeKeys();
    members.keys.add(keys.publicKey);
    const reader = stand.reader(keys);
    await reader.given(10);
    members[fault] = true;
    const began = performance.now();
    await reader.turnedAway();
    expect(performance.now() - began).toBeLessThan(6_000);
    members[fault] = false;
    await reader.given(reader.messages + 10);
  },
  15_000,
);

test('P8 P9 many who lose their right one after another interrupt the others once in 3 s, and read on no longer than 5 s', async () => {
  const members = new Members();
  await start({ admission: members });
  const keys = Array.from({ length: 12 }, makeKeys);
  for (const { publicKey } of keys) members.keys.add(publicKey);
  const [staying, ...leaving] = keys.map((one) => stand.reader(one));
  await Promise.all([staying, ...leaving].map((reader) => reader?.given(5)));
  const began = performance.now();
  for (const { publicKey } of keys.slice(1)) {
    members.keys.delete(publicKey);
    await stand.feed.look();
    await staying?.given(staying.messages + 20);
  }
  await sleep(closedWithinMs);
  const read = leaving.map(({ messages }) => messages);
  await sleep(graceMs);
  await staying?.given(staying.messages + 20);
  expect(leaving.map(({ messages }) => messages)).toEqual(read);
  const { reopened } = stand.feed.counters;
  expect(reopened).toBeGreaterThan(1);
  expect(reopened).toBeLessThanOrEqual(1 + (performance.now() - began) / 3_000);
}, 30_000);

test('P8 P9 strangers who never finish their handshake keep no reader out', async () => {
  await start({ connectionsMax: 3 });
  await using _ = silentPeers(stand.port, 30);
  await vi.waitFor(() => expect(stand.feed.connections.halfOpen).toBeGreaterThanOrEqual(30));
  const readers = [1, 2, 3].map(() => stand.reader(makeKeys()));
  await Promise.all(readers.map((reader) => reader.given(5)));
  expect(stand.feed.connections.refused).toBe(0);
});

test('P8 one connection too many is closed, and comes in when another has gone', async () => {
  await start({ connectionsMax: 3 });
  const readers = [1, 2, 3].map(() => stand.reader(makeKeys()));
  await Promise.all(readers.map((reader) => reader.given(5)));
  const fourth = stand.reader(makeKeys());
  await fourth.turnedAway(2);
  expect(fourth.messages).toBe(0);
  expect(stand.feed.connections.refused).toBeGreaterThan(0);
  readers[0]?.close();
  await fourth.given(5);
  await vi.waitFor(() => expect(stand.feed.connections.connections).toBe(3));
});
