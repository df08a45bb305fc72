import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isBundle, joinBundle, splitBundle, takeBundle } from '../../protocol/bundle.ts';
import { limits } from '../../protocol/limits.ts';

function split(frame: string): string[] | undefined {
  return splitBundle(Buffer.from(frame))?.map((text) => Buffer.from(text).toString());
}

describe('a bundle', () => {
  test('gives back any JSON texts that were put into it, in order', () => {
    const texts = fc.array(fc.json(), { minLength: 2, maxLength: 20 });
    fc.assert(
      fc.property(texts, (given) => {
        expect(split(joinBundle(given))?.map((text) => text.trimEnd())).toEqual(given.map((text) => text.trimEnd()));
      }),
    );
  });

  test('of one text is that text, and no text is taken for a bundle', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(joinBundle([text])).toBe(text);
        expect(isBundle(Buffer.from(text))).toBe(false);
        expect(split(text)).toBeUndefined();
      }),
    );
  });

  test('is in the form of RFC 7464', () => {
    expect(joinBundle(['{"a":1}', '{"b":2}'])).toBe('\x1e{"a":1}\n\x1e{"b":2}\n');
  });

  test('P8 is none with a text more than the limit, or a byte', () => {
    const full = Array<string>(limits.bundleTextsMax).fill('{}');
    expect(split(joinBundle(full))).toHaveLength(limits.bundleTextsMax);
    expect(split(joinBundle([...full, '{}']))).toBeUndefined();
    const large = `\x1e"${'x'.repeat(limits.bundleBytesMax - 3)}"`;
    expect(split(large)).toHaveLength(1);
    expect(split(`${large} `)).toBeUndefined();
  });
});

describe('what is taken for a bundle', () => {
  const take = (waiting: readonly string[]): string[] => takeBundle(waiting, (text) => text);

  test('is the beginning of what waits, and never nothing', () => {
    const huge = 'x'.repeat(limits.bundleBytesMax);
    expect(take(['a', 'b', 'c'])).toEqual(['a', 'b', 'c']);
    expect(take([huge, 'b'])).toEqual([huge]);
    expect(take(['a', huge, 'c'])).toEqual(['a']);
    expect(take(Array<string>(2_000).fill('a'))).toHaveLength(limits.bundleTextsMax);
    expect(take([])).toEqual([]);
  });

  test('P8 can be split again, whatever its characters are', () => {
    const texts = fc.array(fc.string({ unit: 'grapheme', maxLength: 20_000 }), { maxLength: 60 });
    fc.assert(
      fc.property(texts, (waiting) => {
        const taken = take(waiting.map((text) => JSON.stringify(text)));
        expect(split(joinBundle(taken)) ?? taken).toHaveLength(taken.length);
      }),
      { numRuns: 50 },
    );
    const widest = Array<string>(100).fill(`"${'€'.repeat(5_000)}"`);
    const taken = take(widest);
    expect(taken.length).toBeLessThan(widest.length);
    expect(split(joinBundle(taken))).toHaveLength(taken.length);
  });
});
