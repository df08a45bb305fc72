import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseTsv, writeTsv } from '../../../../../client/web/page/table/cells/tsv.ts';

test('reads what spreadsheets put on the clipboard', () => {
  expect(parseTsv('a\tb\r\nc\td\r\n')).toEqual([
    ['a', 'b'],
    ['c', 'd'],
  ]);
  expect(parseTsv('"two\nlines"\t"a ""quote"""')).toEqual([['two\nlines', 'a "quote"']]);
  expect(parseTsv('one')).toEqual([['one']]);
  expect(parseTsv('\t')).toEqual([['', '']]);
});

test('leaves a quote that closes nothing as it is', () => {
  expect(parseTsv('"open\tnext')).toEqual([['"open', 'next']]);
  expect(parseTsv('"12" screen\tx')).toEqual([['"12" screen', 'x']]);
});

test('reads back whatever it writes', () => {
  const letters = fc.constantFrom('a', '"', '\t', '\n', '\r', ' ', 'é', '🙂');
  const cell = fc.array(letters, { maxLength: 6 }).map((parts) => parts.join(''));
  const table = fc
    .integer({ min: 1, max: 4 })
    .chain((width) => fc.array(fc.array(cell, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 5 }));
  fc.assert(
    fc.property(table, (rows) => {
      // A last row of one empty cell is the line break at the end of what is copied.
      fc.pre(!(rows.length > 1 && rows.at(-1)?.join('') === '' && rows.at(-1)?.length === 1));
      expect(parseTsv(writeTsv(rows))).toEqual(rows);
    }),
  );
});
