import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { keyFile } from '../keys/key-file.ts';

const fileName = 'signing.key';

/**
 * The Ed25519 key that signs checkpoints, from the folder of the server's keys; made at the first start. It stands
 * outside the database, so that whoever can rewrite the log cannot sign it. All servers of a ledger have the same one.
 * @throws KeyFileError
 */
export function signingKey(folder: string): Promise<KeyObject> {
  const make = (): KeyObject => generateKeyPairSync('ed25519').privateKey;
  return keyFile({ path: join(folder, fileName), kind: 'ed25519', make });
}

/** The same, where there is one: a program beside the server makes none. @throws KeyFileError */
export async function existingSigningKey(folder: string): Promise<KeyObject | undefined> {
  const isThere = await stat(join(folder, fileName)).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return false;
      throw error;
    },
  );
  return isThere ? await signingKey(folder) : undefined;
}
