import { expect, test } from 'vitest';
import type { Group } from '../../../../../client/web/page/api/messages.ts';
import { Pulse } from '../../../../../client/web/page/tables/pulse.ts';

function group(at: string, ...tables: string[]): Group {
  const entries = tables.map((table) => ({ table })) as unknown as Group['entries'];
  return { cursor: '1@e', at, by: 'ada', command: 'c', entries };
}

test('a table that is changed often has a rate, which fades when it is quiet again', () => {
  const pulse = new Pulse();
  const rates: (number | undefined)[] = [];
  for (const changes of [30, 30, 30, 0, 0, 0, 0]) {
    pulse.take([group('2026-05-01T12:00:00Z', ...Array.from({ length: changes }, () => 'a'))]);
    rates.push(pulse.tick().get('a')?.perSecond);
  }
  expect(rates).toEqual([10, 20, 30, 20, 10, 0, 0]);
});

test('it tells which tables were changed, and when each was last', () => {
  const pulse = new Pulse();
  pulse.know('b', Date.parse('2026-05-01T11:00:00Z'));
  expect([...pulse.take([group('2026-05-01T12:00:00Z', 'a'), group('2026-05-01T12:00:01Z', 'a')])]).toEqual(['a']);
  expect(pulse.lives().get('a')?.lastAt).toBe(Date.parse('2026-05-01T12:00:01Z'));
  expect(pulse.lives().get('b')).toEqual({ lastAt: Date.parse('2026-05-01T11:00:00Z'), perSecond: 0 });
});
