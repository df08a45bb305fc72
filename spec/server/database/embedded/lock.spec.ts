import { spawnSync } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { layoutOf } from '../../../../server/database/embedded/layout.ts';
import { lockFolder } from '../../../../server/database/embedded/lock.ts';
import { processIdentity } from '../../../../server/database/embedded/process.ts';
import { dataFolder, recordingLog } from './support.ts';

async function folderWithLock(content?: string) {
  const folder = await dataFolder();
  await mkdir(folder);
  const layout = layoutOf(folder);
  if (content !== undefined) await writeFile(layout.lock, content);
  return layout;
}

describe('rowcast.lock', () => {
  test('is held by one and given back', async () => {
    const layout = await folderWithLock();
    const unlock = await lockFolder(layout, recordingLog());
    expect(JSON.parse(await readFile(layout.lock, 'utf8'))).toMatchObject({ pid: process.pid });
    await expect(lockFolder(layout, recordingLog())).rejects.toThrow(`process id ${process.pid}`);
    await unlock();
    expect(await readdir(layout.folder)).toEqual([]);
  });

  const ended = spawnSync('true').pid;

  test.each([
    ['garbage', 'not a lock'],
    ['an empty file', ''],
    ['another JSON value', 'null'],
    ['a process that has ended', JSON.stringify({ pid: ended, since: 'x' })],
    ['a process whose id belongs to a later one', JSON.stringify({ pid: process.pid, identity: 'boot/1', since: 'x' })],
    ['an impossible process id', JSON.stringify({ pid: -1, since: 'x' })],
  ])('left by %s is taken over with a warning', async (_title, content) => {
    const layout = await folderWithLock(content);
    const log = recordingLog();
    const unlock = await lockFolder(layout, log);
    expect(log.lines).toHaveLength(1);
    expect(await readdir(layout.folder)).toEqual(['rowcast.lock']);
    await unlock();
  });

  test('of a living process is refused even when its identity is unknown', async () => {
    const layout = await folderWithLock(JSON.stringify({ pid: process.ppid, since: 'noon' }));
    await expect(lockFolder(layout, recordingLog())).rejects.toThrow(/process id \d+, started at noon: stop that one/);
  });

  test('goes to exactly one of several that start at once', async () => {
    const layout = await folderWithLock('garbage');
    const outcomes = await Promise.allSettled(Array.from({ length: 5 }, () => lockFolder(layout, recordingLog())));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  test('is not removed by one that no longer holds it', async () => {
    const layout = await folderWithLock();
    const unlock = await lockFolder(layout, recordingLog());
    await writeFile(layout.lock, 'of somebody else');
    await unlock();
    expect(await readFile(layout.lock, 'utf8')).toBe('of somebody else');
  });
});

test('the identity of a process stays the same while it lives, and is none when it has ended', async () => {
  expect(await processIdentity(process.pid)).toBe(await processIdentity(process.pid));
  expect(await processIdentity(spawnSync('true').pid)).toBeUndefined();
});
