import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const fileName = 'signing.key';

/** The key that checkpoints are signed with, or its file, cannot be used. The message says what to do. */
export class SigningKeyError extends Error {
  override readonly name = 'SigningKeyError';
}

/**
 * The Ed25519 key that signs checkpoints, from the folder of the server's keys; made at the first start. It stands
 * outside the database, so that whoever can rewrite the log cannot sign it. All servers of a ledger have the same one.
 * @throws SigningKeyError
 */
export async function signingKey(folder: string): Promise<KeyObject> {
  const path = join(folder, fileName);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const { privateKey } = generateKeyPairSync('ed25519');
  const pem = privateKey.export({ format: 'pem', type: 'pkcs8' });
  try {
    await writeFile(path, pem, { mode: 0o600, flag: 'wx' });
    return privateKey;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return await readKey(path);
  }
}

async function readKey(path: string): Promise<KeyObject> {
  const { mode } = await stat(path);
  if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
    throw new SigningKeyError(`other users of this machine can read ${path}; run: chmod 600 ${path}`);
  }
  const text = await readFile(path, 'utf8');
  try {
    const key = createPrivateKey(text);
    if (key.asymmetricKeyType === 'ed25519') return key;
  } catch (cause) {
    throw new SigningKeyError(`${path} is no private key in PEM; put the right file back`, { cause });
  }
  throw new SigningKeyError(`${path} is no Ed25519 key; put the right file back`);
}
