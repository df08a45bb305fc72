import { gatherAll, quantile } from './measure.ts';
import { openStand, type Stand } from './stand.ts';

/**
 * `npx tsx bench/past.ts [--quick]`: what it costs to look back, over the wire, in a log of a million changes of 100,000
 * rows, at points drawn at random. Ratios count, not figures: machines are shared and noisy.
 */
const quick = process.argv.includes('--quick');
const rows = quick ? 1_000 : 100_000;
const rounds = 10;
const table = 'past';

const keyOf = (n: number): string => `k${String(n % rows).padStart(6, '0')}`;

/** Every row inserted, and then changed round after round. */
async function fill({ admin }: Stand): Promise<void> {
  await admin.createTable({
    name: table,
    key: 'id',
    columns: [
      { name: 'id', type: 'text' },
      { name: 'n', type: 'integer' },
      { name: 'note', type: 'text' },
    ],
  });
  const size = Math.min(rows, 1_000);
  const batches = (rows / size) * rounds;
  let next = 0;
  const write = async (): Promise<void> => {
    while (next < batches) {
      const from = next * size;
      next += 1;
      const one = (n: number) => ({ id: keyOf(n), n, note: `some text here ${n}` });
      const commands = Array.from({ length: size }, (_, index) => ({
        type: 'row.upsert' as const,
        table,
        row: one(from + index),
      }));
      await admin.batch(commands);
    }
  };
  await Promise.all([write(), write()]);
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

async function measure({ admin }: Stand): Promise<Timed[]> {
  const { seq: head } = await admin.status();
  const key = keyOf(Math.floor(rows / 2));
  const page = (asOf?: { seq: number }) => admin.list(table, { limit: 200, asOf });
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
  await fill(stand);
  for (const { what, medianMs, mostMs } of await measure(stand)) {
    process.stdout.write(`${what.padEnd(48)}median ${medianMs.toFixed(1)} ms, at most ${mostMs.toFixed(1)} ms\n`);
  }
} finally {
  await stand.stop();
}
