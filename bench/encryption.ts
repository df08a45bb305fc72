import Table from 'cli-table3';
import { benchRow } from './handwritten.ts';
import { rateOf } from './measure.ts';
import { openStand, type Stand } from './stand.ts';
import { benchTable, catchUp, fill, manyWatchers } from './watching.ts';

/**
 * `npx tsx bench/encryption.ts [--quick]`: what CURVE costs. Two servers, one encrypted and one plain, each on a
 * PostgreSQL of its own, measured in turns in one run: what the machine does meanwhile falls on both.
 */
const quick = process.argv.includes('--quick');
const seconds = quick ? 1 : 2;
const turns = quick ? 1 : 5;
const rows = 10_000;
const kinds = ['curve', 'off'] as const;
type Kind = (typeof kinds)[number];

/** Figures of each turn; more is better in all of them. */
type Figures = Record<Kind, number[]>;

const stands = { curve: await openStand('curve'), off: await openStand('off') } satisfies Record<Kind, Stand>;
const results = new Map<string, Figures>();

/** Measures both, `turns` times, each first in every other turn. */
async function compare(name: string, measure: (stand: Stand, turn: number) => Promise<number>): Promise<void> {
  const figures: Figures = { curve: [], off: [] };
  for (let turn = 0; turn < turns; turn += 1) {
    const order = turn % 2 === 0 ? kinds : [...kinds].reverse();
    for (const kind of order) figures[kind].push(await measure(stands[kind], turn));
  }
  results.set(name, figures);
}

function mutate({ admin }: Stand, mark: number): (n: number) => Promise<unknown> {
  return (n) => admin.upsert(benchTable, { ...benchRow(n, rows), salary: `${mark * 1_000_000 + n}.00` });
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

try {
  for (const stand of Object.values(stands)) {
    await stand.admin.createTable({
      name: benchTable,
      key: 'id',
      columns: [
        { name: 'id', type: 'text' },
        { name: 'name', type: 'text', required: true },
        { name: 'job', type: 'text' },
        { name: 'salary', type: 'decimal' },
      ],
    });
    await rateOf(mutate(stand, 0), { inFlight: 64, seconds });
  }
  let mark = 0;
  for (const inFlight of [1, 64, 512]) {
    await compare(`mutations/s, ${inFlight} in flight`, async (stand) => {
      mark += 1;
      return (await rateOf(mutate(stand, mark), { inFlight, seconds })).perSecond;
    });
  }
  await compare('queries/s (row.get), 64 in flight', async ({ admin }) => {
    const { perSecond } = await rateOf((n) => admin.get(benchTable, String(benchRow(n % 1_000, rows).id)), {
      inFlight: 64,
      seconds,
    });
    return perSecond;
  });
  await compare('delivered/s, 100 watchers', async (stand) => {
    const { deliveredPerSecond } = await manyWatchers(stand, { watchers: 100, changes: quick ? 20 : 200 });
    return deliveredPerSecond;
  });
  for (const stand of Object.values(stands)) await fill(stand, quick ? 5_000 : 100_000);
  await compare('catch-up, changes/s', async (stand) => (await catchUp(stand)).perSecond);

  const table = new Table({
    head: ['', 'curve', 'plain', 'curve/plain', 'of the turns'],
    colAligns: ['left', 'right', 'right', 'right', 'left'],
  });
  for (const [name, { curve, off }] of results) {
    const ratios = curve.map((figure, turn) => figure / (off[turn] ?? Number.NaN));
    table.push([
      name,
      median(curve).toFixed(0),
      median(off).toFixed(0),
      median(ratios).toFixed(2),
      ratios.map((ratio) => ratio.toFixed(2)).join(' '),
    ]);
  }
  process.stdout.write(`${table.toString()}\n`);
} finally {
  await Promise.all(Object.values(stands).map((stand) => stand.stop()));
}
