import { expect, test } from 'vitest';
import { nowhere, type Place, readPlace, writePlace } from '../../../../../client/web/page/address/address.ts';
import { hostileTexts } from '../../../../support/hostile-texts.ts';

function readBack(place: Place): Place {
  const { pathname, search } = new URL(writePlace(place), 'http://page');
  return readPlace(pathname, search);
}

test('is short and read as it is written', () => {
  const place: Place = {
    ...nowhere,
    table: 'employees',
    at: '1042@epoch',
    since: 'spring',
    showsSame: true,
    row: 'E7',
    search: 'ada',
    sort: [
      { column: 'salary', descending: true },
      { column: 'name', descending: false },
    ],
    where: [
      { column: 'salary', is: 'between', values: ['10', '20'], isOr: false },
      { column: 'job', is: 'contains', values: ['a'], isOr: false },
      { column: 'job', is: 'empty', values: [], isOr: true },
    ],
    feed: { isTableOnly: true, by: 'ada', kind: 'changed', text: 'annual review' },
  };
  expect(writePlace(place)).toBe(
    '/t/employees?at=1042@epoch&since=spring&rows=all&row=E7&q=ada&sort=-salary&sort=name' +
      '&where.salary=between:10..20&where.job=contains:a&where.job=or:empty' +
      '&feed=table&feed.by=ada&feed.kind=changed&feed.q=annual+review',
  );
  expect(readBack(place)).toEqual(place);
});

test('holds every text, as the name of a column and as what it is compared with', () => {
  for (const text of [...hostileTexts, '-a', '+a', '--', 'a:b', 'or:is:1', '..', '&where.x=is:1', 'a\nb']) {
    const [column, value] = [text || 'x', text];
    const place: Place = {
      ...nowhere,
      table: 't',
      sort: [
        { column, descending: true },
        { column, descending: false },
      ],
      where: [
        { column, is: 'is', values: [value], isOr: false },
        { column, is: 'contains', values: [value], isOr: true },
      ],
      feed: { isTableOnly: false, by: column, kind: undefined, text: value },
    };
    // What is no text of Unicode no address can hold.
    if (text.isWellFormed()) expect(readBack(place), JSON.stringify(text)).toEqual(place);
    else expect(() => readBack(place)).not.toThrow();
  }
});

test('passes over what it does not know', () => {
  const query =
    '?where.=&where.a=&where.b=1&where.c=:x&sort=&where=is:1&rows=some&feed=some&feed.kind=much&feed.by=&x=y';
  expect(readPlace('/t/t', query)).toEqual({ ...nowhere, table: 't' });
});
