import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { GrowingPause } from '../../../../../client/web/page/api/pause.ts';

beforeEach(() => {
  vi.useFakeTimers({ now: 0, toFake: ['performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

test('pauses grow to a bound, and begin anew when it has gone well for a while', () => {
  const growing = new GrowingPause();
  const taken = (lastedMs: number): number => {
    const ms = growing.next();
    vi.advanceTimersByTime(ms + lastedMs);
    return ms;
  };
  const seconds = Array.from({ length: 7 }, () => taken(100) / 1_000);
  expect(seconds).toEqual([1, 2, 4, 8, 16, 30, 30]);
  expect([taken(31_000), taken(0), taken(0)]).toEqual([30_000, 1_000, 2_000]);
});
