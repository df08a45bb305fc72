import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeJson, JsonError, parseJson } from '../../protocol/json.ts';
import { limits } from '../../protocol/limits.ts';
import { holdsRefused } from './arbitraries.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

function refusal(text: string): string {
  try {
    parseJson(text);
  } catch (error) {
    if (error instanceof JsonError) return error.message;
    throw error;
  }
  return 'not refused';
}

describe('numbers that a double would change are refused (D10)', () => {
  test.each([
    ['beyond 2^53', '9007199254740993'],
    ['inside an object', '{"a":[9007199254740993]}'],
    ['too large', '1e400'],
    ['too large and negative', '-1e400'],
    ['too small', '1e-400'],
    ['a denormal that is rounded', '4.9e-324'],
    ['more digits than a double has', '0.10000000000000000555'],
    ['seventeen digits that print as others', '0.12345678901234567890'],
    ['a rounded exponent form', '123456789012345678e10'],
    ['negative zero', '-0'],
    ['negative zero with a point', '-0.000'],
    ['negative zero with an exponent', '-0e5'],
    ['an exponent without end', `1e${'9'.repeat(1000)}`],
  ])('%s', (_, text) => {
    expect(refusal(text)).toContain('would be changed by a double');
  });

  test.each([
    '0',
    '0.0',
    '-1',
    '1e2',
    '1E+2',
    '0.10',
    '1.50',
    '100000000000000000000',
    '1e21',
    '5e-324',
    '9007199254740992',
  ])('but %s is kept', (text) => {
    expect(parseJson(text)).toBe(Number(text));
  });

  test('however long it is written, it is judged in time that follows its length', () => {
    const zeros = '0'.repeat(4_000_000);
    const start = performance.now();
    expect(refusal(`0.1${zeros}1`)).toContain('would be changed by a double');
    expect(parseJson(`1.5${zeros}`)).toBe(1.5);
    // In time that follows its square it would be hours.
    expect(performance.now() - start).toBeLessThan(5_000);
  });

  test('what looks like such a number inside a text is text', () => {
    const text = '["9007199254740993","\\"-0,","1e400","\\\\"]';
    expect(parseJson(text)).toEqual(['9007199254740993', '"-0,', '1e400', '\\']);
  });

  test('every double comes back, printed in any of the three ways JavaScript prints it', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        fc.pre(!Object.is(value, -0));
        for (const text of [String(value), JSON.stringify(value), value.toExponential()]) {
          expect(parseJson(text)).toBe(value);
        }
      }),
    );
  });
});

describe('names and structure', () => {
  test.each([
    ['twice in a row', '{"a":1,"a":1}'],
    ['by escape', '{"a":1,"\\u0061":2}'],
    ['deep inside', '[{"x":{"b":1,"c":2,"b":3}}]'],
    ['with blanks before the colon', '{"a" :1,"a"\n:2}'],
  ])('a repeated name is refused: %s (D11)', (_, text) => {
    expect(refusal(text)).toContain('stands twice');
  });

  test('the same name in two objects is no repetition, and a text that looks like a name is none', () => {
    expect(parseJson('[{"a":1},{"a":"\\"a\\":"}]')).toEqual([{ a: 1 }, { a: '"a":' }]);
  });

  test.each(['__proto__', 'constructor', 'prototype'])('the name %s is refused at any depth (W2)', (name) => {
    expect(refusal(`{"${name}":{"isAdmin":true}}`)).toContain('is reserved');
    expect(refusal(`{"row":{"json":[{"${name}":1}]}}`)).toContain('is reserved');
  });

  test('a reserved name written with an escape is the same name (W2)', () => {
    expect(refusal('{"\\u005f_proto__":{"isAdmin":true}}')).toContain('is reserved');
  });

  test('the order of names is kept or the object is refused, names that look like numbers included', () => {
    const texts = ['{"b":1,"a":2}', '{"b":1,"1":2}', '{"10":1,"9":2}', '[{"x":{"2":0,"1":0}}]'];
    for (const text of texts) {
      if (refusal(text) === 'not refused') expect(JSON.stringify(parseJson(text))).toBe(text);
    }
  });

  test(`depth: ${limits.depthMax} levels are kept, one more is refused (D12)`, () => {
    const nested = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);
    expect(refusal(nested(limits.depthMax))).toBe('not refused');
    expect(refusal(nested(limits.depthMax + 1))).toContain('levels');
    expect(refusal(`${'{"a":'.repeat(limits.depthMax + 1)}1${'}'.repeat(limits.depthMax + 1)}`)).toContain('levels');
  });

  test('a million levels are refused and do not end the process (D12)', () => {
    expect(refusal('['.repeat(1_000_000) + ']'.repeat(1_000_000))).toContain('levels');
  });
});

describe('texts', () => {
  test.each([
    ['NUL in a text', '"a\\u0000"', 'NUL'],
    ['NUL in a name', '{"\\u0000":1}', 'NUL'],
    ['a lone high surrogate by escape', '"\\ud83d"', 'lone surrogate'],
    ['a lone low surrogate by escape', '"\\udc00x"', 'lone surrogate'],
    ['a pair the wrong way round', '"\\udc00\\ud83d"', 'lone surrogate'],
    ['a lone surrogate in a name', '{"\\ud83d":1}', 'lone surrogate'],
  ])('%s is refused (D11)', (_, text, reason) => {
    expect(refusal(text)).toContain(reason);
  });

  test('a pair of surrogates by escape is one character', () => {
    expect(parseJson('"\\ud83d\\ude00"')).toBe('\u{1f600}');
  });

  test.each([
    ['a lone continuation byte', [0x22, 0x80, 0x22]],
    ['a cut sequence', [0x22, 0xe2, 0x82, 0x22]],
    ['an overlong slash', [0x22, 0xc0, 0xaf, 0x22]],
    ['a surrogate in bytes (CESU-8)', [0x22, 0xed, 0xa0, 0x80, 0x22]],
    ['beyond U+10FFFF', [0x22, 0xf4, 0x90, 0x80, 0x80, 0x22]],
    ['Latin-1', [0x22, 0xe9, 0x22]],
  ])('bytes that are not UTF-8 are refused: %s (D11)', (_, raw) => {
    expect(() => decodeJson(Uint8Array.from(raw))).toThrow(/not UTF-8/);
  });

  test('a byte order mark is no JSON', () => {
    expect(() => decodeJson(Uint8Array.from([0xef, 0xbb, 0xbf, 0x31]))).toThrow(JsonError);
  });

  test('a text of 16 MiB, the most that a request may hold, is read and not a stack overflow (P8)', () => {
    const text = 'x'.repeat(16_777_000);
    expect(parseJson(JSON.stringify({ text }))).toEqual({ text });
  });
});

test.each(['', ' ', '{', '[1,]', "{'a':1}", 'NaN', 'Infinity', '01', '+1', '.5', '1.', '"\t"', '// 1', 'undefined'])(
  'what is not JSON is refused as JsonError: %j',
  (text) => {
    expect(refusal(text)).toContain('not JSON');
  },
);

test('any value that holds nothing refused decodes to itself, in the same order; any other is refused', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.jsonValue({ stringUnit: 'binary' }), fc.jsonValue(), fc.jsonValue({ noUnicodeString: false })),
      (value) => {
        const text = JSON.stringify(value);
        if (holdsRefused(value)) expect(() => decodeJson(bytes(text))).toThrow(JsonError);
        else expect(JSON.stringify(decodeJson(bytes(text)))).toBe(text);
      },
    ),
    { numRuns: 500 },
  );
});

test('arbitrary bytes are decoded or refused with JsonError, and nothing else is thrown (P8)', () => {
  const near = fc
    .array(fc.constantFrom('{', '}', '[', ']', '"', ':', ',', '\\', 'u0000', 'ud800', '1', '-', '.', 'e', 'true', '\n'))
    .map((parts) => bytes(parts.join('')));
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 40 }), near), (raw) => {
      try {
        decodeJson(raw);
      } catch (error) {
        expect(error).toBeInstanceOf(JsonError);
      }
    }),
    { numRuns: 1_000 },
  );
});
