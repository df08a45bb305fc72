import { describe, expect, test } from 'vitest';
import { begun, pagesAhead } from '../../client/pages-ahead.ts';

/** Three pages, and what was asked for. */
function source(fails = false) {
  const asked: number[] = [];
  const signals: AbortSignal[] = [];
  const ask = async (before: number | undefined, signal: AbortSignal): Promise<number> => {
    asked.push((before ?? 0) + 1);
    signals.push(signal);
    if (fails) throw new Error('no page');
    return (before ?? 0) + 1;
  };
  return { asked, signals, pages: pagesAhead({ ask, hasNext: (page) => page < 3 }, undefined) };
}

describe('pages that were begun', () => {
  test('are asked for before anybody wants them, and are the same, each once', async () => {
    const { asked, pages } = source();
    const ahead = begun(pages);
    expect(asked).toEqual([1]);
    const all: number[] = [];
    for await (const page of ahead) all.push(page);
    expect(all).toEqual([1, 2, 3]);
    expect(asked).toEqual([1, 2, 3]);
  });

  test('tell how the first one failed when somebody wants it', async () => {
    const ahead = begun(source(true).pages);
    await Promise.resolve();
    await expect(ahead.next()).rejects.toThrow('no page');
  });

  test('end what is on its way when their reader leaves', async () => {
    const { signals, pages } = source();
    for await (const page of begun(pages)) {
      expect(page).toBe(1);
      break;
    }
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
  });
});
