import { afterEach, beforeEach, expect, test } from 'vitest';
import { Dice } from '../client/random.ts';
import { createLedger, type TestLedger } from '../support/ledger.ts';
import { figure, quantile, scale, scaledTimeout } from '../support/scale.ts';
import { Scene } from '../support/scene.ts';
import { type ServerProcess, spawnServer, type TestSettings, writeSettings } from '../support/server.ts';

let ledger: TestLedger;
let settings: TestSettings;
let server: ServerProcess;

beforeEach(async () => {
  ledger = await createLedger();
  settings = await writeSettings(ledger);
  server = await spawnServer(settings);
});
afterEach(async () => {
  await server?.kill();
  await settings.remove();
  await ledger.drop();
});

const seed = 20_260_101;
const writers = 12;
const kills = scale(4, 30);

test(`P1 P2 P3 P5 ${kills} times kill -9 under load: nothing acknowledged is lost, nothing is done or shown twice`, {
  timeout: scaledTimeout(60_000, 600_000),
}, async ({ onTestFinished }) => {
  const dice = new Dice(seed);
  const scene = await Scene.start({ ledger, addresses: [settings.address], writers, lanes: 4, watchers: 10, seed });
  onTestFinished(() => scene.close());
  const awayMs: number[] = [];
  for (let kill = 0; kill < kills; kill += 1) {
    // Some kills come in the first group after a start, some into the middle of the load.
    await scene.writers.progress(1 + dice.below(150));
    const start = performance.now();
    await server.kill();
    server = await spawnServer(settings);
    await scene.writers.progress(1);
    awayMs.push(performance.now() - start);
  }
  await scene.writers.progress(100);
  const { findings, figures } = await scene.finish();
  figure(
    `kill -9 of the server, ${kills} times, seed ${seed}: ${figures}; back after p50 ${Math.round(quantile(awayMs, 0.5))} ms`,
  );
  expect(findings.slice(0, 10)).toEqual([]);
  expect(scene.history.count('unknown')).toBe(0);
});

const stops = scale(2, 20);
const stopMsMax = 5_000;

test(`P1 P2 P5 ${stops} times SIGTERM under load: exit code 0 within 5 s, and nothing acknowledged is lost`, {
  timeout: scaledTimeout(60_000, 600_000),
}, async ({ onTestFinished }) => {
  const dice = new Dice(seed);
  const scene = await Scene.start({ ledger, addresses: [settings.address], writers, lanes: 4, watchers: 10, seed });
  onTestFinished(() => scene.close());
  const stopMs: number[] = [];
  for (let stop = 0; stop < stops; stop += 1) {
    await scene.writers.progress(1 + dice.below(150));
    const start = performance.now();
    const code = await server.stop();
    stopMs.push(performance.now() - start);
    expect.soft(code, server.output()).toBe(0);
    server = await spawnServer(settings);
  }
  await scene.writers.progress(100);
  const { findings, figures } = await scene.finish();
  figure(`SIGTERM, ${stops} times: ${figures}; gone after at most ${Math.round(Math.max(...stopMs))} ms`);
  expect(findings.slice(0, 10)).toEqual([]);
  expect(Math.max(...stopMs)).toBeLessThan(stopMsMax);
});
