import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Dealer, XSubscriber } from 'zeromq';
import { connect, type Ledger, parseAddress } from '../../client/index.ts';
import { curveOptions } from '../support/curve.ts';
import { createLedger, type TestLedger } from '../support/ledger.ts';
import { figure } from '../support/scale.ts';
import { administrator, type ServerProcess, spawnServer, writeSettings } from '../support/server.ts';

const mib = 1_048_576;
const pageBytes = 2 * mib;
const unreadBytesMax = 8 * mib;
const asked = 300;

let ledger: TestLedger;
let server: ServerProcess;
let admin: Ledger;
const peers = new Set<Dealer>();

beforeEach(async () => {
  ledger = await createLedger();
  server = await spawnServer(
    await writeSettings(ledger, {
      unread_bytes_per_peer_max: String(unreadBytesMax),
      // All that a test asks waits for its turn, and is not refused for being much.
      queries_in_flight_max: '1000',
    }),
  );
  admin = connect(server.settings.address);
  await admin.login(administrator.name, administrator.password);
  const columns = ['id', 'text'].map((name) => ({ name, type: 'text' as const }));
  await admin.createTable({ name: 'item', key: 'id', columns });
  const text = 'x'.repeat(pageBytes / 500);
  const rows = Array.from({ length: 600 }, (_, n) => ({ id: `k${n}`, text }));
  await admin.batch(rows.map((row) => ({ type: 'row.insert', table: 'item', row })));
});
afterEach(async () => {
  for (const peer of peers) peer.close();
  peers.clear();
  await admin.close();
  await server.stop();
  await server.settings.remove();
  await ledger.drop();
});

/** A peer that takes one message at a time from the network, and lives on by its own heartbeats while it takes none. */
function open(): Dealer {
  const address = parseAddress(server.settings.address);
  const peer = new Dealer({
    linger: 0,
    receiveTimeout: 30_000,
    receiveHighWaterMark: 1,
    heartbeatInterval: 500,
    heartbeatTimeout: 600_000,
    ...curveOptions(address),
  });
  peer.connect(`tcp://${address.host}:${address.commandsPort}`);
  peers.add(peer);
  return peer;
}

async function ask(peer: Dealer, count: number, from = 0): Promise<void> {
  for (let n = from; n < from + count; n += 1) {
    await peer.send(['', JSON.stringify({ v: 1, id: `unread-${n}-id`, type: 'log.read', after: 1 })]);
  }
}

interface Reply {
  readonly id: string;
  readonly ok: boolean;
  readonly error?: { readonly code: string; readonly message: string };
}

async function read(peer: Dealer, count: number): Promise<Reply[]> {
  const replies: Reply[] = [];
  while (replies.length < count) {
    const [, text] = await peer.receive();
    replies.push(JSON.parse(String(text)));
  }
  return replies;
}

async function counters(): Promise<Readonly<Record<string, number>>> {
  return (await admin.status()).counters;
}

/** Requests whose answers are being made, were made, or were refused. */
function dealtWith({ queries = 0, queriesBusy = 0, requestsPeerBehind = 0 }: Readonly<Record<string, number>>): number {
  return queries + queriesBusy + requestsPeerBehind;
}

/** Waits until the server has dealt with so many requests of a peer since it counted this; our own asking is counted too. */
function dealtSince(
  before: Readonly<Record<string, number>>,
): (count: number) => Promise<Readonly<Record<string, number>>> {
  let own = 0;
  return async (count) => {
    for (;;) {
      const now = await counters();
      own += 1;
      if (dealtWith(now) - dealtWith(before) >= count + own) return now;
    }
  };
}

test(`P8 P11 ${asked} pages that are asked for and not read cost what one connection may have unread; others are served, and who reads again is answered`, {
  timeout: 120_000,
}, async () => {
  const warming = open();
  await ask(warming, 20);
  await read(warming, 20);
  const before = await counters();
  const peer = open();
  const start = performance.now();
  await ask(peer, asked);
  const dealt = dealtSince(before);
  let after = await dealt(asked);
  let sent = asked;
  // The network may have taken some of what waits meanwhile: who goes on asking fills that room too.
  for (; after.requestsPeerBehind === 0; sent += 1) {
    await ask(peer, 1, sent);
    after = await dealt(sent + 1);
  }
  const grown = (after.memoryBytes ?? 0) - (before.memoryBytes ?? 0);
  figure(
    `${asked} unread pages of 2 MiB: memory ${grown < 0 ? '' : '+'}${(grown / mib).toFixed(0)} MB, ${after.repliesUnreadBytes} bytes wait, ` +
      `${after.requestsPeerBehind} requests and ${after.queriesBusy} queries refused, ${(performance.now() - start).toFixed(0)} ms`,
  );
  const { seq } = await admin.upsert('item', { id: 'k1', text: 'written meanwhile' });
  expect(seq).toBeGreaterThan(0);
  const replies = await read(peer, sent);
  const busy = replies.filter(({ ok }) => !ok);
  expect(new Set(replies.map(({ id }) => id)).size).toBe(sent);
  expect(busy.length).toBeGreaterThan(asked / 2);
  for (const { error } of busy) {
    expect(error).toMatchObject({ code: 'busy', message: expect.stringContaining('unread_bytes_per_peer_max') });
  }
  expect(after.repliesDropped).toBe(0);
  expect(after.repliesUnreadBytes).toBeGreaterThanOrEqual(unreadBytesMax);
  // Beyond what it may have unread is what was being answered when it came to that.
  expect(after.repliesUnreadBytes).toBeLessThan(unreadBytesMax + 10 * pageBytes);
  // Without a bound it is twice 300 MiB.
  expect(grown).toBeLessThan(200 * mib);
  // It has read, and may ask again.
  await ask(peer, 1);
  expect(await read(peer, 1)).toMatchObject([{ ok: true }]);
  expect(await counters()).toMatchObject({ repliesUnreadBytes: 0 });
});

const topicsBytes = 27_000_000;
const topicBytes = 100;

test(`P8 P11 ${topicsBytes} bytes of topics that somebody subscribes to are not kept, and who watches goes on watching`, {
  timeout: 60_000,
}, async () => {
  const replica = admin.replica('item');
  await replica.reached((await admin.upsert('item', { id: 'k1', text: 'ahead of it' })).seq);
  const before = await counters();
  const address = parseAddress(server.settings.address);
  const flood = new XSubscriber({ linger: 0, sendHighWaterMark: 0, ...curveOptions(address) });
  flood.connect(`tcp://${address.host}:${address.feedPort}`);
  for (let n = 0; n < topicsBytes / topicBytes; n += 1)
    await flood.send(`\u0001${`${n}`.padEnd(topicBytes, `${n * 7919}`)}`);
  await vi.waitFor(async () => expect((await counters()).feedFlooded).toBeGreaterThan(0), { timeout: 20_000 });
  flood.close();
  const { seq } = await admin.upsert('item', { id: 'k1', text: 'behind it' });
  await replica.reached(seq);
  const after = await counters();
  const grown = (after.memoryBytes ?? 0) - (before.memoryBytes ?? 0);
  figure(
    `${topicsBytes} bytes of topics: memory +${(grown / mib).toFixed(0)} MB, ${after.feedFlooded} times all were sent away`,
  );
  expect(after.feedReopened).toBe(after.feedFlooded);
  expect(grown).toBeLessThan(400 * mib);
  await replica.close();
});
