import { afterEach, beforeEach, expect, test } from 'vitest';
import { formatAddress } from '../../client/index.ts';
import { Dice } from '../client/random.ts';
import { createLedger, type TestLedger } from '../support/ledger.ts';
import { figure, quantile, scale, scaledTimeout } from '../support/scale.ts';
import { Scene } from '../support/scene.ts';
import { type ServerProcess, spawnServer, type TestSettings, writeSettings } from '../support/server.ts';
import { TcpProxy } from '../support/tcp-proxy.ts';
import { Worker } from '../support/traffic.ts';

const seed = 20_260_303;

let ledger: TestLedger;
let settings: TestSettings;
let server: ServerProcess;
let commands: TcpProxy;
let feed: TcpProxy;
/** Through the proxies. */
let address: string;

beforeEach(async () => {
  ledger = await createLedger();
  // Plain: the proxy looks into the messages to lose some of them.
  settings = await writeSettings(ledger, { encryption: 'off' });
  server = await spawnServer(settings);
  const dice = new Dice(seed);
  commands = await TcpProxy.start(settings.commandsPort, dice);
  feed = await TcpProxy.start(settings.feedPort, dice);
  address = formatAddress({ host: '127.0.0.1', commandsPort: commands.port, feedPort: feed.port });
});
afterEach(async () => {
  await Promise.all([commands.close(), feed.close()]);
  await server?.stop();
  await settings.remove();
  await ledger.drop();
});

interface SceneOfTest {
  readonly writers: number;
  readonly watchers?: number;
}

async function startScene(
  { writers, watchers = 10 }: SceneOfTest,
  onTestFinished: (close: () => Promise<void>) => void,
): Promise<Scene> {
  const scene = await Scene.start({ ledger, addresses: [address], writers, lanes: 2, watchers, seed });
  onTestFinished(() => scene.close());
  return scene;
}

const resets = scale(60, 1_000);

test(`P2 P5 ${resets} connections are reset at a random byte: 0/0/0`, {
  timeout: scaledTimeout(60_000, 600_000),
}, async ({ onTestFinished }) => {
  const scene = await startScene({ writers: 8 }, onTestFinished);
  commands.weather = { resetWithinBytes: 20_000 };
  feed.weather = { resetWithinBytes: 60_000 };
  await Promise.all([commands.resetsReached(resets / 2), feed.resetsReached(resets / 2)]);
  commands.weather = {};
  feed.weather = {};
  const { findings, figures } = await scene.finish();
  figure(`resets: ${commands.resets} of commands, ${feed.resets} of the feed, seed ${seed}: ${figures}`);
  expect(findings.slice(0, 10)).toEqual([]);
});

const holeMs = scale(4_000, 20_000);

test(`P2 P5 P7 a black hole of ${holeMs / 1_000} s is noticed within 4 s and healed within 2 s of its end: 0/0/0`, {
  timeout: scaledTimeout(60_000, 120_000),
}, async ({ onTestFinished }) => {
  const scene = await startScene({ writers: 8 }, onTestFinished);
  const outside = await Worker.open(settings.address, scene.history);
  onTestFinished(() => outside.ledger.close());
  await Promise.all(scene.watchers.map((watcher) => watcher.stands('live')));
  commands.weather = { blackHole: true };
  feed.weather = { blackHole: true };
  const start = performance.now();
  // Writers who are cut off write nothing; somebody else goes on meanwhile.
  const writing = writeUntil(outside, start + holeMs);
  await Promise.all(scene.watchers.map((watcher) => watcher.stands('disconnected')));
  const noticedMs = performance.now() - start;
  const last = await writing;
  const end = performance.now();
  commands.weather = {};
  feed.weather = {};
  const reached = await Promise.all(scene.watchers.map((watcher) => watcher.reached(last - 1)));
  const healedMs = performance.now() - end;
  const { findings, figures } = await scene.finish();
  figure(
    `black hole of ${Math.round(end - start)} ms: noticed by all after ${Math.round(noticedMs)} ms, healed ${Math.round(healedMs)} ms after its end; ${figures}`,
  );
  expect(findings.slice(0, 10)).toEqual([]);
  expect(reached).not.toContain(false);
  expect(noticedMs).toBeLessThan(4_000);
  expect(healedMs).toBeLessThan(2_000);
});

/** Writes until the clock says so; returns the seq of the last change. */
async function writeUntil(worker: Worker, time: number): Promise<number> {
  for (let n = 0; performance.now() < time; n += 1) {
    await worker.sendOk({ type: 'row.upsert', table: 'item', row: { id: 'outside', n } });
  }
  return await worker.mark();
}

const delayed = scale(60, 2_000);

test('P2 P5 P8 a delay of 100 to 300 ms costs time and nothing else: 0/0/0', {
  timeout: scaledTimeout(60_000, 300_000),
}, async ({ onTestFinished }) => {
  const scene = await startScene({ writers: 8 }, onTestFinished);
  const before = scene.writers.latencies.length;
  commands.weather = { delayMs: [100, 300] };
  feed.weather = { delayMs: [100, 300] };
  await scene.writers.progress(delayed);
  const latencies = scene.writers.latencies.slice(before);

  const { findings, figures } = await scene.finish();
  figure(
    `delay of 200±100 ms each way: commands p50 ${quantile(latencies, 0.5).toFixed(0)} ms, p99 ${quantile(latencies, 0.99).toFixed(0)} ms; ${figures}`,
  );
  expect(findings.slice(0, 10)).toEqual([]);
});

const tails = scale(2, 20);

test(`P5 P7 ${tails} times the last events are lost and silence follows: caught up by the next head, within 3 s`, {
  timeout: scaledTimeout(60_000, 120_000),
}, async ({ onTestFinished }) => {
  const scene = await startScene({ writers: 8 }, onTestFinished);
  await scene.writers.stop();
  const quiet = await scene.marker.mark();
  await Promise.all(scene.watchers.map((watcher) => watcher.reached(quiet - 1)));
  const caughtUpMs: number[] = [];
  for (let tail = 0; tail < tails; tail += 1) {
    feed.weather = { dropTopics: 'table/' };
    const last = await scene.marker.mark();
    const start = performance.now();
    const reached = await Promise.all(scene.watchers.map((watcher) => watcher.reached(last - 1, 3_000)));
    caughtUpMs.push(performance.now() - start);
    expect(reached).not.toContain(false);
    feed.weather = {};
  }
  const { findings, figures } = await scene.finish();
  figure(
    `last events lost, then silence, ${tails} times: caught up after at most ${Math.round(Math.max(...caughtUpMs))} ms; ${figures}`,
  );
  expect(findings.slice(0, 10)).toEqual([]);
});
