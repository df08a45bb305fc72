import { chown, mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makePrivateFolder, socketFolder } from '../../../../server/database/embedded/folders.ts';
import { layoutOf } from '../../../../server/database/embedded/layout.ts';
import { dataFolder, isRoot } from './support.ts';

test('the socket stands in the data folder while its path fits, else in one short folder for each data folder', () => {
  expect(socketFolder(layoutOf('/srv/rowcast'), 5432)).toBe('/srv/rowcast/socket');
  const [long, other] = [`/srv/${'x'.repeat(90)}`, `/srv/${'y'.repeat(90)}`].map((path) =>
    socketFolder(layoutOf(path), 5432),
  );
  expect(long).toMatch(/rowcast-[0-9a-f]{16}$/);
  expect(long).not.toBe(other);
});

test('a path is measured in bytes, not in letters', () => {
  expect(socketFolder(layoutOf(`/srv/${'ä'.repeat(45)}`), 5432)).toMatch(/rowcast-[0-9a-f]{16}$/);
});

test('a link in place of the socket folder is refused', async () => {
  const parent = await dataFolder();
  await mkdir(join(parent, 'target'), { recursive: true });
  await symlink(join(parent, 'target'), join(parent, 'link'));
  await expect(makePrivateFolder(join(parent, 'link'), { kind: 'plain' })).rejects.toThrow('is not a folder of ours');
});

test('a socket folder that somebody else made is refused', async ({ skip }) => {
  skip(!isRoot, 'only root can give a folder away');
  const folder = await dataFolder();
  await mkdir(folder);
  await chown(folder, 65534, 65534);
  await expect(makePrivateFolder(folder, { kind: 'plain' })).rejects.toThrow('(owner 65534): remove it');
});
