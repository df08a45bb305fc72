import { createPrivateKey, type KeyObject } from 'node:crypto';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** A key of the server, or its file, cannot be used. The message says what to do. */
export class KeyFileError extends Error {
  override readonly name = 'KeyFileError';
}

export interface KeyFileOptions {
  readonly path: string;
  /** Node's name of the kind of key, and what people call it. */
  readonly kind: 'ed25519' | 'x25519';
  readonly make: () => KeyObject;
}

/**
 * A private key in a file of its own (PKCS8 in PEM, readable by its owner only), made when there is none yet. Of two
 * servers that start at once both use the key of the one who wrote first.
 * @throws KeyFileError
 */
export async function keyFile({ path, kind, make }: KeyFileOptions): Promise<KeyObject> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const made = make();
  try {
    await writeFile(path, made.export({ format: 'pem', type: 'pkcs8' }), { mode: 0o600, flag: 'wx' });
    return made;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return await readKey(path, kind);
  }
}

async function readKey(path: string, kind: KeyFileOptions['kind']): Promise<KeyObject> {
  const { mode } = await stat(path);
  if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
    throw new KeyFileError(`other users of this machine can read ${path}; run: chmod 600 ${path}`);
  }
  const key = parseKey(path, await readFile(path, 'utf8'));
  if (key.asymmetricKeyType === kind) return key;
  const name = kind === 'ed25519' ? 'Ed25519' : 'X25519';
  throw new KeyFileError(`${path} is no ${name} key; put the right file back`);
}

function parseKey(path: string, text: string): KeyObject {
  try {
    return createPrivateKey(text);
  } catch (cause) {
    throw new KeyFileError(`${path} is no private key in PEM; put the right file back`, { cause });
  }
}
