import { type ChildProcess, spawn } from 'node:child_process';
import type { Binaries } from './binaries.ts';
import { waitUntilAccepting } from './connect.ts';
import { asSuperuser, type Endpoint, listenOptions } from './endpoint.ts';
import { EmbeddedPostgresError } from './error.ts';
import type { Layout } from './layout.ts';
import type { Log } from './log.ts';
import { isAlive, isRunning, type KnownProcess, knownProcess, waitForEnd, waitUntil } from './process.ts';
import { commandAs, postgresEnvironment, type RunAs, run } from './run-as.ts';
import { openServerLog, tailOf } from './server-log.ts';

type StartOptions = {
  readonly layout: Layout;
  readonly binaries: Binaries;
  readonly runAs: RunAs;
  readonly endpoint: Endpoint;
  readonly log: Log;
};

const READY_WAIT_MS = 60_000;
const OLD_BACKENDS_WAIT_MS = 15_000;

// fsync, synchronous_commit and full_page_writes stay on: promise P1 rests on them.
const SERVER_OPTIONS: Readonly<Record<string, string>> = {
  shared_buffers: '128MB',
  max_connections: '100',
  max_wal_size: '1GB',
  wal_compression: 'on',
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_min_messages: 'warning',
  log_checkpoints: 'off', // a line every few minutes for ever, and the file is put aside only at a start
  logging_collector: 'off',
};

/**
 * Starts the PostgreSQL server and waits until it accepts connections.
 *
 * @throws EmbeddedPostgresError with the end of postgres.log when it ends before that
 */
export async function startPostmaster(options: StartOptions): Promise<KnownProcess> {
  const deadline = performance.now() + OLD_BACKENDS_WAIT_MS;
  for (;;) {
    const outcome = await tryToStart(options);
    if ('pid' in outcome) return outcome;
    // The backends of a killed postmaster need a moment to see that it is gone.
    const isPassing = outcome.tail.includes('pre-existing shared memory block');
    if (!isPassing || performance.now() > deadline) {
      throw new EmbeddedPostgresError(`PostgreSQL did not start; ${options.layout.log} says:\n${outcome.tail}`);
    }
  }
}

async function tryToStart(options: StartOptions): Promise<KnownProcess | { tail: string }> {
  const { layout, binaries, endpoint, log } = options;
  const { handle, start } = await openServerLog(layout);
  const child = launch(options, handle.fd);
  const ended = new AbortController();
  child.on('error', (error) => ended.abort(error));
  child.on('exit', (code, signal) => {
    ended.abort();
    const postgresPid = child.pid;
    if (code === 0) log.info({ postgresPid }, 'the embedded PostgreSQL has stopped');
    else log.warn({ postgresPid, code, signal }, 'the embedded PostgreSQL has ended without being asked to');
  });
  await handle.close();
  const known = child.pid === undefined ? undefined : await knownProcess(child.pid);
  const stop = async () => known && stopPostmaster(known, binaries);
  const settings = asSuperuser(endpoint, 'postgres');
  const waiting = waitUntilAccepting({ settings, timeoutMs: READY_WAIT_MS, signal: ended.signal });
  const isReady = await waiting.catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  if (isReady && known !== undefined) return known;
  await stop();
  const reason: unknown = ended.signal.reason;
  const cause = reason instanceof Error && reason.name !== 'AbortError' ? `${reason.message}\n` : '';
  return { tail: cause + (await tailOf(layout, start)) };
}

function launch({ layout, binaries, runAs, endpoint }: StartOptions, logDescriptor: number): ChildProcess {
  const { port } = endpoint;
  const settings = { ...SERVER_OPTIONS, ...listenOptions(endpoint), port: String(port) };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const { file, args, uid, gid } = commandAs(runAs, binaries.postgres, ['-D', layout.cluster, ...flags]);
  const child = spawn(file, args, {
    cwd: '/',
    env: postgresEnvironment(),
    stdio: ['ignore', logDescriptor, logDescriptor],
    // A process group of its own: Ctrl-C reaches our server first, which then stops this one in order.
    detached: true,
    windowsHide: true,
    ...(uid !== undefined && { uid }),
    ...(gid !== undefined && { gid }),
  });
  child.unref();
  return child;
}

/** Waits for a server that somebody else started. False when it ends, or is not ready within a minute. */
export async function waitForPostmaster(pid: number, endpoint: Endpoint): Promise<boolean> {
  const ended = new AbortController();
  const watching = waitUntil(async () => ended.signal.aborted || !(await isAlive(pid)), READY_WAIT_MS).then(() =>
    ended.abort(),
  );
  const settings = asSuperuser(endpoint, 'postgres');
  const isReady = await waitUntilAccepting({ settings, timeoutMs: READY_WAIT_MS, signal: ended.signal });
  ended.abort();
  await watching;
  return isReady;
}

const FAST_STOP_MS = 10_000;
const IMMEDIATE_STOP_MS = 10_000;

/**
 * Stops the server: fast (clients are cut off, everything is written) and, when that takes over 10 s, immediately
 * (the next start recovers from the log). Returns when the process has ended.
 *
 * @throws EmbeddedPostgresError when it cannot be ended
 */
export async function stopPostmaster(known: KnownProcess, binaries: Binaries): Promise<void> {
  for (const [signal, waitMs] of [
    ['SIGINT', FAST_STOP_MS],
    ['SIGQUIT', IMMEDIATE_STOP_MS],
  ] as const) {
    if (!(await isRunning(known))) return;
    await send(signal, known, binaries);
    if (await waitForEnd(known, waitMs)) return;
  }
  throw new EmbeddedPostgresError(`PostgreSQL (process id ${known.pid}) does not stop: end it by hand`);
}

async function send(signal: 'SIGINT' | 'SIGQUIT', { pid }: KnownProcess, { pgCtl }: Binaries): Promise<void> {
  if (process.platform === 'win32') {
    // process.kill would end it at once there, and leave its backends behind.
    await run({ file: pgCtl, args: ['kill', signal.slice('SIG'.length), String(pid)] });
    return;
  }
  try {
    process.kill(pid, signal);
  } catch {
    // It has just ended, or is not ours to end: the wait tells.
  }
}
