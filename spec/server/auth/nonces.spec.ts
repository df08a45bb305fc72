import { describe, expect, test } from 'vitest';
import { Nonces } from '../../../server/auth/nonces.ts';

/** What a count was worth, which is used up by it. */
function used(nonces: Nonces, nonce: string, count: number, session = 's'): string {
  const state = nonces.stateOf({ session, nonce, count });
  if (state === 'fresh') nonces.use({ session, nonce, count });
  return state;
}

describe('P9 a count is good once', () => {
  test('in any order within the window, and not behind it', () => {
    const nonces = new Nonces();
    const nonce = nonces.make('s');
    for (const count of [1, 3, 2, 4_098, 3_000, 10_000]) expect(used(nonces, nonce, count)).toBe('fresh');
    for (const count of [1, 2, 3, 3_000, 4_098, 10_000, 10_000 - 4_096])
      expect(used(nonces, nonce, count)).toBe('used');
    for (const count of [10_000 - 4_095, 9_999, 9_998, 10_001]) expect(used(nonces, nonce, count)).toBe('fresh');
  });

  test('of ten thousand in a shuffled order, each once and never twice', () => {
    const nonces = new Nonces();
    const nonce = nonces.make('s');
    for (let base = 0; base < 10_000; base += 2_000) {
      const counts = Array.from({ length: 2_000 }, (_, n) => base + ((n * 1_237) % 2_000) + 1);
      for (const count of counts) expect(used(nonces, nonce, count)).toBe('fresh');
      for (const count of counts) expect(used(nonces, nonce, count)).toBe('used');
    }
  });

  test('a leap over the window forgets nothing that is still in it', () => {
    const nonces = new Nonces();
    const nonce = nonces.make('s');
    expect(used(nonces, nonce, 5)).toBe('fresh');
    expect(used(nonces, nonce, 5 + 4_096 * 3)).toBe('fresh');
    expect(used(nonces, nonce, 6 + 4_096 * 2)).toBe('fresh');
    expect(used(nonces, nonce, 5)).toBe('used');
  });
});

describe('P8 P9 a nonce', () => {
  test('belongs to its session and ends with it', () => {
    const nonces = new Nonces();
    const nonce = nonces.make('s');
    expect(used(nonces, nonce, 1, 'another')).toBe('unknown');
    expect(used(nonces, 'none', 1)).toBe('unknown');
    nonces.end('s');
    expect(used(nonces, nonce, 1)).toBe('unknown');
  });

  test('that is in use is not driven out by a stranger who asks for a million more', () => {
    const nonces = new Nonces({ perSessionMax: 64, allMax: 1_000 });
    const nonce = nonces.make('s');
    expect(used(nonces, nonce, 1)).toBe('fresh');
    for (let n = 0; n < 100_000; n += 1) nonces.make(n % 2 === 0 ? 's' : `t${n}`);
    expect(used(nonces, nonce, 2)).toBe('fresh');
  });

  test('is the oldest of too many when all are in use', () => {
    const nonces = new Nonces({ perSessionMax: 2, allMax: 3 });
    const [a, b, c] = [nonces.make('s'), nonces.make('s'), nonces.make('t')];
    for (const [nonce, session] of [
      [a, 's'],
      [b, 's'],
      [c, 't'],
    ] as const) {
      expect(used(nonces, nonce, 1, session)).toBe('fresh');
    }
    const d = nonces.make('u');
    expect(used(nonces, d, 1, 'u')).toBe('unknown');
    nonces.make('s');
    expect(used(nonces, b, 2)).toBe('fresh');
  });
});
