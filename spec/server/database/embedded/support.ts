import { type ChildProcess, execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { onTestFinished } from 'vitest';
import { z } from 'zod';
import { withConnection } from '../../../../server/database/embedded/connect.ts';
import { backendsOf, isPostmasterOf } from '../../../../server/database/embedded/orphan.ts';
import { knownProcess, waitForEnd } from '../../../../server/database/embedded/process.ts';
import { commandAs, run } from '../../../../server/database/embedded/run-as.ts';
import {
  type EmbeddedOptions,
  type EmbeddedPostgres,
  startEmbedded,
} from '../../../../server/database/embedded/start.ts';

export const isRoot = process.getuid?.() === 0;

/** A data folder that does not exist yet, below a folder that only we may traverse, or everybody. */
export async function dataFolder(options: { traversable?: boolean } = {}): Promise<string> {
  const parent = await realpath(await mkdtemp(join(tmpdir(), 'rc-')));
  if (options.traversable) await chmod(parent, 0o755);
  const folder = join(parent, 'data');
  onTestFinished(async () => {
    await endPostgresOf(folder);
    await rm(parent, { recursive: true, force: true });
  });
  return folder;
}

let template: Promise<string> | undefined;

/** For `afterAll` of each file that uses it: files that share a process do not share it, as the first to end takes it away. */
export async function removeTemplate(): Promise<void> {
  const made = template;
  template = undefined;
  if (made !== undefined) await rm(await made, { recursive: true, force: true });
}

/** A data folder that was used and stopped in order before. */
export async function usedFolder(): Promise<string> {
  const folder = await dataFolder();
  await copyTemplate(folder);
  return folder;
}

/** Copies a used data folder, since initdb takes longer. */
export async function copyTemplate(folder: string): Promise<void> {
  template ??= makeTemplate();
  // Three times as fast as fs.cp for the thousand files of a cluster.
  await promisify(execFile)('cp', ['-Rp', await template, folder]);
}

async function makeTemplate(): Promise<string> {
  const parent = await realpath(await mkdtemp(join(tmpdir(), 'rc-')));
  const postgres = await startEmbedded({ folder: parent, log: recordingLog() });
  await postgres.stop();
  return parent;
}

/** Ends what a failed test left running: only processes whose working folder is this data folder. */
async function endPostgresOf(folder: string): Promise<void> {
  const cluster = join(folder, 'postgres');
  const pids = await backendsOf(cluster);
  for (const pid of pids) if (await isPostmasterOf(pid, cluster)) process.kill(pid, 'SIGQUIT');
  await Promise.all(pids.map(async (pid) => waitForEnd(await knownProcess(pid), 10_000)));
}

type Logged = { readonly message: string; readonly fields: object };

export function recordingLog() {
  const lines: Logged[] = [];
  const write = (fields: object, message: string) => void lines.push({ message, fields });
  return { info: write, warn: write, lines };
}

/** Starts in this process; what the test does not stop is stopped at its end. */
export async function start(
  options: Omit<EmbeddedOptions, 'log'> & Partial<EmbeddedOptions>,
): Promise<EmbeddedPostgres> {
  const postgres = await startEmbedded({ log: recordingLog(), ...options });
  onTestFinished(() => postgres.stop());
  return postgres;
}

/** Runs one statement as the superuser and returns the first column. */
export function ask(settings: EmbeddedPostgres['owner'], sql: string): Promise<unknown[]> {
  return withConnection(settings, async (client) => {
    const { rows } = await client.query<unknown[]>({ text: sql, rowMode: 'array' });
    return rows.map((row) => row[0]);
  });
}

const messageSchema = z.object({
  started: z
    .object({
      pid: z.number(),
      firstStart: z.boolean(),
      owner: z.object({ host: z.string(), port: z.number(), database: z.string(), user: z.string() }),
    })
    .optional(),
  failed: z.string().optional(),
});

export type Child = { readonly process: ChildProcess; readonly answer: Promise<z.output<typeof messageSchema>> };

/** Starts PostgreSQL from a child process of its own, as another user when `uid` is given. */
export function startInChild(folder: string, account: { uid?: number; gid?: number } = {}): Child {
  const child = fork(fileURLToPath(new URL('fixture/start-and-wait.ts', import.meta.url)), [folder], {
    execArgv: ['--import', 'tsx'],
    env: { ...process.env, HOME: tmpdir() },
    ...account,
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  return { process: child, answer: answerOf(child) };
}

async function answerOf(child: ChildProcess): Promise<z.output<typeof messageSchema>> {
  const gone = once(child, 'exit').then(() => 'gone' as const);
  for (;;) {
    const event = await Promise.race([once(child, 'message'), gone]);
    if (event === 'gone') return { failed: 'the child has ended without an answer' };
    const message = messageSchema.parse(event[0]);
    if (message.started !== undefined || message.failed !== undefined) return message;
  }
}

/** Ends a child the hard way. */
export async function killHard(child: ChildProcess): Promise<void> {
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}

/** Whether this machine lets root make user namespaces; some containers do not. */
export async function hasUserNamespaces(): Promise<boolean> {
  const { code } = await run(commandAs({ kind: 'namespace', uid: 1000, gid: 1000 }, 'true', []));
  return code === 0;
}
