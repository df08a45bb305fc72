import { connect, type Ledger } from '../client/index.ts';
import { benchRow } from './handwritten.ts';
import { quantile } from './measure.ts';
import type { Stand } from './stand.ts';

export const benchTable = 'employees';

/** The table of {@link benchRow}'s rows. */
export async function createBenchTable(
  { admin }: Stand,
  { name = benchTable, sealed = false }: { readonly name?: string; readonly sealed?: boolean } = {},
): Promise<void> {
  await admin.createTable({
    name,
    key: 'id',
    columns: [
      { name: 'id', type: 'text' },
      { name: 'name', type: 'text', required: true },
      { name: 'job', type: 'text' },
      { name: 'salary', type: 'decimal', ...(sealed ? { sealed } : {}) },
    ],
  });
}

let salaries = 0;

/** Never the same: a row that is set to what it is makes no change that a watcher could see. */
function newSalary(): string {
  salaries += 1;
  return `${salaries}.01`;
}

/** Milliseconds from a command's acknowledgement until a watcher has the change; negative when it had it before. */
export async function ackToWatcher(
  { address, admin }: Stand,
  changes: number,
): Promise<{ medianMs: number; p99Ms: number }> {
  const viewer = connect(address);
  const watch = viewer.watch({ table: benchTable, from: await head(admin) });
  const seen = new Map<number, number>();
  const reading = (async () => {
    for await (const event of watch) {
      if (event.type !== 'group') continue;
      seen.set(event.cursor.seq, performance.now());
      if (seen.size >= changes) return;
    }
  })();
  await live(watch);
  const acked = new Map<number, number>();
  for (let n = 0; n < changes; n += 1) {
    const { seq } = await admin.upsert(benchTable, { ...benchRow(n, 1_000), salary: newSalary() });
    acked.set(seq, performance.now());
  }
  await reading;
  await viewer.close();
  const times = [...acked].map(([seq, at]) => (seen.get(seq) ?? Number.NaN) - at);
  return { medianMs: quantile(times, 0.5), p99Ms: quantile(times, 0.99) };
}

/** Changes a second at which a new watcher reads the whole log before it is live; it verifies them, or does not. */
export async function catchUp(
  { address, admin }: Stand,
  { verifies = true }: { readonly verifies?: boolean } = {},
): Promise<{ changes: number; perSecond: number }> {
  const { epoch, seq } = await admin.status();
  const viewer = connect(address, verifies ? {} : { checkpoints: false });
  await viewer.status();
  const start = performance.now();
  let changes = 0;
  for await (const event of viewer.watch({ table: benchTable, from: { seq: 0, epoch } })) {
    if (event.type !== 'group') continue;
    changes += event.changes.length;
    if (event.cursor.seq >= seq) break;
  }
  const tookMs = performance.now() - start;
  await viewer.close();
  return { changes, perSecond: (changes / tookMs) * 1000 };
}

/** So many watchers at once, each with its own connection, while changes are made one after another. */
export async function manyWatchers(
  { address, admin }: Stand,
  { watchers, changes }: { watchers: number; changes: number },
): Promise<{ medianMs: number; p99Ms: number; deliveredPerSecond: number }> {
  const from = await head(admin);
  const acked = new Map<number, number>();
  const seen: [number, number][] = [];
  const viewers = Array.from({ length: watchers }, () => connect(address));
  const opened = viewers.map((viewer) => viewer.watch({ table: benchTable, from }));
  const reading = opened.map(async (watch) => {
    let count = 0;
    for await (const event of watch) {
      if (event.type !== 'group') continue;
      seen.push([event.cursor.seq, performance.now()]);
      count += 1;
      if (count === changes) return;
    }
  });
  await Promise.all(opened.map(live));
  const start = performance.now();
  for (let n = 0; n < changes; n += 1) {
    const { seq } = await admin.upsert(benchTable, { ...benchRow(n, 1_000), salary: newSalary() });
    acked.set(seq, performance.now());
  }
  await Promise.all(reading);
  const tookMs = performance.now() - start;
  await Promise.all(viewers.map((viewer) => viewer.close()));
  const times = seen.map(([seq, at]) => at - (acked.get(seq) ?? at));
  return {
    medianMs: quantile(times, 0.5),
    p99Ms: quantile(times, 0.99),
    deliveredPerSecond: (seen.length / tookMs) * 1000,
  };
}

async function head(ledger: Ledger): Promise<{ seq: number; epoch: string }> {
  const { seq, epoch } = await ledger.status();
  return { seq, epoch };
}

/** Waits until a watch is live; its events are read by somebody else. */
async function live(watch: { readonly state: string }): Promise<void> {
  while (watch.state !== 'live') await new Promise((resolve) => setTimeout(resolve, 5));
}

/** Fills the log up to so many changes, in batches. */
export async function fill({ admin }: Stand, upTo: number): Promise<void> {
  const batchRows = 5_000;
  for (let { seq } = await admin.status(); seq < upTo; ) {
    const commands = Array.from({ length: Math.min(batchRows, upTo - seq) }, (_, index) => ({
      type: 'row.upsert' as const,
      table: benchTable,
      row: { ...benchRow(seq + index, 10_000), job: `filler ${seq}` },
    }));
    ({ seq } = await admin.batch(commands));
  }
}
