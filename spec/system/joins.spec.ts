import { afterAll, beforeAll, expect, test } from 'vitest';
import { connect, type Ledger } from '../../client/index.ts';
import { check, readTruth } from '../support/checker.ts';
import { History } from '../support/history.ts';
import { createLedger, type TestLedger } from '../support/ledger.ts';
import { figure, quantile, scale, scaledTimeout } from '../support/scale.ts';
import type { ServerProcess } from '../support/server.ts';
import { spawnOn } from '../support/spawned.ts';
import { Worker, Writers } from '../support/traffic.ts';
import { recordReplica, Watcher } from '../support/watchers.ts';

const joins = scale(150, 2_000);
const joiners = 8;
const writerCount = 24;

let ledger: TestLedger;
let server: ServerProcess;
let address: string;

beforeAll(async () => {
  ledger = await createLedger();
  server = await spawnOn(ledger);
  address = server.settings.address;
});
afterAll(async () => {
  await server?.stop();
  await server?.settings.remove();
  await ledger.drop();
});

/** How a watcher comes: over connections of its own, or over those of one that has long been there. */
type Coming = 'cold' | 'warm';

test(`P5 watchers that join during constant writing see exactly the log from their snapshot on (${joins} joins)`, {
  timeout: scaledTimeout(60_000, 600_000),
}, async () => {
  const history = new History();
  const marker = await Worker.open(address, history);
  await marker.createTables();
  const writers = await Writers.start({ addresses: [address], count: writerCount, history, seed: 1 });
  await writers.progress(100);

  const warm = connect(address);
  await warm.status();
  const joinMs: number[] = [];
  let started = 0;
  await Promise.all(
    Array.from({ length: joiners }, async () => {
      for (let number = started++; number < joins; number = started++) {
        joinMs.push(await joinOnce({ number, coming: number % 2 === 0 ? 'cold' : 'warm', warm, marker, history }));
      }
    }),
  );

  await writers.stop();
  const last = await marker.mark();
  history.replicas.push(await recordReplica(warm, { name: 'warm', table: 'item', seq: last }));
  await warm.close();
  await marker.ledger.close();
  const truth = await readTruth(ledger);
  const findings = check(truth, history);
  const gaps = findings.filter((finding) => finding.check === 'SUB_GAP' || finding.check === 'SUB_BEHIND').length;
  figure(
    `joins: ${history.watchers.length} warm+cold, ${gaps} gaps, ${truth.head} changes, ${history.applied} applied; ` +
      `to the snapshot p50 ${Math.round(quantile(joinMs, 0.5))} ms, p99 ${Math.round(quantile(joinMs, 0.99))} ms`,
  );
  expect(findings.slice(0, 10)).toEqual([]);
  expect(history.watchers).toHaveLength(joins);
});

/** Joins, makes a mark of its own, and leaves when it has seen it; returns how long the snapshot took. */
async function joinOnce(options: {
  readonly number: number;
  readonly coming: Coming;
  readonly warm: Ledger;
  readonly marker: Worker;
  readonly history: History;
}): Promise<number> {
  const { number, coming, warm, marker, history } = options;
  const connection = coming === 'warm' ? warm : connect(address);
  const start = performance.now();
  // Every third replays the whole ledger from a cursor instead of a snapshot of one table.
  const watching = number % 3 === 2 ? { from: await cursorNow(connection) } : { table: 'item' };
  const watcher = new Watcher(connection, history, { name: `${coming} ${number}`, ...watching });
  await watcher.began;
  const tookMs = performance.now() - start;
  watcher.record.upTo = await marker.mark();
  // Of one table the last change is that of the mark in it, which is the first of the group.
  if (watcher.record.table !== undefined) watcher.record.upTo -= 1;
  await watcher.reached(watcher.record.upTo);
  await watcher.close();
  if (coming === 'cold') await connection.close();
  return tookMs;
}

async function cursorNow(connection: Ledger): Promise<{ seq: number; epoch: string }> {
  const { seq, epoch } = await connection.status();
  return { seq, epoch };
}
