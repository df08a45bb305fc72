import { expect, test } from 'vitest';
import { TextSet } from '../../../client/import/text-set.ts';

test('knows which texts it has seen, however much alike they are', () => {
  const texts = Array.from({ length: 300_000 }, (_, number) => [String(number), `id-${number % 7}-${number}`]).flat();
  const set = new TextSet();
  expect(texts.filter((text) => !set.add(text))).toEqual([]);
  expect(texts.filter((text) => set.add(text))).toEqual([]);
  expect([set.add(''), set.add('')]).toEqual([true, false]);
});
