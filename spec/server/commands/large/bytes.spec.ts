import { expect, test } from 'vitest';
import { atOnceBytesMax, cutByBytes, roughBytes } from '../../../../server/commands/large/bytes.ts';
import { chunksOf } from '../../../../server/commands/large/chunks.ts';

test('P8 a large command is cut by bytes too: large documents do not add up to one statement', async () => {
  const mebibyte = 'x'.repeat(1_048_576);
  const steps = Array.from({ length: 40 }, (_, index) => ({
    ...{
      type: 'row.insert' as const,
      table: 't',
      key: String(index),
      row: { text: index % 10 === 9 ? 'small' : mebibyte },
    },
  }));
  const chunks: (typeof steps)[] = [];
  for await (const chunk of chunksOf([steps])) chunks.push(chunk as typeof steps);
  expect(chunks.flat()).toEqual(steps);
  for (const chunk of chunks) expect(JSON.stringify(chunk).length).toBeLessThan(atOnceBytesMax * 1.01);
  expect(chunks.length).toBeLessThan(8);
});

test('what is larger by itself than may be at once stands alone', () => {
  const cuts = cutByBytes([1, atOnceBytesMax, 2, 3, 2 * atOnceBytesMax, atOnceBytesMax - 1, 1], (bytes) => bytes);
  expect(cuts).toEqual([[1], [atOnceBytesMax], [2, 3], [2 * atOnceBytesMax], [atOnceBytesMax - 1, 1]]);
});

test('the bytes of a step are nearly those of its JSON', () => {
  const step = { cells: new Map([['n', { before: 'a'.repeat(1_000), after: [1, null, { b: 'c'.repeat(500) }] }]]) };
  expect(roughBytes(step)).toBeGreaterThan(1_500);
  expect(roughBytes(step)).toBeLessThan(1_700);
});
