import { afterEach, expect, test, vi } from 'vitest';
import { XSubscriber } from 'zeromq';
import { Topics } from '../../../server/transport/topics.ts';
import { FeedStand } from './feed-stand.ts';

const topicBytesMax = 65_536;
const subscribe = (topic: string): string => `\u0001${topic}`;

let stand: FeedStand | undefined;
const floods = new Set<XSubscriber>();
afterEach(async () => {
  for (const flood of floods) flood.close();
  floods.clear();
  await stand?.stop();
  stand = undefined;
});

test('a topic counts once, whoever subscribes to it, and stays counted when somebody unsubscribes from it', () => {
  const topics = new Topics(100);
  const [first, other] = ['table/a/', 'table/bc/'].map((topic) => Buffer.from(subscribe(topic)));
  topics.take(first as Buffer);
  const { bytes } = topics;
  expect(bytes).toBeGreaterThanOrEqual('table/a/'.length);
  topics.take(first as Buffer);
  topics.take(Buffer.from('\u0000table/a/'));
  topics.take(Buffer.from('no subscription'));
  topics.take(first as Buffer);
  expect(topics.bytes).toBe(bytes);
  topics.take(other as Buffer);
  expect(topics.bytes).toBe(2 * bytes + 1);
  expect(topics.isFull).toBe(false);
  for (let n = 0; n < 10; n += 1) topics.take(Buffer.from(subscribe(`t${n}`)));
  expect(topics.isFull).toBe(true);
});

test('P8 whoever subscribes to too many topics is sent away with them, and the others come back and read on', async () => {
  stand = await FeedStand.start({ topicBytesMax, plain: true });
  const { feed, port, warnings } = stand;
  const reader = stand.reader();
  await reader.given(10);
  // What one reader has, others may have as well.
  expect(feed.counters).toMatchObject({ flooded: 0, reopened: 0 });
  const quiet = feed.counters.topicBytes;
  const flood = new XSubscriber({ linger: 0, sendHighWaterMark: 0 });
  floods.add(flood);
  flood.connect(`tcp://127.0.0.1:${port}`);
  for (let n = 0; n < 2_000; n += 1) await flood.send(subscribe(`${n}`.padStart(100, '-')));
  await vi.waitFor(() => expect(feed.counters.flooded).toBeGreaterThan(0), { interval: 1 });
  flood.close();
  await reader.turnedAway();
  const before = reader.messages;
  await reader.given(before + 100);
  expect(feed.counters.reopened).toBeGreaterThan(0);
  expect(warnings.filter((text) => text.includes('feed_topic_bytes_max'))).toHaveLength(1);
  await vi.waitFor(() => expect(feed.counters.topicBytes).toBe(quiet));
});
