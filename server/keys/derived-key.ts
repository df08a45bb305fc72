import { hkdfSync, type KeyObject } from 'node:crypto';

/** Bytes of a derived key: those of SHA-256, for whose HMAC they are. */
const derivedBytes = 32;

/**
 * A secret for one purpose from the signing key's bytes (HKDF-SHA256): outside the database, and the same on all servers
 * of a ledger.
 */
export function derivedKey(signingKey: KeyObject, purpose: string): Buffer {
  const bytes = signingKey.export({ format: 'der', type: 'pkcs8' });
  return Buffer.from(hkdfSync('sha256', bytes, '', `rowcast ${purpose}`, derivedBytes));
}
