import { expect, test } from 'vitest';
import { exactText, shownCell } from '../../../../../client/web/page/words/cell-text.ts';
import type { Cell, ColumnType } from '../../../../../protocol/values.ts';

test.each<[ColumnType, Cell, string]>([
  ['decimal', '1234567890123456789.50', '1234567890123456789.50'],
  ['integer', '9007199254740993', '9007199254740993'],
  ['number', 0.1, '0.1'],
  ['boolean', false, 'false'],
  ['date', '2026-02-28', '2026-02-28'],
  ['json', { a: [1, null] }, '{"a":[1,null]}'],
  ['json', 'text', '"text"'],
  ['text', '', ''],
  ['text', 'a\u202eb\u200b\n', 'a\\u202eb\\u200b\\n'],
  ['json', { a: '\u202e' }, '{"a":"\\u202e"}'],
])('shows a cell of %s: %j', (type, cell, text) => {
  expect(shownCell(type, cell)).toBe(text);
});

test('shows an empty cell as nothing, and a sealed one as sealed', () => {
  expect(shownCell('text', null)).toBe('');
  expect(shownCell('decimal', { sealed: 'A'.repeat(43) })).toBe('sealed');
});

test('shows a timestamp by the reader’s clock, and copies it to the letter', () => {
  const cell = '2026-11-26T03:00:00.123456+02:00';
  const time = new Date(cell);
  expect(shownCell('timestamp', cell)).toBe(
    `${time.getFullYear()}-11-${String(time.getDate()).padStart(2, '0')} ${String(time.getHours()).padStart(2, '0')}:${String(time.getMinutes()).padStart(2, '0')}:00.123456`,
  );
  expect(exactText('timestamp', cell)).toBe(cell);
});

test('cuts what is long, and copies all of it', () => {
  expect(shownCell('text', 'x'.repeat(5_000))).toHaveLength(301);
  expect(exactText('text', 'x'.repeat(5_000))).toHaveLength(5_000);
});
