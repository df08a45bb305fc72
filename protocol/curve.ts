/**
 * Keys of CURVE as texts. Ours are 32 bytes in base64url (43 characters), which stand in addresses as they are; libzmq
 * takes Z85 (ZeroMQ's RFC 32), which does not.
 */
const alphabet = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#';

/** The public halves of the pairs that the manual of CURVE prints as examples: everybody has their secret halves. */
const testKeys = new Set([
  'u4hHHWXiZZswxVpTIc67WqsrcKOYZFwm3KKy_LQ_xRg',
  'VPy6JOkySZaTFvthfIcrsMHR_xSABCfFlMv6zxvC1lI',
]);

/** Whether this is a key: of 32 bytes, and in the one spelling of them. */
export function isCurveKey(text: string): boolean {
  return /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/.test(text);
}

export function isTestKey(publicKey: string): boolean {
  return testKeys.has(publicKey);
}

/** A key as libzmq takes it. @throws Error when it is none */
export function toZ85(key: string): string {
  if (!isCurveKey(key)) throw new Error('a CURVE key is 32 bytes in base64url, 43 characters');
  const bytes = Uint8Array.from(atob(key.replaceAll('-', '+').replaceAll('_', '/')), (char) => char.charCodeAt(0));
  const words = new DataView(bytes.buffer);
  return Array.from({ length: bytes.length / 4 }, (_, index) => z85Word(words.getUint32(index * 4))).join('');
}

/** Four bytes as five digits to the base of 85, the largest first. */
function z85Word(word: number): string {
  const digit = (power: number): string => alphabet.charAt(Math.floor(word / 85 ** power) % 85);
  return [4, 3, 2, 1, 0].map(digit).join('');
}
