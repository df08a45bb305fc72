import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { backendsOf } from '../../../../server/database/embedded/orphan.ts';
import { isAlive, knownProcess, waitForEnd, waitUntil } from '../../../../server/database/embedded/process.ts';
import { ask, killHard, recordingLog, removeTemplate, start, startInChild, usedFolder } from './support.ts';

afterAll(removeTemplate);

vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 });

/** PostgreSQL as a server that was killed with -9 leaves it behind. */
async function leaveOrphan(folder: string) {
  const child = startInChild(folder);
  const { started, failed } = await child.answer;
  if (started === undefined) throw new Error(failed);
  await ask(started.owner, 'create table kept as select 42 as answer');
  await killHard(child.process);
  return started;
}

describe('PostgreSQL that a killed server left running', () => {
  test('is adopted as it runs, and stopped by stop', async () => {
    const folder = await usedFolder();
    const orphan = await leaveOrphan(folder);
    expect(await isAlive(orphan.pid)).toBe(true);
    const log = recordingLog();
    const postgres = await start({ folder, log });
    expect(postgres.pid).toBe(orphan.pid);
    expect(postgres.firstStart).toBe(false);
    expect(log.lines.map(({ fields }) => fields)).toContainEqual({ postgresPid: orphan.pid, adopted: true });
    expect(await ask(postgres.server, 'select 1')).toEqual([1]);
    expect(await ask(postgres.owner, 'select answer from kept')).toEqual([42]);
    await postgres.stop();
    expect(await backendsOf(join(folder, 'postgres'))).toEqual([]);
  });

  test('is waited for while it stops, then started anew', async () => {
    const folder = await usedFolder();
    const orphan = await leaveOrphan(folder);
    process.kill(orphan.pid, 'SIGINT');
    const postgres = await start({ folder });
    expect(await ask(postgres.owner, 'select answer from kept')).toEqual([42]);
  });

  test('killed with -9 as well: the next start recovers what was committed', async () => {
    const folder = await usedFolder();
    const orphan = await leaveOrphan(folder);
    const known = await knownProcess(orphan.pid);
    process.kill(orphan.pid, 'SIGKILL');
    await waitForEnd(known, 5_000);
    const postgres = await start({ folder });
    expect(postgres.pid).not.toBe(orphan.pid);
    expect(await ask(postgres.owner, 'select answer from kept')).toEqual([42]);
  });
});

/** A process of another program, and one that has ended and is never fetched by its parent (a zombie). */
async function takenPids() {
  const script = 'true & echo $!; exec sleep 60';
  const other = spawn('sh', ['-c', script], { stdio: ['ignore', 'pipe', 'ignore'] });
  onTestFinished(() => void other.kill());
  const [chunk] = await once(other.stdout, 'data');
  return { living: other.pid ?? 0, zombie: Number(String(chunk)) };
}

test('a stale postmaster.pid whose process id is taken by another program, or by a zombie, does not block', async () => {
  const folder = await usedFolder();
  const pids = await takenPids();
  await waitUntil(async () => !(await isAlive(pids.zombie)), 5_000);
  for (const pid of [pids.living, pids.zombie]) {
    const lines = [pid, join(folder, 'postgres'), 1, 5432, join(folder, 'socket'), '', '', 'ready'];
    await writeFile(join(folder, 'postgres/postmaster.pid'), lines.join('\n'));
    await writeFile(join(folder, 'socket/.s.PGSQL.5432.lock'), lines.join('\n'));
    const postgres = await start({ folder });
    expect(postgres.pid).not.toBe(pid);
    await postgres.stop();
  }
  expect(await isAlive(pids.living)).toBe(true);
});

test('a postgres.log above 10 MB is put aside at a start', async () => {
  const folder = await usedFolder();
  await truncate(join(folder, 'postgres.log'), 11 * 1024 * 1024);
  await start({ folder });
  expect((await stat(join(folder, 'postgres.log'))).size).toBeLessThan(100_000);
  expect((await stat(join(folder, 'postgres.log.1'))).size).toBe(11 * 1024 * 1024);
});
