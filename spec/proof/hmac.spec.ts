import { createHmac, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Hmac } from '../../proof/hmac.ts';

describe('HMAC of short texts', () => {
  it('is that of node:crypto, for keys and texts of any length, short after long', () => {
    for (const keyLength of [0, 1, 32, 63, 64]) {
      const key = randomBytes(keyLength);
      const hmac = new Hmac(key);
      const other = new Hmac(randomBytes(32));
      for (const text of [
        'long '.repeat(130),
        '',
        'a',
        'ä€😀'.repeat(200),
        'é'.repeat(683),
        'x'.repeat(100_000),
        'short',
      ]) {
        other.of(text, 'hex');
        expect(hmac.of(text, 'hex')).toBe(createHmac('sha256', key).update(text).digest('hex'));
        expect(hmac.of(text, 'base64url')).toBe(createHmac('sha256', key).update(text).digest('base64url'));
      }
    }
  });

  it('takes bytes behind a text as if they stood in it, however many', () => {
    const key = randomBytes(32);
    const hmac = new Hmac(key);
    for (const length of [0, 1, 300, 2_044, 2_045, 100_000]) {
      const behind = randomBytes(length);
      const expected = createHmac('sha256', key).update('ä.').update(behind).digest('hex');
      expect(hmac.of('ä.', 'hex', behind)).toBe(expected);
    }
  });

  it('refuses a key that would have to be hashed first', () => {
    expect(() => new Hmac(randomBytes(65))).toThrow('at most 64 bytes');
  });
});
