import { afterAll, beforeAll, expect, test } from 'vitest';
import { connect } from '../../client/index.ts';
import { check, readTruth } from '../support/checker.ts';
import { History } from '../support/history.ts';
import { createLedger, type TestLedger } from '../support/ledger.ts';
import { figure, quantile, scale, scaledTimeout } from '../support/scale.ts';
import { type ServerProcess, spawnServer, type TestSettings, writeSettings } from '../support/server.ts';
import { Worker } from '../support/traffic.ts';
import { WatcherProcess } from '../support/watcher-process.ts';
import { Watcher } from '../support/watchers.ts';

let ledger: TestLedger;
let settings: TestSettings;
let server: ServerProcess;

beforeAll(async () => {
  ledger = await createLedger();
  settings = await writeSettings(ledger);
  server = await spawnServer(settings);
});
afterAll(async () => {
  await server?.stop();
  await settings.remove();
  await ledger.drop();
});

const table = 'item';
const changes = scale(10_000, 100_000);
const changesOfBatch = 200;
const lanes = 4;
/**
 * A server that kept everything for the stopped watcher would be found out by the long version, whose 150 MB are far
 * beyond the limit. The short one stays below it, as a server holds what comes until heartbeats tell it that the
 * watcher is gone, for some 4 s: on a fast machine that alone may be most of so short a load.
 */
const noteCharacters = scale(2_000, 1_500);
const growthBytesMax = 50_000_000;
const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

test(`P5 P7 P8 a watcher that is stopped while ${changes} changes are written costs the server and the others nothing, and heals`, {
  timeout: scaledTimeout(90_000, 600_000),
}, async ({ onTestFinished }) => {
  const history = new History();
  const writer = await Worker.open(settings.address, history);
  await writer.createTables();
  const viewer = connect(settings.address);
  onTestFinished(async () => {
    await Promise.all([viewer.close(), writer.ledger.close()]);
  });
  const healthy = new Watcher(viewer, history, { name: 'healthy', table });
  const slow = await WatcherProcess.start(settings.address, table);
  onTestFinished(() => slow.end());
  await healthy.began;

  const load = new Load(writer);
  // The first megabytes of a process are its own, and so are the rows that it keeps of what was written last.
  await load.write(10_000);
  // The same load while everybody reads, to compare with.
  const before = await load.write(changes);
  const writtenFrom = performance.now();
  slow.stop();
  const during = await load.write(changes);
  const rate = changes / ((performance.now() - writtenFrom) / 1_000);

  const continued = performance.now();
  slow.continue();
  const last = await writer.mark();
  const record = await slow.report(last - 1);
  const healMs = performance.now() - continued;
  history.watchers.push(record);
  await healthy.reached(last - 1);
  healthy.record.upTo = last - 1;
  await healthy.close();

  const findings = check(await readTruth(ledger), history);
  const growth = during.memoryPeak - before.memoryPeak;
  const [p50Before, p50] = [quantile(before.latencies, 0.5), quantile(during.latencies, 0.5)];
  figure(
    `stopped watcher: ${changes} changes (${megabytes(changes * noteCharacters)}, ${rate.toFixed(0)}/s), memory peak ${megabytes(before.memoryPeak)} -> ` +
      `${megabytes(during.memoryPeak)} (${megabytes(growth)}); a batch of ${changesOfBatch} took p50 ${p50Before.toFixed(0)} -> ` +
      `${p50.toFixed(0)} ms, p99 ${quantile(before.latencies, 0.99).toFixed(0)} -> ${quantile(during.latencies, 0.99).toFixed(0)} ms; ` +
      `whole again ${Math.round(healMs)} ms after SIGCONT; ${findings.length} findings`,
  );
  expect(findings.slice(0, 10)).toEqual([]);
  expect(growth).toBeLessThan(growthBytesMax);
  // Generous, as the machine is shared: a writer that waited for the stopped watcher would never come back.
  expect(p50).toBeLessThan(p50Before * 3 + 50);
});

interface Written {
  /** Milliseconds that each batch took. */
  readonly latencies: readonly number[];
  /** The server's resident memory at its highest, in bytes. */
  readonly memoryPeak: number;
}

/** Writes rows in batches, several at a time, and looks at the server's memory meanwhile. */
class Load {
  readonly #writer: Worker;
  readonly #note = 'x'.repeat(noteCharacters);
  #row = 0;

  constructor(writer: Worker) {
    this.#writer = writer;
  }

  async write(count: number): Promise<Written> {
    const latencies: number[] = [];
    let memoryPeak = 0;
    let left = count / changesOfBatch;
    const lane = async (): Promise<void> => {
      while (left > 0) {
        left -= 1;
        const start = performance.now();
        await this.#writer.sendOk({ type: 'batch', commands: this.#batch() });
        latencies.push(performance.now() - start);
        const { counters } = await this.#writer.ledger.status();
        memoryPeak = Math.max(memoryPeak, counters.memoryBytes ?? 0);
      }
    };
    await Promise.all(Array.from({ length: lanes }, lane));
    return { latencies, memoryPeak };
  }

  #batch() {
    return Array.from({ length: changesOfBatch }, () => {
      this.#row += 1;
      return { type: 'row.insert' as const, table, row: { id: `row ${this.#row}`, n: this.#row, note: this.#note } };
    });
  }
}
