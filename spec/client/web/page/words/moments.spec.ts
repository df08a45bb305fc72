import { expect, it } from 'vitest';
import { agoWords, dayWords, momentWords, wholeWords } from '../../../../../client/web/page/words/moments.ts';

const now = new Date('2026-11-22T12:00:00');

it('calls the days as people do', () => {
  expect(dayWords('2026-11-22T00:00:01', now)).toBe('today');
  expect(dayWords('2026-11-21T23:59:59', now)).toBe('yesterday');
  expect(dayWords('2026-11-20T12:00:00', now)).toMatch(/^Friday,? 20 November 2026$/);
});

it('tells no more of a moment than is needed, in any browser alike', () => {
  expect(momentWords('2026-11-22T09:05:03', now)).toBe('09:05:03');
  expect(momentWords('2026-11-21T09:05:03', now)).toBe('yesterday, 09:05:03');
  expect(momentWords('2025-11-22T09:05:03', now)).toBe('22 Nov 2025, 09:05:03');
  expect(wholeWords(new Date(2026, 10, 22, 0, 0, 1).getTime())).toBe('22 Nov 2026, 00:00:01');
});

it('calls yesterday so when the clock was put forward in between', () => {
  const first = new Date(2026, 2, 30, 0, 30);
  expect(dayWords(new Date(2026, 2, 29, 12).getTime(), first)).toBe('yesterday');
});

it('says how long ago something was in few words', () => {
  const told = [-5, 3, 42, 200, 7_300, 90_000].map((seconds) =>
    agoWords(now.getTime() - seconds * 1_000, now.getTime()),
  );
  expect(told).toEqual(['just now', 'just now', '42 s ago', '3 min ago', '2 h ago', '1 d ago']);
});
