import { createPrivateKey } from 'node:crypto';
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { curveKeys } from '../../../server/keys/curve-key.ts';
import { signingKey } from '../../../server/log/signing-key.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rc-keys-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('a key is made once, for its owner only, and found again; two who start at once have the same', async () => {
  const keys = join(folder, 'new', 'keys');
  const made = await Promise.all([curveKeys(keys), curveKeys(keys), curveKeys(keys)]);
  expect(new Set(made.map(({ publicKey }) => publicKey)).size).toBe(1);
  expect(await curveKeys(keys)).toEqual(made[0]);
  expect((await stat(join(keys, 'curve.key'))).mode & 0o777).toBe(0o600);
});

test('P9 P11 a key file that others can read is refused with what to do', async () => {
  await curveKeys(folder);
  const path = join(folder, 'curve.key');
  await chmod(path, 0o640);
  await expect(curveKeys(folder)).rejects.toThrow(`run: chmod 600 ${path}`);
});

test('P11 what is no key, or one of the other kind, is refused', async () => {
  await signingKey(folder);
  await writeFile(join(folder, 'curve.key'), await readFile(join(folder, 'signing.key')), { mode: 0o600 });
  await expect(curveKeys(folder)).rejects.toThrow(/curve\.key is no X25519 key; put the right file back/);
  await writeFile(join(folder, 'curve.key'), 'nonsense');
  await expect(curveKeys(folder)).rejects.toThrow(/is no private key in PEM/);
  await rm(join(folder, 'signing.key'));
  await rm(join(folder, 'curve.key'));
  await curveKeys(folder);
  await writeFile(join(folder, 'signing.key'), await readFile(join(folder, 'curve.key')), { mode: 0o600 });
  await expect(signingKey(folder)).rejects.toThrow(/signing\.key is no Ed25519 key/);
});

test.each([
  ['e7hktImvo2cfvmkQH5SziXLySBbfsBtRZWs_7I39CIg', 'client'],
  ['jgvdaXYouR2PJFWH7pXFsE1Ilj95JZh3tJzZBjrq07c', 'server'],
])('P9 the key that the manual of CURVE gives its %s is refused (%s)', async (secret) => {
  const prefix = Buffer.from('302e020100300506032b656e04220420', 'hex');
  const key = createPrivateKey({
    key: Buffer.concat([prefix, Buffer.from(secret, 'base64url')]),
    format: 'der',
    type: 'pkcs8',
  });
  await writeFile(join(folder, 'curve.key'), key.export({ format: 'pem', type: 'pkcs8' }), { mode: 0o600 });
  await expect(curveKeys(folder)).rejects.toThrow(/which everybody has; remove it, and a new one is made/);
});
