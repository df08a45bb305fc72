import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { join } from 'node:path';
import { isTestKey } from '../../protocol/curve.ts';
import { KeyFileError, keyFile } from './key-file.ts';

const fileName = 'curve.key';

/** A key pair of CURVE, each half 32 bytes in base64url. */
export interface CurveKeys {
  readonly publicKey: string;
  readonly secretKey: string;
}

/**
 * The key pair that both sockets of a server encrypt with, from the folder of its keys; made at the first start. Clients
 * know its public half from the connection string. All servers of one address have the same one.
 * @throws KeyFileError
 */
export async function curveKeys(folder: string): Promise<CurveKeys> {
  const path = join(folder, fileName);
  const make = (): KeyObject => generateKeyPairSync('x25519').privateKey;
  const { x: publicKey = '', d: secretKey = '' } = (await keyFile({ path, kind: 'x25519', make })).export({
    format: 'jwk',
  });
  if (isTestKey(publicKey)) {
    throw new KeyFileError(
      `${path} is a key of ZeroMQ's manual, which everybody has; remove it, and a new one is made`,
    );
  }
  return { publicKey, secretKey };
}
