import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseSettings } from '../../settings/parse.ts';

function readingOf(line: string): string | undefined {
  return parseSettings(`[server]\n${line}`).sections.get('server')?.entries.get('k')?.value;
}

function problemOf(text: string): string {
  const { problems } = parseSettings(text);
  return problems.map(({ line, message }) => `${line}: ${message}`).join('\n');
}

describe('what is written is what is read', () => {
  test.each([
    ['k = plain', 'plain'],
    ['k=a=b', 'a=b'],
    ['  k =  spaced out  ', 'spaced out'],
    ['k =', ''],
    ['k = true', 'true'],
    ['k = null', 'null'],
    ['k = 0012', '0012'],
    ['k = "a;b#c"', 'a;b#c'],
    ['k = "true"', 'true'],
    ['k = " edges "', ' edges '],
    [String.raw`k = "quote \" and \\ backslash"`, String.raw`quote " and \ backslash`],
    ['k = zoë ☃', 'zoë ☃'],
  ])('%s', (line, value) => {
    expect(problemOf(`[server]\n${line}`)).toBe('');
    expect(readingOf(line)).toBe(value);
  });

  test('any text in double quotes comes back exactly', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const line = `k = ${JSON.stringify(text)}`;
        const read = readingOf(line);
        expect(read === text || (read === undefined && /[\u2028\u2029]/.test(text))).toBe(true);
      }),
    );
  });

  test('any unquoted text comes back exactly or is refused', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const { sections, problems } = parseSettings(`[server]\nk = ${text}`);
        const read = sections.get('server')?.entries.get('k')?.value;
        expect(problems.length > 0 || read === text.trim() || text.trim() === JSON.stringify(read)).toBe(true);
      }),
    );
  });

  test('a byte order mark and CRLF change nothing, and lines are still counted', () => {
    const { sections, problems } = parseSettings('\uFEFF[server]\r\n\r\nk = v\r\n[client]\r\n');
    expect(problems).toEqual([]);
    expect(sections.get('server')?.entries.get('k')).toEqual({ value: 'v', line: 3 });
    expect(sections.get('client')?.line).toBe(4);
  });

  test('comments and empty lines are skipped', () => {
    expect(problemOf('; one\n# two\n\n  ; three\n[server]')).toBe('');
  });
});

describe('what ini would change without a word is refused with its line', () => {
  test.each([
    ['k = secret;with', /^2: has ";" or "#".*write it in double quotes/],
    ['k = secret#with', /^2: has ";" or "#".*write it in double quotes/],
    ['k = "v" ; note', /^2: is not one text in double quotes/],
    [String.raw`k = a\\b`, /^2: has a backslash; write it in double quotes/],
    ["k = 'v'", /^2: single quotes are not read; write it in double quotes/],
    ['k = "open', /^2: is not one text in double quotes/],
    ['k = it"s', /^2: has a quote/],
    ['k = a\u2028b', /^2: has a quote or a control character/],
    ['k', /^2: has no value; write "key = value"/],
    ['k[] = v', /^2: lists with "\[\]" are not read/],
    ['__proto__ = v', /^2: is not allowed as a name/],
    ['constructor = v', /^2: is not allowed as a name/],
    ['"k" = v', /^2: this is not "key = value"/],
    ['= v', /^2: this is not "key = value"/],
    ['k = 1\nk = 2', /^3: stands twice in this section \(first on line 2\)/],
  ])('%s', (lines, message) => {
    expect(problemOf(`[server]\n${lines}`)).toMatch(message);
  });

  test.each([
    ['k = v', /^1: this line stands before any section/],
    ['[a.b]\nk = v', /^1: sections do not nest; write "\[a\]"/],
    ['[__proto__]\nk = v', /^1: "\[__proto__\]" is not a section name/],
    ['[server] ; note', /^1: this is not a section line/],
    ['  [server]', /^1: this is not a section line/],
    ['[server', /^1: this is not a section line/],
    ['[]', /^1: "\[\]" is not a section name/],
    ['[server]\n[client]\n[server]', /^3: section \[server\] stands twice \(first on line 1\)/],
  ])('%s', (text, message) => {
    expect(problemOf(text)).toMatch(message);
  });

  test('a value never stands in a problem: it may be a password', () => {
    expect(problemOf('[database]\npassword = hunter2;x')).not.toContain('hunter2');
  });

  test('Object.prototype stays clean', () => {
    parseSettings('[__proto__]\npolluted = yes\n[constructor]\nprototype = x\n[server]\n__proto__ = y');
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });
});
