import { describe, expect, test } from 'vitest';
import { sizeOf, toItem } from '../../../../../client/web/page/feed/feed-item.ts';
import { itemWords } from '../../../../../client/web/page/feed/item-words.ts';
import type { KeptGroup } from '../../../../../client/web/page/ledger/kept-group.ts';
import { recentWith } from '../../../../../client/web/page/ledger/recent.ts';
import { sentenceText } from '../../../../../client/web/page/words/sentence.ts';
import { entryOf, groupOf } from '../feed/changes.ts';

/** So many rows of each of these tables, one after another, in one command. */
function importOf(command: string, from: number, rows: number, tables: readonly string[] = ['rates']) {
  const last = from + rows * tables.length - 1;
  const entry = (table: string, seq: number) => entryOf({ command, seq, table, key: `k${seq}`, group: [from, last] });
  const entries = tables.flatMap((table, index) =>
    Array.from({ length: rows }, (_, row) => entry(table, from + index * rows + row)),
  );
  return groupOf(entries);
}

function entriesOf(recent: readonly KeptGroup[]): number {
  return recent.reduce((sum, { entries }) => sum + entries.length, 0);
}

describe('the newest changes that the page keeps', () => {
  test('P8 are few of a large command, whose counts stay true, for each of its tables', () => {
    let recent: readonly KeptGroup[] = [];
    for (let n = 0; n < 10; n += 1) {
      recent = recentWith(recent, [importOf(`import ${n}`, n * 4_000 + 1, 2_000, ['rates', 'items'])]);
    }
    expect(recent.map(({ command }) => command).slice(0, 2)).toEqual(['import 9', 'import 8']);
    expect(entriesOf(recent)).toBe(1_000);
    const [newest] = recent;
    const both = newest && toItem(newest);
    const own = newest && toItem(newest, 'items');
    expect([both && sizeOf(both), own && sizeOf(own)]).toEqual([4_000, 2_000]);
    expect(own && sentenceText(itemWords(own))).toBe('imported 2,000 rows');
    expect(own?.span).toEqual([36_001, 40_000]);
  });

  test('P8 are so many commands, and so many changes', () => {
    const small = (n: number) => importOf(`small ${n}`, n + 1, 1);
    const many = recentWith(
      recentWith(
        [],
        Array.from({ length: 400 }, (_, n) => small(n)),
      ),
      [...Array.from({ length: 400 }, (_, n) => small(400 + n))],
    );
    expect([many.length, many[0]?.command, many.at(-1)?.command]).toEqual([500, 'small 799', 'small 300']);
    const large = Array.from({ length: 300 }, (_, n) => importOf(`large ${n}`, n * 60 + 1, 60));
    const few = recentWith([], large);
    expect([few.length, entriesOf(few)]).toEqual([100, 5_000]);
    const tables = Array.from({ length: 200 }, (_, n) => `t${n}`);
    const wide = recentWith(few, [importOf('wide', 20_000, 50, tables)]);
    expect([wide.length, wide[0]?.command]).toEqual([1, 'wide']);
  });
});
