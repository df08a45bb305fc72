import { execFile } from 'node:child_process';
import { readdir, readFile, readlink, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { EmbeddedPostgresError } from './error.ts';
import type { Layout } from './layout.ts';
import type { Log } from './log.ts';
import { isAlive, isTaken, knownProcess, waitForEnd, waitUntil } from './process.ts';

export type Orphan = {
  readonly pid: number;
  readonly port: number;
  /** Folder of the socket; empty when it listens on TCP. */
  readonly socket: string;
};

const STOPPING_WAIT_MS = 60_000;
const BACKENDS_WAIT_MS = 15_000;

/**
 * The PostgreSQL server that already runs on the data folder: its Rowcast server was killed and left it behind.
 * One that is stopping is waited for; a `postmaster.pid` whose pid now belongs to
 * another program, or to nothing but a zombie, is removed.
 */
export async function findOrphan(layout: Layout, log: Log): Promise<Orphan | undefined> {
  const file = join(layout.cluster, 'postmaster.pid');
  const lines = await readFile(file, 'utf8').then(
    (text) => text.split('\n').map((line) => line.trim()),
    () => undefined,
  );
  if (lines === undefined) return undefined;
  const pid = Number(lines[0]);
  if (!isTaken(pid)) return undefined; // PostgreSQL itself sees that this one is stale, but not a zombie
  if (!(await isAlive(pid)) || !(await isPostmasterOf(pid, layout.cluster))) {
    await removeStale({ file, pid, cluster: layout.cluster, log });
    return undefined;
  }
  if (lines[STATUS_LINE] === 'stopping') return waitForStop(pid, layout);
  // Before it is ready to listen the file has only its first lines.
  return { pid, port: Number(lines[3] || 0), socket: lines[4] ?? '' };
}

const STATUS_LINE = 7;

async function waitForStop(pid: number, { folder }: Layout): Promise<undefined> {
  if (await waitForEnd(await knownProcess(pid), STOPPING_WAIT_MS)) return undefined;
  throw new EmbeddedPostgresError(
    `the PostgreSQL server of ${folder} (process id ${pid}) has been stopping for a minute: see postgres.log there`,
  );
}

/**
 * PostgreSQL would refuse to start while a process with the noted pid lives. The file also guards against backends
 * that outlived their postmaster, so it goes only when there are none.
 */
async function removeStale(options: { file: string; pid: number; cluster: string; log: Log }): Promise<void> {
  const { file, pid, cluster, log } = options;
  const areGone = await waitUntil(async () => (await backendsOf(cluster)).length === 0, BACKENDS_WAIT_MS);
  if (!areGone) {
    const pids = (await backendsOf(cluster)).join(', ');
    throw new EmbeddedPostgresError(`PostgreSQL processes without a master still use ${cluster}: end them (${pids})`);
  }
  log.warn({ pid, file }, 'removed a stale postmaster.pid whose process id is taken');
  await rm(file, { force: true });
}

/** Processes that work in the cluster, as far as /proc shows them. */
export async function backendsOf(cluster: string): Promise<number[]> {
  if (process.platform !== 'linux') return [];
  const pids = (await readdir('/proc')).map(Number).filter(Number.isSafeInteger);
  const folders = await Promise.all(pids.map((pid) => workingFolder(pid)));
  return pids.filter((_, index) => folders[index] === cluster);
}

function workingFolder(pid: number): Promise<string | undefined> {
  return readlink(`/proc/${pid}/cwd`).catch(() => undefined);
}

/** Whether this process is the PostgreSQL server of the cluster, and not a later one that got its pid. */
export async function isPostmasterOf(pid: number, cluster: string): Promise<boolean> {
  const words = await commandLine(pid);
  const isPostgres = /^(postgres|postmaster)(\.exe)?$/.test(basename(words[0] ?? ''));
  // The working folder may be hidden from a root without CAP_SYS_PTRACE (containers); the command line never is.
  return isPostgres && (words.includes(cluster) || (await workingFolder(pid)) === cluster);
}

async function commandLine(pid: number): Promise<string[]> {
  if (process.platform === 'linux') {
    const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    return line.split('\0');
  }
  if (process.platform === 'win32') {
    const query = `(Get-CimInstance Win32_Process -Filter "ProcessId=${pid}").CommandLine`;
    return splitWords(await output('powershell', ['-NoProfile', '-Command', query]));
  }
  return splitWords(await output('ps', ['-ww', '-o', 'command=', '-p', String(pid)]));
}

async function output(file: string, args: readonly string[]): Promise<string> {
  return promisify(execFile)(file, args).then(
    ({ stdout }) => stdout.trim(),
    () => '',
  );
}

function splitWords(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '');
}
