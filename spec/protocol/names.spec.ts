import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { limits } from '../../protocol/limits.ts';
import { columnNameSchema, keySchema, tableNameSchema, utf8Length } from '../../protocol/names.ts';

const accepts = (schema: { safeParse(value: unknown): { success: boolean } }, value: unknown): boolean =>
  schema.safeParse(value).success;

describe('a table’s name', () => {
  test.each(['employees', 'E1', '1st', 'a-b_c', 'Größe', 'テーブル', 'x'.repeat(limits.nameBytesMax)])(
    'may be %s',
    (name) => {
      expect(accepts(tableNameSchema, name)).toBe(true);
    },
  );

  test.each([
    ['empty', ''],
    ['a leading underscore', '_a'],
    ['a leading dash', '-a'],
    ['a slash, which ends a topic', 'a/b'],
    ['a space', 'a b'],
    ['a quote', 'a"b'],
    ['a line feed', 'a\nb'],
    ['a trailing line feed', 'a\n'],
    ['an emoji', 'a\u{1f600}'],
    ['64 bytes', 'x'.repeat(64)],
    ['32 characters of 2 bytes', 'ä'.repeat(32)],
    ['no text', 1],
    ['constructor', 'constructor'],
    ['prototype', 'prototype'],
    ['__proto__', '__proto__'],
  ])('is refused: %s (W2)', (_, name) => {
    expect(accepts(tableNameSchema, name)).toBe(false);
  });
});

describe('a column’s name', () => {
  test.each(['id', 'Net salary (€)', 'a"b', "a'b", '100%', '"; DROP TABLE change; --', 'Größe', '$1', 'tostring', '0'])(
    'may be %s',
    (name) => {
      expect(accepts(columnNameSchema, name)).toBe(true);
    },
  );

  test.each([
    ['empty', ''],
    ['NUL', 'a\0b'],
    ['a line feed', 'a\nb'],
    ['a line separator', 'a\u2028b'],
    ['a bidi override', 'a\u202eb'],
    ['a zero-width joiner', 'a\u200db'],
    ['a leading space', ' a'],
    ['a trailing no-break space', 'a\u00a0'],
    ['a leading underscore, which is Rowcast’s', '_seq'],
    ['64 bytes', 'ä'.repeat(32)],
    ['constructor', 'constructor'],
    ['__proto__', '__proto__'],
  ])('is refused: %s (W2)', (_, name) => {
    expect(accepts(columnNameSchema, name)).toBe(false);
  });
});

describe('a name that every object of JavaScript has of itself is refused: a row without such a cell seems to have one (W2)', () => {
  // Seen with a column `toString`: required is met by an empty cell, a default is not filled in, min and pattern throw,
  // rename copies a function into rows, an update's `was` is lost.
  test.each(Object.getOwnPropertyNames(Object.prototype))('%s', (name) => {
    expect(accepts(columnNameSchema, name)).toBe(false);
    expect(accepts(tableNameSchema, name)).toBe(false);
  });
});

describe('a key', () => {
  test('is any text of up to 512 bytes', () => {
    expect(accepts(keySchema, ' \n/"')).toBe(true);
    expect(accepts(keySchema, 'ä'.repeat(limits.keyBytesMax / 2))).toBe(true);
    expect(accepts(keySchema, `${'ä'.repeat(limits.keyBytesMax / 2)}a`)).toBe(false);
    expect(accepts(keySchema, '')).toBe(false);
  });
});

test('names that are accepted fit PostgreSQL’s identifiers, whatever their script', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 70 }), (name) => {
      if (accepts(tableNameSchema, name) || accepts(columnNameSchema, name)) {
        expect(utf8Length(name)).toBeLessThanOrEqual(63);
        expect(name).not.toMatch(/[\0\n]/);
      }
    }),
  );
});
