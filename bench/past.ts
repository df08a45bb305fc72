import { createHash } from 'node:crypto';
import type { Step } from '../protocol/commands.ts';
import { gatherAll, quantile } from './measure.ts';
import { openStand, type Stand } from './stand.ts';

/**
 * `npx tsx bench/past.ts [--quick]`: what it costs to look back, over the wire, in a log of a million changes of 100,000
 * rows, at points drawn at random, and in tables of which few rows were there then. Ratios count, not figures: machines are shared and noisy.
 */
const quick = process.argv.includes('--quick');
const rows = quick ? 1_000 : 100_000;
const rounds = 10;
const table = 'past';

const keyOf = (n: number): string => `k${String(n % rows).padStart(6, '0')}`;

interface Filling {
  readonly name: string;
  readonly changes: number;
  step(n: number): Step;
}

/** Makes a table and does the steps, in batches, two at a time. */
async function fill({ admin }: Stand, { name, changes, step }: Filling): Promise<void> {
  const { tables } = await admin.tables({ counts: false });
  if (!tables.some(({ definition }) => definition.name === name)) {
    const columns = [
      { name: 'id', type: 'text' as const },
      { name: 'n', type: 'integer' as const },
      { name: 'note', type: 'text' as const },
    ];
    await admin.createTable({ name, key: 'id', columns });
  }
  const size = Math.min(rows, 1_000);
  let next = 0;
  const write = async (): Promise<void> => {
    while (next < changes) {
      const from = next;
      next += size;
      await admin.batch(Array.from({ length: size }, (_, index) => step(from + index)));
    }
  };
  await Promise.all([write(), write()]);
}

function upsert(name: string, id: string, n: number): Step {
  return { type: 'row.upsert', table: name, row: { id, n, note: `some text here ${n}` } };
}

/** Keys that come in an order that is not theirs. */
const scatteredKey = (n: number): string => createHash('sha256').update(String(n)).digest('hex').slice(0, 12);

/** Seqs of what was done to tables whose rows came, or went, over all of their time. */
interface Stages {
  readonly scattered: number;
  readonly emptying: number;
}

/** Every row inserted, and then changed round after round. And two tables: rows that only come, and rows that mostly go. */
async function fillAll(stand: Stand): Promise<Stages> {
  const head = async () => (await stand.admin.status()).seq;
  await fill(stand, { name: table, changes: rows * rounds, step: (n) => upsert(table, keyOf(n), n) });
  const scattered = await head();
  const name = 'scattered';
  await fill(stand, { name, changes: rows * 3, step: (n) => upsert(name, scatteredKey(n), n) });
  const emptied = 'emptied';
  await fill(stand, { name: emptied, changes: rows, step: (n) => upsert(emptied, keyOf(n), n) });
  const emptying = await head();
  const changes = rows * 0.9;
  await fill(stand, { name: emptied, changes, step: (n) => ({ type: 'row.delete', table: emptied, key: keyOf(n) }) });
  return { scattered, emptying };
}

interface Timed {
  readonly what: string;
  readonly medianMs: number;
  readonly mostMs: number;
}

/** Runs it at points drawn at random, at which every row is there. */
async function timed(what: string, times: number, work: (seq: number) => Promise<unknown>): Promise<Timed> {
  const taken: number[] = [];
  for (let n = 0; n < times; n += 1) {
    const seq = rows + 1 + Math.floor(Math.random() * rows * (rounds - 1));
    const start = performance.now();
    await work(seq);
    taken.push(performance.now() - start);
  }
  return { what, medianMs: quantile(taken, 0.5), mostMs: Math.max(...taken) };
}

async function measure({ admin }: Stand, { scattered, emptying }: Stages): Promise<Timed[]> {
  const { seq: head } = await admin.status();
  const key = keyOf(Math.floor(rows / 2));
  const page = (asOf?: { seq: number }, of = table) => admin.list(of, { limit: 200, asOf });
  const times = new Map<number, string>();
  for await (const { entry } of admin.readLog({ limit: 1_000 })) times.set(entry.seq, entry.at);
  const whole = async (asOf?: { seq: number }): Promise<void> => {
    const all = await gatherAll(admin.rows(table, { limit: 1_000, asOf }));
    if (all.length !== rows) throw new Error(`${all.length} rows of ${rows}`);
  };
  const diffOf = (changes: number) => async (seq: number) => {
    const from = Math.min(seq, head - changes);
    await gatherAll((await admin.diff({ seq: from }, { to: { seq: from + changes } })).rows);
  };
  const [few, many] = quick ? [2, 20] : [20, 200];
  await timed('warm', few, (seq) => page({ seq }));
  return [
    await timed('first page of 200 rows, now', many, () => page()),
    await timed('first page of 200 rows, as of a seq', many, (seq) => page({ seq })),
    await timed('first page of 200 rows, as of a time', many, () =>
      admin.list(table, { limit: 200, asOf: { at: [...times.values()].at(-1) ?? '' } }),
    ),
    await timed('first page, when few of the rows were there yet', few, () =>
      page({ seq: scattered + rows / 100 }, 'scattered'),
    ),
    await timed('first page, when a tenth of them were there', few, () =>
      page({ seq: scattered + rows / 10 }, 'scattered'),
    ),
    await timed('first page, with half of the rows deleted', few, () => page({ seq: emptying + rows / 2 }, 'emptied')),
    await timed('one row, as of a seq', many, (seq) => admin.get(table, key, { asOf: { seq } })),
    await timed(`whole table in pages of 1,000, now`, 3, () => whole()),
    await timed(`whole table in pages of 1,000, as of a seq`, 3, (seq) => whole({ seq })),
    await timed('history of a row', many, () => gatherAll(admin.history(table, key))),
    await timed('history of a cell', many, () => gatherAll(admin.cellHistory(table, key, 'n'))),
    await timed('blame of a row', many, (seq) => admin.blame(table, [key], { asOf: { seq } })),
    await timed('activity of the ledger, in 200 stretches', few, () => admin.activity()),
    await timed('activity of one table, in 200 stretches', few, () => admin.activity({ table })),
    await timed('diff over 100 changes', many, diffOf(100)),
    await timed('diff over 1,000 changes', few, diffOf(Math.min(rows, 1_000))),
    await timed('diff over 10,000 changes', few, diffOf(Math.min(rows, 10_000))),
    await timed('tables as of a seq, without counts', few, (seq) => admin.tables({ asOf: { seq }, counts: false })),
    await timed('tables as of a seq, with counts', 3, (seq) => admin.tables({ asOf: { seq } })),
  ];
}

const stand = await openStand();
try {
  const stages = await fillAll(stand);
  for (const { what, medianMs, mostMs } of await measure(stand, stages)) {
    process.stdout.write(`${what.padEnd(48)}median ${medianMs.toFixed(1)} ms, at most ${mostMs.toFixed(1)} ms\n`);
  }
} finally {
  await stand.stop();
}
