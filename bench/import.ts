import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Ledger } from '../client/index.ts';
import { quantile } from './measure.ts';
import { openStand, type Stand } from './stand.ts';

/**
 * `npx tsx bench/import.ts [--quick]`: what somebody who writes one row after another feels of an import of 200,000 rows
 * by somebody else, in a process of its own; and what it takes of memory.
 */
const quick = process.argv.includes('--quick');
const file = fileURLToPath(
  new URL(`../node_modules/vega-datasets/data/flights-${quick ? '10k' : '200k'}.json`, import.meta.url),
);
const launcher = fileURLToPath(new URL('../bin/rowcast.js', import.meta.url));
const table = 'others';
const perSecond = 50;

/** Writes at a steady pace, and notes how long each took from when it was due: who waits in line is counted as well. */
class OtherWriter {
  readonly #admin: Ledger;
  readonly #running: Promise<void>;
  readonly #timesMs: number[] = [];
  #stopped = false;

  constructor(admin: Ledger) {
    this.#admin = admin;
    this.#running = this.#run();
  }

  async stop(): Promise<readonly number[]> {
    this.#stopped = true;
    await this.#running;
    return this.#timesMs;
  }

  async #run(): Promise<void> {
    const startMs = performance.now();
    const writes: Promise<void>[] = [];
    for (let n = 0; !this.#stopped; n += 1) {
      const dueMs = startMs + (n * 1_000) / perSecond;
      await delay(Math.max(0, dueMs - performance.now()));
      writes.push(this.#write(n, dueMs));
    }
    await Promise.all(writes);
  }

  async #write(n: number, dueMs: number): Promise<void> {
    await this.#admin.upsert(table, { id: String(n % 100), n });
    this.#timesMs.push(performance.now() - dueMs);
  }
}

/** The most memory that a process has had, in MB. Of Linux; 0 elsewhere, and when the process is gone. */
async function peakMb(pid: number | undefined): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1_024;
}

async function watchPeak(child: ChildProcess): Promise<number> {
  const exit = once(child, 'exit');
  let peak = 0;
  for (let isDone = false; !isDone; ) {
    peak = Math.max(peak, await peakMb(child.pid));
    isDone = await Promise.race([exit.then(() => true), delay(50, false)]);
  }
  const [code] = await exit;
  if (code !== 0) throw new Error(`the import ended with ${code}`);
  return peak;
}

function importFile({ address, admin }: Stand): ChildProcess {
  return spawn(process.execPath, [launcher, 'import', file, 'flights', '--yes', '--server', address], {
    cwd: folder,
    env: { ...process.env, ROWCAST_TOKEN: admin.token, XDG_STATE_HOME: folder },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

function line(what: string, timesMs: readonly number[]): string {
  const of = (part: number): string => quantile(timesMs, part).toFixed(1);
  return `${what.padEnd(28)} median ${of(0.5)} ms, p90 ${of(0.9)} ms, p99 ${of(0.99)} ms, at most ${of(1)} ms, of ${timesMs.length}\n`;
}

const stand = await openStand();
/** Of the importer: what it keeps of servers that it has met. */
const folder = await mkdtemp(join(tmpdir(), 'rowcast-bench-import-'));
try {
  await stand.admin.createTable({
    name: table,
    key: 'id',
    columns: [
      { name: 'id', type: 'text' },
      { name: 'n', type: 'integer' },
    ],
  });
  const warm = new OtherWriter(stand.admin);
  await delay(2_000);
  await warm.stop();
  const alone = new OtherWriter(stand.admin);
  await delay(quick ? 1_000 : 10_000);
  const quietMs = await alone.stop();
  const serverBefore = await peakMb(stand.pid);
  const beside = new OtherWriter(stand.admin);
  const startMs = performance.now();
  const importerMb = await watchPeak(importFile(stand)).finally(() => beside.stop());
  const tookMs = performance.now() - startMs;
  const busyMs = await beside.stop();
  process.stdout.write(line('a write, nothing beside it', quietMs));
  process.stdout.write(line('a write beside the import', busyMs));
  const ratio = quantile(busyMs, 0.5) / quantile(quietMs, 0.5);
  const { seq } = await stand.admin.status();
  process.stdout.write(
    `median ${ratio.toFixed(2)} times the quiet one; the import took ${(tookMs / 1_000).toFixed(1)} s, the log is at ${seq}; ` +
      `peak memory: importer ${importerMb.toFixed(0)} MB, server ${serverBefore.toFixed(0)} → ${(await peakMb(stand.pid)).toFixed(0)} MB\n`,
  );
} finally {
  await stand.stop();
  await rm(folder, { recursive: true, force: true });
}
