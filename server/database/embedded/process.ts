import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { codeOf } from './error.ts';

/**
 * What tells this process from a later one with the same pid: the boot and the start in clock ticks since it
 * (Linux) or the start to the second (other unixes). Undefined when it is gone or the system does not say.
 */
export async function processIdentity(pid: number): Promise<string | undefined> {
  return process.platform === 'linux' ? linuxIdentity(pid) : portableIdentity(pid);
}

async function linuxIdentity(pid: number): Promise<string | undefined> {
  const fields = await statFields(pid);
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '');
  const ticks = fields?.[START_TICKS];
  return ticks === undefined ? undefined : `${boot.trim()}/${ticks}`;
}

// Positions in /proc/PID/stat after the command in parentheses, which may itself hold spaces and parentheses.
const STATE = 0;
const START_TICKS = 19;

async function statFields(pid: number): Promise<string[] | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
}

async function portableIdentity(pid: number): Promise<string | undefined> {
  if (process.platform === 'win32') return undefined;
  const seen = await promisify(execFile)('ps', ['-o', 'lstart=', '-p', String(pid)]).catch(() => undefined);
  return seen?.stdout.trim() || undefined;
}

/** Whether a process with this pid runs. One that has ended and waits for its parent (a zombie) does not. */
export async function isAlive(pid: number): Promise<boolean> {
  return isTaken(pid) && (process.platform !== 'linux' || (await statFields(pid))?.[STATE] !== 'Z');
}

/** Whether the system knows this pid, be it a zombie's: in a container nobody may ever fetch those. */
export function isTaken(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}

/** A process that is meant, and not a later one that got its pid. */
export type KnownProcess = { readonly pid: number; readonly identity: string | undefined };

export async function knownProcess(pid: number): Promise<KnownProcess> {
  return { pid, identity: await processIdentity(pid) };
}

/** Whether exactly this process still runs. */
export async function isRunning({ pid, identity }: KnownProcess): Promise<boolean> {
  if (!(await isAlive(pid))) return false;
  const now = await processIdentity(pid);
  // Where the system does not tell processes apart, a living pid has to count.
  return identity === undefined || now === undefined || now === identity;
}

const POLL_MS = 20;

/** Waits until the process has ended. Returns false when it still runs after `timeoutMs`. */
export async function waitForEnd(known: KnownProcess, timeoutMs: number): Promise<boolean> {
  return waitUntil(async () => !(await isRunning(known)), timeoutMs);
}

/** Asks every 20 ms until `isTrue`; false when it is still not so after `timeoutMs`. */
export async function waitUntil(isTrue: () => Promise<boolean>, timeoutMs: number): Promise<boolean> {
  const deadline = performance.now() + timeoutMs;
  while (!(await isTrue())) {
    if (performance.now() > deadline) return false;
    await delay(POLL_MS);
  }
  return true;
}
