import { expect, it } from 'vitest';
import { dayWords, momentWords } from '../../../../../client/web/page/words/day.ts';

const now = new Date('2026-11-22T12:00:00');

it('calls the days as people do', () => {
  expect(dayWords('2026-11-22T00:00:01', now)).toBe('today');
  expect(dayWords('2026-11-21T23:59:59', now)).toBe('yesterday');
  expect(dayWords('2026-11-20T12:00:00', now)).toContain('2026');
});

it('tells the time alone of today', () => {
  expect(momentWords('2026-11-22T09:05:03', now)).toMatch(/^0?9:05:03$/);
  expect(momentWords('2025-11-22T09:05:03', now)).toContain('2025');
});
