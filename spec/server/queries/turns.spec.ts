import { describe, expect, test } from 'vitest';
import { Turns } from '../../../server/queries/turns.ts';

/** Asks, and notes in which order turns come. */
function asking(options: ConstructorParameters<typeof Turns>[0]) {
  const turns = new Turns(options);
  const came: string[] = [];
  const ends = new Map<string, () => void>();
  const ask = async (peer: string, name: string): Promise<boolean> => {
    const end = await turns.enter(peer);
    if (end === undefined) return false;
    came.push(name);
    ends.set(name, end);
    return true;
  };
  /** Ends one, and waits until the next has its turn. */
  const end = async (name: string): Promise<void> => {
    ends.get(name)?.();
    await new Promise(setImmediate);
  };
  return { ask, came, end };
}

describe('P8 turns of queries', () => {
  test('who asks much has not all places, and another has the next one that is free', async () => {
    const { ask, came, end } = asking({ atOnce: 3, max: 100 });
    for (let n = 0; n < 20; n += 1) void ask('greedy', `greedy ${n}`);
    await end('');
    expect(came).toEqual(['greedy 0', 'greedy 1']);
    void ask('a', 'a 0');
    void ask('b', 'b 0');
    await end('');
    expect(came.slice(2)).toEqual(['a 0']);
    await end('a 0');
    expect(came.slice(3)).toEqual(['b 0']);
    await end('greedy 0');
    await end('b 0');
    expect(came.slice(4)).toEqual(['greedy 2']);
  });

  test('what waits is bounded, in all and of one peer', async () => {
    const { ask } = asking({ atOnce: 1, max: 4 });
    for (let n = 0; n < 3; n += 1) void ask('greedy', `greedy ${n}`);
    expect(await ask('greedy', 'one more')).toBe(false);
    void ask('a', 'a 0');
    expect(await ask('b', 'b 0')).toBe(false);
  });

  test('nothing is kept of what has ended: the places are there again', async () => {
    const { ask, end } = asking({ atOnce: 1, max: 1 });
    for (let n = 0; n < 3; n += 1) {
      expect(await ask('a', `a ${n}`)).toBe(true);
      expect(await ask('b', 'b')).toBe(false);
      await end(`a ${n}`);
    }
  });
});
