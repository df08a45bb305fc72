import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import Table from 'cli-table3';
import { benchRow } from './handwritten.ts';
import { median, type Rate, rateOf } from './measure.ts';
import { openStand, type Stand } from './stand.ts';
import * as watching from './watching.ts';

/**
 * `npx tsx bench/against.ts FOLDER [--quick]`: this version against another one, of which FOLDER is a checkout with its
 * dependencies; each with its own server, PostgreSQL and client, in turns within one run. Prints medians of the turns, and
 * of the ratios within each turn.
 */
const [folder, ...options] = process.argv.slice(2);
if (folder === undefined) throw new Error('write the folder of another checkout: npx tsx bench/against.ts FOLDER');
const quick = options.includes('--quick');
const turns = quick ? 2 : 6;
const rows = 10_000;
const sealedTable = 'sealed';

/** What of the other checkout is used: its bench has had these since the first version. */
interface Other {
  readonly openStand: () => Promise<Stand>;
  readonly watching: Pick<typeof watching, 'ackToWatcher' | 'catchUp' | 'fill' | 'manyWatchers'>;
}

async function loadOther(path: string): Promise<Other> {
  const load = (name: string) => import(pathToFileURL(resolve(path, 'bench', name)).href);
  const [stand, other] = await Promise.all([load('stand.ts'), load('watching.ts')]);
  return { openStand: stand.openStand, watching: other };
}

/** Of each contestant, a figure a turn. */
type Turns = Map<string, number[]>;
const figures = new Map<string, Turns>();

function note(figure: string, contestant: string, value: number): void {
  const of = figures.get(figure) ?? new Map<string, number[]>();
  figures.set(figure, of);
  of.set(contestant, [...(of.get(contestant) ?? []), value]);
}

async function mutations(contestants: ReadonlyMap<string, readonly [Stand, string]>): Promise<void> {
  let round = 0;
  for (const inFlight of [16, 1, 64, 512]) {
    for (let turn = 0; turn < turns; turn += 1) {
      round += 1;
      for (const [name, [{ admin }, table]] of contestants) {
        const mutate = (n: number) =>
          admin.upsert(table, { ...benchRow(n, rows), salary: `${round * 1_000_000 + n}.00` });
        const rate: Rate = await rateOf(mutate, { inFlight, seconds: quick ? 0.5 : 2.5 });
        // 16 in flight are for warming up.
        if (inFlight !== 16) note(`mutations/s, ${inFlight} in flight`, name, rate.perSecond);
      }
    }
  }
}

async function watches(contestants: ReadonlyMap<string, readonly [Stand, Other['watching']]>): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) {
    for (const [name, [stand, own]] of contestants) {
      // Every turn, as older versions set rows to what they may be already, which makes no change to wait for.
      const { seq } = await stand.admin.status();
      await own.fill(stand, Math.max(seq + rows, quick ? 0 : 200_000));
      const acked = await own.ackToWatcher(stand, quick ? 100 : 1_000);
      const caughtUp = await own.catchUp(stand);
      const many = await own.manyWatchers(stand, { watchers: 100, changes: quick ? 20 : 200 });
      // The first turn runs cold code.
      if (turn === 0) continue;
      note('acknowledgement to watcher, ms', name, acked.medianMs);
      note('catch-up, changes/s', name, caughtUp.perSecond);
      note('100 watchers, ms', name, many.medianMs);
      note('100 watchers, delivered/s', name, many.deliveredPerSecond);
    }
  }
}

function print(): void {
  const table = new Table({
    head: ['', '', 'median', 'against the other'],
    colAligns: ['left', 'left', 'right', 'right'],
  });
  for (const [figure, contestants] of figures) {
    const others = contestants.get('other') ?? [];
    for (const [name, values] of contestants) {
      const ratio = median(values.map((value, turn) => value / (others[turn] ?? Number.NaN)));
      table.push([figure, name, median(values).toFixed(2), name === 'other' ? '' : `${ratio.toFixed(2)} x`]);
    }
  }
  process.stdout.write(`${table.toString()}\n`);
}

const other = await loadOther(folder);
const stands = { other: await other.openStand(), own: await openStand() };
try {
  for (const stand of Object.values(stands)) await watching.createBenchTable(stand);
  await watching.createBenchTable(stands.own, { name: sealedTable, sealed: true });
  await mutations(
    new Map([
      ['other', [stands.other, watching.benchTable]],
      ['this', [stands.own, watching.benchTable]],
      ['this, sealed', [stands.own, sealedTable]],
    ]),
  );
  await watches(
    new Map([
      ['other', [stands.other, other.watching]],
      ['this', [stands.own, watching]],
    ]),
  );
  print();
} finally {
  await stands.other.stop();
  await stands.own.stop();
}
