import { mkdir, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import Table from 'cli-table3';
import { benchRow, type Handwritten, openHandwritten, type Style } from './handwritten.ts';
import { type Rate, rateOf } from './measure.ts';
import { consistencyProofs, verifyRate } from './proving.ts';
import { openStand, type Stand } from './stand.ts';
import { ackToWatcher, benchTable, catchUp, createBenchTable, fill, manyWatchers } from './watching.ts';

/**
 * `npm run bench [-- --quick] [-- --million] [-- --sealed]`: one run, one machine, one PostgreSQL; the two programs in turn.
 * Ratios count, not figures: machines are shared and noisy.
 */
const quick = process.argv.includes('--quick');
const million = process.argv.includes('--million');
/** Rowcast's table seals its salaries; nothing by hand does. */
const sealed = process.argv.includes('--sealed');

const seconds = quick ? 1 : 5;
/** Rows that mutations go round over. */
const rows = 10_000;

interface Mutations {
  readonly inFlight: number;
  readonly rowcast: Rate;
  /** As people write it, and tuned. */
  readonly plain: Rate;
  readonly tuned: Rate;
}

type Rivals = Readonly<Record<Style, Handwritten>>;

interface Results {
  readonly changes: number;
  readonly mutations: readonly Mutations[];
  readonly ackToWatcher: Awaited<ReturnType<typeof ackToWatcher>>;
  readonly catchUp: Awaited<ReturnType<typeof catchUp>>;
  readonly catchUpUnverified: Awaited<ReturnType<typeof catchUp>>;
  readonly verify: Awaited<ReturnType<typeof verifyRate>>;
  readonly proofs: Awaited<ReturnType<typeof consistencyProofs>>;
  readonly hundredWatchers: Awaited<ReturnType<typeof manyWatchers>>;
  readonly serverMemoryMb: number;
}

async function mutations(stand: Stand, rivals: Rivals): Promise<Mutations[]> {
  const results: Mutations[] = [];
  let round = 0;
  for (const inFlight of [1, 64, 512]) {
    round += 1;
    const rowcast = (n: number): Promise<unknown> =>
      stand.admin.upsert(benchTable, { ...benchRow(n, rows), salary: `${round * 1_000_000 + n}.00` });
    const contestants = { rowcast, plain: rivals.plain.mutate, tuned: rivals.tuned.mutate };
    const rates: Record<keyof typeof contestants, Rate[]> = { rowcast: [], plain: [], tuned: [] };
    // In turns, twice: what the machine does meanwhile falls on all of them.
    for (let turn = 0; turn < 2; turn += 1) {
      for (const name of ['rowcast', 'plain', 'tuned'] as const) {
        rates[name].push(await rateOf(contestants[name], { inFlight, seconds: seconds / 2 }));
      }
    }
    results.push({ inFlight, rowcast: mean(rates.rowcast), plain: mean(rates.plain), tuned: mean(rates.tuned) });
  }
  return results;
}

function warmUp(stand: Stand): (n: number) => Promise<unknown> {
  return (n) => stand.admin.upsert(benchTable, { ...benchRow(n, rows), job: 'warming up' });
}

function mean(rates: readonly Rate[]): Rate {
  const of = (pick: (rate: Rate) => number): number => rates.reduce((sum, rate) => sum + pick(rate), 0) / rates.length;
  return {
    perSecond: of((rate) => rate.perSecond),
    medianMs: of((rate) => rate.medianMs),
    p99Ms: of((rate) => rate.p99Ms),
  };
}

async function measure(stand: Stand, rivals: Rivals): Promise<Results> {
  const measured = await mutations(stand, rivals);
  const acked = await ackToWatcher(stand, quick ? 200 : 2_000);
  await fill(stand, quick ? 20_000 : 200_000);
  // Once for nothing: what is cold counts for nobody.
  await catchUp(stand);
  const catchUpUnverified = await catchUp(stand, { verifies: false });
  const caughtUp = await catchUp(stand);
  const verify = await verifyRate(stand);
  const proofs = await consistencyProofs(stand, quick ? 50 : 1_000);
  const hundred = await manyWatchers(stand, { watchers: 100, changes: quick ? 50 : 300 });
  const { counters, seq } = await stand.admin.status();
  const serverMemoryMb = (counters.memoryBytes ?? 0) / 1_048_576;
  return {
    changes: seq,
    mutations: measured,
    ackToWatcher: acked,
    catchUp: caughtUp,
    catchUpUnverified,
    verify,
    proofs,
    hundredWatchers: hundred,
    serverMemoryMb,
  };
}

function print(title: string, results: Results): void {
  const number = (value: number, digits = 0): string =>
    value.toLocaleString('en-US', { maximumFractionDigits: digits, minimumFractionDigits: digits });
  const table = new Table({
    head: ['in flight', '', 'mutations/s', 'Rowcast is', 'median ms', 'p99 ms'],
    colAligns: ['right', 'left', 'right', 'right', 'right', 'right'],
  });
  for (const { inFlight, ...rates } of results.mutations) {
    for (const [name, rate] of Object.entries(rates)) {
      const ratio = name === 'rowcast' ? '' : `${number(rates.rowcast.perSecond / rate.perSecond, 2)} x`;
      const shown = name === 'rowcast' ? 'Rowcast' : `by hand, ${name}`;
      table.push([inFlight, shown, number(rate.perSecond), ratio, number(rate.medianMs, 2), number(rate.p99Ms, 2)]);
    }
  }
  process.stdout.write(`\n${title}: mutations, one row each\n${table.toString()}\n`);
  const { ackToWatcher: acked, catchUp: caught, catchUpUnverified: unverified, verify } = results;
  const { proofs, hundredWatchers: hundred } = results;
  const lines = [
    ['acknowledgement to watcher, median', `${number(acked.medianMs, 2)} ms (p99 ${number(acked.p99Ms, 2)} ms)`],
    ['catch-up of a new watcher', `${number(caught.perSecond)} changes/s over ${number(caught.changes)}`],
    ['the same, without verifying', `${number(unverified.perSecond)} changes/s`],
    ['rowcast verify', `${number(verify.perSecond)} entries/s over ${number(verify.entries)}`],
    [
      'consistency proof of any two sizes, median',
      `${number(proofs.medianMs, 2)} ms (p99 ${number(proofs.p99Ms, 2)} ms, at most ${number(proofs.mostMs, 2)} ms)`,
    ],
    [
      '100 watchers, ack to watcher, median',
      `${number(hundred.medianMs, 2)} ms (p99 ${number(hundred.p99Ms, 2)} ms), ${number(hundred.deliveredPerSecond)} delivered/s`,
    ],
    ['server memory', `${number(results.serverMemoryMb)} MB`],
  ];
  process.stdout.write(`${lines.map(([name = '', value = '']) => `${name.padEnd(44)}${value}`).join('\n')}\n`);
}

const stand = await openStand();
try {
  await createBenchTable(stand, { sealed });
  const { socketFolder } = stand;
  const rivals: Rivals = {
    plain: await openHandwritten({ socketFolder, rows, style: 'plain' }),
    tuned: await openHandwritten({ socketFolder, rows, style: 'tuned' }),
  };
  // A server that has just started runs cold code: nobody's figures count yet.
  for (const mutate of [warmUp(stand), rivals.plain.mutate, rivals.tuned.mutate]) {
    await rateOf(mutate, { inFlight: 16, seconds });
  }
  const results: Record<string, Results> = {};
  results['empty log'] = await measure(stand, rivals);
  print('Starting with an empty log', results['empty log']);
  if (million) {
    await fill(stand, 1_000_000);
    results['a million changes'] = await measure(stand, rivals);
    print('With a million changes in the log', results['a million changes']);
  }
  await rivals.plain.stop();
  await rivals.tuned.stop();
  const folder = new URL('./results/', import.meta.url);
  await mkdir(folder, { recursive: true });
  const machine = { node: process.version, cpus: cpus().length, cpu: cpus()[0]?.model };
  const file = new URL(`${new Date().toISOString().replaceAll(':', '-')}.json`, folder);
  await writeFile(file, `${JSON.stringify({ machine, results }, null, 2)}\n`);
  process.stdout.write(`\nWritten to ${file.pathname}\n`);
} finally {
  await stand.stop();
}
