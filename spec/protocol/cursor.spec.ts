import fc from 'fast-check';
import { expect, test } from 'vitest';
import { epochSchema, formatCursor, parseCursor, seqSchema } from '../../protocol/cursor.ts';

const epoch = fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/);

test('P7 a cursor is written seq@epoch and read back as it was', () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), epoch, (seq, life) => {
      expect(parseCursor(formatCursor({ seq, epoch: life }))).toEqual({ seq, epoch: life });
    }),
  );
});

test.each([
  '',
  '@',
  '5',
  '5@',
  '@abc',
  '-1@abc',
  '05@abc',
  '5.0@abc',
  '1e3@abc',
  ' 5@abc',
  '5@abc ',
  '5@abc\n',
  '5@a@b',
  '5@ä',
  `5@${'x'.repeat(65)}`,
  '9007199254740992@abc',
  '99999999999999999999@abc',
])('%j is no cursor', (text) => {
  expect(parseCursor(text)).toBeUndefined();
});

test('a text that is read as a cursor is printed the same: there is one form only', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[0-9.e-]{1,17}@?[a-zA-Z@ ]{0,3}$/)), (text) => {
      const cursor = parseCursor(text);
      if (cursor !== undefined) expect(formatCursor(cursor)).toBe(text);
    }),
  );
});

test.each([-1, 1.5, 2 ** 53, Number.NaN, '5', null])('%j is no seq', (seq) => {
  expect(seqSchema.safeParse(seq).success).toBe(false);
});

test.each(['', 'a b', 'x'.repeat(65), 'ä', 5])('%j is no epoch', (life) => {
  expect(epochSchema.safeParse(life).success).toBe(false);
});
