import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shownText, shownWidth } from '../../protocol/shown-text.ts';

describe('foreign text on a terminal (W7)', () => {
  it.each([
    ['\u001b[31mred', '\\u001b[31mred'],
    ['a\nb\tc\r', 'a\\nb\\tc\\r'],
    ['abc\u202edef', 'abc\\u202edef'],
    ['zero\u200bwidth', 'zero\\u200bwidth'],
    ['\u0000\u007f\u009b', '\\u0000\\u007f\\u009b'],
    ['tag\u{e0041}', 'tag\\u{e0041}'],
    ['line\u2028', 'line\\u2028'],
    ['Zoë 漢字 🙂 e\u0301', 'Zoë 漢字 🙂 e\u0301'],
  ])('%j is shown as %s', (text, shown) => {
    expect(shownText(text)).toBe(shown);
  });

  it('never holds a control, format or bidi character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 20 }), (text, widthMax) => {
        expect(shownText(text, { widthMax })).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
        expect(shownWidth(shownText(text, { widthMax }))).toBeLessThanOrEqual(widthMax);
      }),
    );
  });

  it('is shortened by what it takes on the screen', () => {
    expect(shownText('abcdef', { widthMax: 6 })).toBe('abcdef');
    expect(shownText('abcdefg', { widthMax: 6 })).toBe('abcde…');
    expect(shownText('漢字漢字', { widthMax: 5 })).toBe('漢字…');
  });

  it('marks its escapes', () => {
    expect(shownText('a\u202eb', { mark: (hidden) => `<${hidden}>` })).toBe('a<\\u202e>b');
  });
});
