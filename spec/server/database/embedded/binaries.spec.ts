import { chmod, mkdir, readlink, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { locateBinaries, repairPackage } from '../../../../server/database/embedded/binaries.ts';
import { dataFolder } from './support.ts';

/** A package as npm leaves it when its install script did not run. */
async function unfinishedPackage(): Promise<string> {
  const root = await dataFolder();
  await mkdir(join(root, 'native/bin'), { recursive: true });
  await mkdir(join(root, 'native/lib'));
  await writeFile(join(root, 'native/lib/libpq.so.5.18'), 'library');
  for (const name of ['postgres', 'initdb']) await writeFile(join(root, 'native/bin', name), '', { mode: 0o644 });
  const links = [{ source: 'native/lib/libpq.so.5.18', target: 'native/lib/libpq.so.5' }];
  await writeFile(join(root, 'native/pg-symlinks.json'), JSON.stringify(links));
  return root;
}

describe('the npm package, where install scripts were blocked', () => {
  test('gets its symlinks and executable bits, and keeps them at the next start', async () => {
    const root = await unfinishedPackage();
    for (let starts = 0; starts < 2; starts += 1) {
      const { postgres } = await repairPackage(root);
      expect(await readlink(join(root, 'native/lib/libpq.so.5'))).toBe('libpq.so.5.18');
      expect((await stat(postgres)).mode & 0o111).toBe(0o111);
    }
  });

  test('that lacks a program says so', async () => {
    const root = await unfinishedPackage();
    await rm(join(root, 'native/bin/initdb'));
    await expect(repairPackage(root)).rejects.toThrow('native/bin/initdb is not there: set bin_folder');
  });

  test('that cannot be repaired says how to', async () => {
    const root = await unfinishedPackage();
    // Root may write anywhere: a link that leads nowhere below a file fails for everybody.
    await rm(join(root, 'native/lib'), { recursive: true });
    await writeFile(join(root, 'native/lib'), '');
    await expect(repairPackage(root)).rejects.toThrow(/cannot be repaired \(ENOTDIR\): run "npm rebuild"/);
  });

  test('two starts at once do not disturb each other', async () => {
    const root = await unfinishedPackage();
    await expect(Promise.all([repairPackage(root), repairPackage(root)])).resolves.toHaveLength(2);
  });
});

test('the programs of another folder are taken as they are', async () => {
  const folder = await dataFolder();
  await mkdir(folder);
  for (const name of ['postgres', 'initdb']) await symlink('/bin/true', join(folder, name));
  await chmod(folder, 0o700);
  expect(await locateBinaries(folder)).toEqual({
    postgres: join(folder, 'postgres'),
    initdb: join(folder, 'initdb'),
    pgCtl: join(folder, 'pg_ctl'),
    needed: [],
  });
});
