import { execFile } from 'node:child_process';
import { chmod, lstat, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { NewFile, type NewFileOptions } from '../../../client/export/new-file.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rowcast-new-file-'));
});
afterEach(() => rm(folder, { recursive: true }));

const at = (name: string): string => join(folder, name);
const modeOf = async (name: string): Promise<number> => (await stat(at(name))).mode & 0o777;

async function write(name: string, text: string, options?: NewFileOptions): Promise<void> {
  await using file = await NewFile.beside(at(name), options);
  await file.write(text);
  await file.finish();
  await file.keep();
}

test('what a link points to is replaced, and the link stays', async () => {
  await writeFile(at('real'), 'old');
  await symlink('real', at('link'));
  await symlink('missing', at('ahead'));
  await write('link', 'new');
  await write('ahead', 'made');
  expect((await lstat(at('link'))).isSymbolicLink()).toBe(true);
  expect(await readFile(at('real'), 'utf8')).toBe('new');
  expect((await lstat(at('ahead'))).isSymbolicLink()).toBe(true);
  expect(await readFile(at('missing'), 'utf8')).toBe('made');
  expect((await readdir(folder)).length).toBe(4);
});

test('who might read what stood there may read it, and what is private its owner alone', async () => {
  for (const name of ['kept', 'private']) {
    await writeFile(at(name), 'old');
    await chmod(at(name), 0o640);
  }
  await write('kept', 'new');
  await write('private', 'new', { isPrivate: true });
  await write('own', 'new', { isPrivate: true });
  expect([await modeOf('kept'), await modeOf('private'), await modeOf('own')]).toEqual([0o640, 0o600, 0o600]);
});

test('a pipe is written into and stays one; a folder is refused before anything is written', async () => {
  await promisify(execFile)('mkfifo', [at('pipe')]);
  const read = readFile(at('pipe'), 'utf8');
  await write('pipe', 'through');
  expect(await read).toBe('through');
  expect((await stat(at('pipe'))).isFIFO()).toBe(true);
  await expect(NewFile.beside(folder)).rejects.toMatchObject({ code: 'EISDIR' });
  expect(await readdir(folder)).toEqual(['pipe']);
});
