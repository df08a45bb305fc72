import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { codeOf, EmbeddedPostgresError } from './error.ts';
import type { Layout } from './layout.ts';
import type { Log } from './log.ts';
import { isRunning, type KnownProcess, knownProcess } from './process.ts';

type Holder = KnownProcess & { readonly since: string };

const ATTEMPTS_MAX = 5;

/**
 * Takes the data folder for this process; returns what gives it back. The lock of a process that has ended, or whose
 * pid now belongs to another one, is taken over.
 *
 * @throws EmbeddedPostgresError when a living Rowcast server holds it
 */
export async function lockFolder(layout: Layout, log: Log): Promise<() => Promise<void>> {
  const mine = await describeMyself();
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
    if (await tryToCreate(layout.lock, mine)) return () => release(layout.lock, mine);
    await takeOver(layout, log);
  }
  throw new EmbeddedPostgresError(`${layout.lock} is contended by several starting servers: start only one`);
}

async function describeMyself(): Promise<string> {
  const holder: Holder = { ...(await knownProcess(process.pid)), since: new Date().toISOString() };
  return `${JSON.stringify(holder)}\n`;
}

/** A link of a finished file: nobody ever sees half a lock, and only one of two can make it. */
async function tryToCreate(lock: string, content: string): Promise<boolean> {
  const draft = `${lock}.${process.pid}`;
  await rm(draft, { force: true });
  await writeFile(draft, content, { mode: 0o644, flag: 'wx' });
  try {
    await link(draft, lock);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

async function takeOver({ lock, folder }: Layout, log: Log): Promise<void> {
  const seen = await readFile(lock, 'utf8').catch(() => undefined);
  if (seen === undefined) return;
  const holder = parse(seen);
  if (holder !== undefined && (await isRunning(holder))) throw inUse(folder, holder);
  log.warn({ lock, holder: holder?.pid }, 'took over the lock of a server that has ended');
  await removeExactly(lock, seen);
}

/** Removes the lock that was seen, and puts back another one that has come in between. */
async function removeExactly(lock: string, seen: string): Promise<void> {
  const aside = `${lock}.old.${process.pid}`;
  try {
    await rename(lock, aside);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return;
    throw error;
  }
  if ((await readFile(aside, 'utf8')) !== seen) await link(aside, lock).catch(() => {});
  await rm(aside, { force: true });
}

function inUse(folder: string, { pid, since }: Holder): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    `${folder} is in use by the Rowcast server with process id ${pid}, started at ${since}: ` +
      `stop that one, or name another folder in [embedded]`,
  );
}

function parse(text: string): Holder | undefined {
  try {
    const { pid, identity, since } = JSON.parse(text) as Partial<Holder>;
    return typeof pid === 'number' ? { pid, identity, since: String(since) } : undefined;
  } catch {
    return undefined;
  }
}

async function release(lock: string, mine: string): Promise<void> {
  const seen = await readFile(lock, 'utf8').catch(() => undefined);
  if (seen === mine) await rm(lock, { force: true });
}
