import { describe, expect, it } from 'vitest';
import { bannersOf, lagWords } from '../../../../../client/web/page/shell/trust-words.ts';

const since = '2026-11-22T09:00:00.000Z';
const later = (seconds: number): number => Date.parse(since) + seconds * 1_000;

describe('how far behind the page is', () => {
  it('is nothing while it is live', () => {
    expect(lagWords({ connection: 'live', since, head: 9, reached: 4 }, later(9))).toBeUndefined();
  });

  it('is told in changes where they are known, and else in time', () => {
    expect(lagWords({ connection: 'behind', since, head: 1_242, reached: 2 }, later(9))).toBe('1,240 behind');
    expect(lagWords({ connection: 'disconnected', since, head: 9, reached: 9 }, later(45))).toBe('45 s');
    expect(lagWords({ connection: 'disconnected', since, head: 9, reached: 9 }, later(190))).toBe('3 min');
    expect(lagWords({ connection: 'unreachable', since, head: 9, reached: 9 }, later(0))).toBeUndefined();
  });
});

describe('what is said over the whole page', () => {
  const fine = {
    connection: 'live',
    problem: undefined,
    unprovenSince: undefined,
    hasExpired: false,
    isOtherLife: false,
  } as const;
  const tampered = { code: 'tampered', message: 'entry 7 is not the one that the tree has' };

  it('is nothing while all is well, or only slow', () => {
    expect(bannersOf(fine)).toEqual([]);
    expect(bannersOf({ ...fine, connection: 'behind' })).toEqual([]);
  });

  it('is first that the log was tampered with, whatever else there is', () => {
    expect(bannersOf({ ...fine, connection: 'disconnected', problem: tampered, hasExpired: true })).toEqual([
      'tampered',
      'expired',
    ]);
  });

  it('is each of the others by itself', () => {
    expect(bannersOf({ ...fine, connection: 'unreachable' })).toEqual(['unreachable']);
    expect(bannersOf({ ...fine, connection: 'disconnected' })).toEqual(['disconnected']);
    expect(bannersOf({ ...fine, connection: 'crowded' })).toEqual(['crowded']);
    expect(bannersOf({ ...fine, problem: { code: 'too_old', message: '' } })).toEqual(['problem']);
    expect(bannersOf({ ...fine, unprovenSince: since })).toEqual(['unproven']);
    expect(bannersOf({ ...fine, isOtherLife: true })).toEqual(['otherLife']);
  });
});
