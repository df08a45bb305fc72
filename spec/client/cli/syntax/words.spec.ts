import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quoteWord, splitOpenLine, splitWords } from '../../../../client/cli/syntax/words.ts';

describe('the words of a line', () => {
  it('are split as a shell does', () => {
    expect(splitWords(`insert  employees name="Ada Lovelace" note='it is "good"' a\\ b ""`)).toEqual([
      'insert',
      'employees',
      'name=Ada Lovelace',
      'note=it is "good"',
      'a b',
      '',
    ]);
    expect(splitWords('  ')).toEqual([]);
    expect(splitWords('"a\\"b\\n"')).toEqual(['a"b\\n']);
    expect(() => splitWords("update 'x")).toThrow('is not closed');
  });

  it('may be open at the end, for completion', () => {
    expect(splitOpenLine('get employees E')).toEqual({ words: ['get', 'employees'], last: { text: 'E', start: 14 } });
    expect(splitOpenLine('get employees ')).toEqual({ words: ['get', 'employees'], last: { text: '', start: 14 } });
    expect(splitOpenLine('get "New Yo')).toEqual({ words: ['get'], last: { text: 'New Yo', start: 4 } });
  });

  it('read back as they were quoted', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme', minLength: 0 })), (words) => {
        expect(splitWords(words.map(quoteWord).join(' '))).toEqual(words);
      }),
    );
  });
});
