import { afterEach, expect, test } from 'vitest';
import { connect, type Ledger, type WatchEvent } from '../../client/index.ts';
import { encodeWelcome, headTopic } from '../../protocol/feed.ts';
import { create } from './fake-author.ts';
import { type Draft, FakeLedger, headFrames, toMessages, toReply } from './fake-server.ts';
import { ScriptedServer } from './scripted-server.ts';
import { insert } from './stage.ts';

const ledgers: Ledger[] = [];
const servers: ScriptedServer[] = [];

afterEach(async () => {
  for (const ledger of ledgers.splice(0)) await ledger.close();
  for (const server of servers.splice(0)) await server.stop();
});

/** A fake ledger behind real sockets. */
class RealFeed {
  readonly ledger = new FakeLedger(() => 3);
  readonly server = new ScriptedServer((request) => toReply(request.id, this.ledger.answer(request)));
  readonly #previousOf = new Map<string, number>();

  async start(welcomes = true): Promise<this> {
    servers.push(this.server);
    this.ledger.commit([create('rate')]);
    await this.server.start(welcomes ? encodeWelcome(this.ledger.headMessage()) : undefined);
    return this;
  }

  /** Records; publishes unless the feed is down. */
  async write(draft: Draft, isUp = true): Promise<void> {
    const options = { previousOf: this.#previousOf, omit: () => false };
    const messages = toMessages(this.ledger.commit([draft]), this.ledger.epoch, options);
    if (isUp) for (const message of messages) await this.server.publish(message);
  }

  async beat(): Promise<void> {
    await this.server.publish({ topic: headTopic, frames: headFrames(this.ledger.headMessage()) });
  }

  open(): Ledger {
    const ledger = connect(this.server.address);
    ledgers.push(ledger);
    return ledger;
  }
}

function keysOf(event: WatchEvent): string[] {
  if (event.type === 'reset') return event.rows.map(({ key }) => key);
  return event.type === 'group' ? event.changes.map(({ entry }) => ('key' in entry ? entry.key : '')) : [];
}

test('P5 S6 a watch over real sockets: the snapshot, and then what is published', async () => {
  const feed = await new RealFeed().start();
  await feed.write(insert('a', { n: 1 }));
  const keys: string[] = [];
  for await (const event of feed.open().watch({ table: 'rate' })) {
    keys.push(...keysOf(event));
    if (event.type === 'reset') await feed.write(insert('b', { n: 2 }));
    if (event.type === 'group') break;
  }
  expect(keys).toEqual(['a', 'b']);
  expect(feed.server.subscriptions).toEqual(['table/rate/', 'head', 'welcome']);
});

test('P7 S7 a watch over real sockets: what was written while the server was away comes after it is back', async () => {
  const feed = await new RealFeed().start();
  const keys: string[] = [];
  const states: string[] = [];
  for await (const event of feed.open().watch({ table: 'rate' })) {
    keys.push(...keysOf(event));
    if (event.type !== 'state') {
      if (keys.length === 2) break;
      continue;
    }
    states.push(event.state);
    if (event.state === 'live' && !states.includes('disconnected')) await feed.server.stop();
    if (event.state === 'disconnected') {
      await feed.write(insert('a', { n: 1 }), false);
      await feed.write(insert('b', { n: 2 }), false);
      await feed.server.start(encodeWelcome(feed.ledger.headMessage()));
    }
  }
  expect(keys).toEqual(['a', 'b']);
  expect(states).toContain('disconnected');
});

test('P7 a feed without a welcome is joined with its first head', async () => {
  const feed = await new RealFeed().start(false);
  const watch = feed.open().watch({ table: 'rate' });
  await feed.server.until(() => feed.server.subscriptions.length === 3);
  await feed.beat();
  for await (const event of watch) if (event.type === 'state' && event.state === 'live') break;
  expect(watch.cursor?.seq).toBe(1);
});

test('P5 a whole-ledger watch over real sockets begins at the head, however old the welcome is', async () => {
  const feed = await new RealFeed().start();
  await feed.write(insert('old', { n: 1 }));
  const keys: string[] = [];
  for await (const event of feed.open().watch()) {
    keys.push(...keysOf(event));
    if (event.type === 'state' && event.state === 'live') await feed.write(insert('new', { n: 2 }));
    if (event.type === 'group') break;
  }
  expect(keys).toEqual(['new']);
});
