import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const derive = promisify<string, Buffer, number, ScryptOptions, Buffer>(scrypt);
interface ScryptOptions {
  readonly N: number;
  readonly r: number;
  readonly p: number;
  readonly maxmem: number;
}

/** OWASP's parameters for scrypt: 128 MB and about half a second for each guess. They stand in the hash, to be raised. */
const cost = { N: 2 ** 17, r: 8, p: 1 } as const;
const saltBytes = 16;
const hashBytes = 32;

/** The hash of a password, as setting.ini keeps it: `scrypt$N$r$p$salt$hash`, salt and hash in base64url. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(saltBytes);
  const hash = await derive(password, salt, hashBytes, withMemory(cost));
  return ['scrypt', cost.N, cost.r, cost.p, salt.toString('base64url'), hash.toString('base64url')].join('$');
}

/** Whether this is the password of that hash; takes the same time for a wrong one. @throws Error on a malformed hash. */
export async function verifyPassword(password: string, stored: string): Promise<boolean> {
  const [scheme, N, r, p, salt, hash] = stored.split('$');
  if (scheme !== 'scrypt' || salt === undefined || hash === undefined) throw new Error('not a scrypt hash');
  const expected = Buffer.from(hash, 'base64url');
  // An empty or cut hash would be matched by any password, or by many.
  if (expected.length !== hashBytes) throw new Error(`not a scrypt hash of ${hashBytes} bytes`);
  const parameters = withMemory({ N: Number(N), r: Number(r), p: Number(p) });
  const actual = await derive(password, Buffer.from(salt, 'base64url'), expected.length, parameters);
  return timingSafeEqual(actual, expected);
}

/** scrypt needs 128·N·r bytes, and Node's limit must be above that. */
function withMemory({ N, r, p }: Omit<ScryptOptions, 'maxmem'>): ScryptOptions {
  return { N, r, p, maxmem: 256 * N * r };
}
