import { describe, expect, test } from 'vitest';
import { formatPoint, type Point, parsePoint, pointSchema } from '../../protocol/point.ts';

describe('a point as people write it', () => {
  test.each<readonly [string, Point]>([
    ['0', { seq: 0 }],
    ['1042', { seq: 1042 }],
    ['1042@V1StGXR8_Z5jdHi6B-myT', { seq: 1042, epoch: 'V1StGXR8_Z5jdHi6B-myT' }],
    ['2026-05-01T12:00Z', { at: '2026-05-01T12:00:00.0Z' }],
    ['2026-05-01 12:00:01.000001+02:00', { at: '2026-05-01T12:00:01.000001+02:00' }],
    ['v1.54.0', { tag: 'v1.54.0' }],
    ['before-import', { tag: 'before-import' }],
    ['2025/closed', { tag: '2025/closed' }],
  ])('%s', (text, point) => {
    expect(parsePoint(text)).toEqual(point);
    expect(parsePoint(formatPoint(point))).toEqual(point);
  });

  test('without a zone it is a time of this place, and a day alone is its end', () => {
    const here = (time: string): string => new Date(time).toISOString().slice(0, 19);
    expect(parsePoint('2026-05-01 12:00')).toEqual({ at: `${here('2026-05-01T12:00:00')}.000000Z` });
    expect(parsePoint('2026-05-01T12:00:30.5')).toEqual({ at: `${here('2026-05-01T12:00:30')}.500000Z` });
    expect(parsePoint('2026-05-01')).toEqual({ at: `${here('2026-05-01T23:59:59')}.999999Z` });
    // Behind the last moment ahead of it there is all of the day.
    expect(parsePoint('2026-05-01', 'begin')).toEqual({ at: `${here('2026-04-30T23:59:59')}.999999Z` });
    expect(parsePoint('2026-05-01 12:00', 'begin')).toEqual(parsePoint('2026-05-01 12:00'));
    expect(parsePoint('2026-02-30', 'begin')).toBeUndefined();
  });

  test.each([
    '',
    '-1',
    '1042@',
    '99999999999999999',
    '2026-02-30',
    '2026-02-30 12:00',
    '2026-05-01 24:00',
    '2026-05-01 12:60',
    '2026-05-01T12:00.5',
    '2026-05-01T12:00:00.1234567Z',
    '2026-05-01T12:00+99:00',
    '2026-05',
    'a tag',
    '.hidden',
    'x'.repeat(65),
  ])('P11 %j is none, and is not taken for another', (text) => {
    expect(parsePoint(text)).toBeUndefined();
  });
});

test('a tag cannot be mistaken for a seq or a time', () => {
  for (const tag of ['1042', '2026-05-01', '2026-05', '2026-05-01T12:00']) {
    expect(pointSchema.safeParse({ tag }).success).toBe(false);
  }
});
