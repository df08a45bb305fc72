import { expect, test } from 'vitest';
import { cellsWords, cellWord, changedWords } from '../../../../../client/web/page/words/cell-words.ts';
import { sentenceText } from '../../../../../client/web/page/words/sentence.ts';

const sealed = { sealed: 'A'.repeat(43) };

test('no sentence has a commitment in it, and what is empty is told from an empty text', () => {
  expect(sentenceText(cellsWords({ name: 'Ada', pay: sealed, note: null, nick: '' }))).toBe(
    'name Ada, pay sealed, nick ""',
  );
  expect(sentenceText(changedWords({ name: 'pay', was: sealed, is: null }))).toBe('pay sealed → empty');
});

test('a time is told by the clock of whoever reads where it is known to be one', () => {
  const time = '2026-11-26T03:00:00Z';
  expect(cellWord(time).text).toBe(time);
  expect(cellWord(time, 'plain', { type: 'timestamp' })).toMatchObject({
    text: expect.stringMatching(/^2026-11-2\d \d\d:\d\d:00$/),
    whole: time,
  });
});
