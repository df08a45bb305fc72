import { curveKeyPair } from 'zeromq';
import type { ServerAddress } from '../../client/index.ts';
import { toZ85 } from '../../protocol/curve.ts';

/** What a raw socket needs to be let in to a server: the server's key and a key of its own, new each time. */
export function curveOptions({ key }: ServerAddress) {
  if (key === undefined) return {};
  const { publicKey, secretKey } = curveKeyPair();
  return { curveServerKey: toZ85(key), curvePublicKey: publicKey, curveSecretKey: secretKey };
}
