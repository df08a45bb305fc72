import { readFileSync } from 'node:fs';
import Table from 'cli-table3';
import { benchRow } from './handwritten.ts';
import { median, rateOf } from './measure.ts';
import { openStand, type Stand } from './stand.ts';
import { benchTable, catchUp, createBenchTable, fill, manyWatchers } from './watching.ts';

/**
 * `npx tsx bench/encryption.ts [--quick]`: what CURVE costs. Two servers, one encrypted and one plain, each on a
 * PostgreSQL of its own, measured in turns in one run: what the machine does meanwhile falls on both.
 */
const quick = process.argv.includes('--quick');
const seconds = quick ? 1 : 2;
const turns = quick ? 3 : 5;
const rows = 10_000;
const kinds = ['curve', 'off'] as const;
type Kind = (typeof kinds)[number];

/** Figures of each turn; more is better in all of them. */
type Figures = Record<Kind, number[]>;

const stands = { curve: await openStand('curve'), off: await openStand('off') } satisfies Record<Kind, Stand>;
const results = new Map<string, Figures>();

/** Processor time that this process and the server have taken, in microseconds; what a busy machine disturbs least. */
function processorUs({ pid }: Stand): number {
  const { user, system } = process.cpuUsage();
  // Behind the name in brackets: fields 14 and 15 are the ticks of user and system time, of 10 ms each.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return user + system + (Number(fields[11]) + Number(fields[12])) * 10_000;
}

/** Operations a second, and how many of them a second of processor time makes, client and server together. */
async function compareRates(
  name: string,
  inFlight: number,
  operation: (stand: Stand) => (n: number) => Promise<unknown>,
) {
  const perProcessorSecond: Figures = { curve: [], off: [] };
  await compare(`${name}, ${inFlight} in flight, /s`, async (stand) => {
    const operate = operation(stand);
    let count = 0;
    const before = processorUs(stand);
    const counted = (n: number): Promise<unknown> => {
      count += 1;
      return operate(n);
    };
    const { perSecond } = await rateOf(counted, { inFlight, seconds });
    perProcessorSecond[stand === stands.curve ? 'curve' : 'off'].push((count * 1e6) / (processorUs(stand) - before));
    return perSecond;
  });
  results.set(`${name}, ${inFlight} in flight, per second of processor time`, perProcessorSecond);
}

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

try {
  for (const stand of Object.values(stands)) {
    await createBenchTable(stand);
    await rateOf(mutate(stand, 0), { inFlight: 64, seconds });
  }
  let mark = 0;
  for (const inFlight of [1, 64, 512]) {
    await compareRates('mutations', inFlight, (stand) => {
      mark += 1;
      return mutate(stand, mark);
    });
  }
  const get =
    ({ admin }: Stand) =>
    (n: number) =>
      admin.get(benchTable, String(benchRow(n % 1_000, rows).id));
  await compareRates('queries (row.get)', 64, get);
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
