import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { CheckpointSigner, originOf } from '../../../proof/checkpoint.ts';
import { Frontier } from '../../../proof/frontier.ts';
import { Checkpoints } from '../../../server/log/checkpoints.ts';
import { KeptCheckpoint } from '../../../server/log/kept-checkpoint.ts';

const key = generateKeyPairSync('ed25519').privateKey;
const signedIn = (epoch: string): Checkpoints =>
  new Checkpoints(new CheckpointSigner(key, originOf(epoch)), new Frontier());

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rowcast-kept-'));
});
afterEach(() => rm(folder, { recursive: true }));

test('what was kept is read again, is its owner’s only, and nothing is left beside it', async () => {
  const { note, verifierKey } = signedIn('a-life');
  await new KeptCheckpoint(folder).keep(note);
  expect(await new KeptCheckpoint(folder).read(verifierKey)).toMatchObject({ size: 0 });
  expect(await readdir(folder)).toEqual(['checkpoint']);
  expect((await stat(join(folder, 'checkpoint'))).mode & 0o777).toBe(0o600);
});

test('P11 one that is empty or cut off at any byte is called that, and not the checkpoint of another life', async () => {
  const { note, verifierKey } = signedIn('a-life');
  await new KeptCheckpoint(folder).keep(note);
  const file = join(folder, 'checkpoint');
  const bytes = await readFile(file);
  for (let length = 0; length < bytes.length; length += 1) {
    await writeFile(file, bytes.subarray(0, length));
    const reading = new KeptCheckpoint(folder).read(verifierKey);
    await expect(reading, `${length} bytes`).rejects.toThrow(/cannot be read: it is (empty|cut off).*remove the file/);
  }
});

test('P10 a whole one of another life, or by another signer, is told as what it is', async () => {
  await new KeptCheckpoint(folder).keep(signedIn('another-life').note);
  expect(await new KeptCheckpoint(folder).read(signedIn('a-life').verifierKey)).toMatchObject({
    otherLife: expect.stringContaining('another-life'),
  });
});
