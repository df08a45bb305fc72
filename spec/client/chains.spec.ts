import { describe, expect, test } from 'vitest';
import { LedgerChain, TableChain } from '../../client/chains.ts';
import { GroupAssembler } from '../../client/group-assembler.ts';
import { EntryLines } from '../../client/lines.ts';
import type { Entry } from '../../protocol/entry.ts';
import type { FeedHeader } from '../../protocol/feed.ts';
import { toLines } from './fake-server.ts';

function entry(seq: number, options: { table?: string; group?: [number, number] } = {}): Entry {
  const common = { seq, at: '2026-01-01T00:00:00Z', by: 'ada', command: `c${options.group?.[0] ?? seq}` };
  return { ...common, table: 'rate', op: 'insert', key: `k${seq}`, version: 1, row: {}, ...options };
}

function message(entries: readonly Entry[], header: Partial<FeedHeader> = {}): [FeedHeader, EntryLines] {
  const [first, last] = [entries[0]?.seq ?? 0, entries.at(-1)?.seq ?? 0];
  return [
    { epoch: 'e', first, last, previous: first - 1, count: entries.length, ...header },
    EntryLines.ofFrame(toLines(entries)),
  ];
}

function seqs(groups: 'gap' | readonly (readonly Entry[])[]): unknown {
  return groups === 'gap' ? groups : groups.map((group) => group.map(({ seq }) => seq));
}

describe('the chain of a table', () => {
  const chain = new TableChain();

  test.each<[string, ReturnType<typeof message>, number, unknown]>([
    ['delivers what follows', message([entry(5)]), 4, [[5]]],
    ['delivers what follows a position further on', message([entry(5)], { previous: 2 }), 4, [[5]]],
    ['drops what came twice', message([entry(5)]), 5, []],
    ['delivers of a message the groups that are new', message([entry(5), entry(6)]), 5, [[6]]],
    ['S9 sees by the previous seq that something is missing', message([entry(5)], { previous: 3 }), 2, 'gap'],
    ['goes to the log for what is omitted', message([entry(5)], { omitted: true }), 4, 'gap'],
    ['goes to the log when there is less than the header says', message([entry(5)], { count: 2 }), 4, 'gap'],
    [
      'P6 keeps groups together',
      message([entry(5, { group: [5, 7] }), entry(7, { group: [5, 7] }), entry(8)]),
      4,
      [[5, 7], [8]],
    ],
  ])('%s', (_, [header, lines], position, expected) => {
    expect(seqs(chain.accept(header, lines, position))).toEqual(expected);
  });
});

describe('the chain of the whole ledger', () => {
  test('delivers a message that begins with the next seq, and sees a hole at once', () => {
    const chain = new LedgerChain();
    expect(seqs(chain.accept(...message([entry(5)]), 4))).toEqual([[5]]);
    expect(seqs(chain.accept(...message([entry(7)]), 5))).toBe('gap');
  });

  test('P6 holds a group over several tables back until all of it is there, in whatever order its tables come', () => {
    const chain = new LedgerChain();
    const group: [number, number] = [5, 7];
    const city = message([entry(6, { group, table: 'city' })], { group });
    const rate = message([entry(5, { group }), entry(7, { group })], { group });
    expect(seqs(chain.accept(...city, 4))).toEqual([]);
    expect(seqs(chain.accept(...city, 4))).toEqual([]);
    expect(seqs(chain.accept(...rate, 4))).toEqual([[5, 6, 7]]);
  });

  test('P6 sees that a table of a group was lost when the next message comes', () => {
    const chain = new LedgerChain();
    const group: [number, number] = [5, 6];
    expect(seqs(chain.accept(...message([entry(5, { group })], { group }), 4))).toEqual([]);
    expect(seqs(chain.accept(...message([entry(7)]), 4))).toBe('gap');
  });
});

describe('groups of a log that is read in pages', () => {
  test('P6 are put together across pages, of one table by what follows or by the end', () => {
    const assembler = new GroupAssembler();
    const group: [number, number] = [2, 6];
    expect(seqs(assembler.add([entry(1), entry(2, { group })]))).toEqual([[1]]);
    expect(seqs(assembler.add([entry(4, { group })]))).toEqual([]);
    expect(seqs(assembler.add([entry(7), entry(8, { group: [8, 9] })]))).toEqual([[2, 4], [7]]);
    expect(assembler.end(8)).toBe('cut');
    expect(assembler.end(8)).toBeUndefined();
    assembler.add([entry(8, { group: [8, 9] })]);
    expect(assembler.end(9)).toMatchObject([{ seq: 8 }]);
  });
});
