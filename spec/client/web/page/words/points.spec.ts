import { expect, test } from 'vitest';
import { nowhere, readPlace, writePlace } from '../../../../../client/web/page/address/address.ts';
import { pointText, pointWords, spanWords, whenWords } from '../../../../../client/web/page/words/points.ts';

test('every state of time has an address that says the same when it is read', () => {
  for (const [at, since] of [
    ['1042@V1StGXR8_Z5jdHi6B-myT', undefined],
    ['2026-05-01T12:00:00.000000Z', 'v1.0'],
    [undefined, '7@e'],
  ] as const) {
    const place = { ...nowhere, table: 'a b/c', at, since };
    const [path = '', query = ''] = writePlace(place).split('?');
    expect(readPlace(path, query)).toEqual(place);
  }
  expect(writePlace({ ...nowhere, table: 'employees', at: '1042@epoch' })).toBe('/t/employees?at=1042@epoch');
});

test('a point is asked for in a form that no clock reads otherwise; tags and cursors stay', () => {
  expect(pointText('v1.0')).toBe('v1.0');
  expect(pointText('1042@e')).toBe('1042@e');
  expect(pointText(undefined)).toBeUndefined();
  expect(pointText('2026-05-01 12:00')).toMatch(/^2026-0(4|5)-\d\dT\d\d:00:00\.000000Z$/);
  expect(pointText('%%')).toBe('%%');
});

test('a point in few words is a seq without its life, a time by the clock here, or a tag', () => {
  expect(pointWords('1042@epoch')).toBe('#1042');
  expect(pointWords('1042')).toBe('#1042');
  expect(pointWords('2026-05-01 12:00')).toBe('1 May 2026, 12:00:00');
  expect(pointWords('v1.0')).toBe('v1.0');
});

test('a moment in words says when, and behind which change', () => {
  expect(whenWords({ at: undefined, seq: 7, ms: undefined })).toBe('now, #7');
  expect(whenWords({ at: '0@e', seq: 0, ms: undefined })).toBe('before the first change');
  const ms = new Date(2026, 10, 26, 4, 12, 31).getTime();
  expect(whenWords({ at: '12@e', seq: 12, ms })).toBe('26 Nov 2026, 04:12:31, #12');
  expect([spanWords([7, 7]), spanWords([7, 9])]).toEqual(['#7', '#7 to #9']);
});
