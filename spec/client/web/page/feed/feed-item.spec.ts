import { describe, expect, it } from 'vitest';
import { noFilter } from '../../../../../client/web/page/address/feed-view.ts';
import { byDay } from '../../../../../client/web/page/feed/by-day.ts';
import { passes } from '../../../../../client/web/page/feed/feed-filter.ts';
import { append, sizeOf, toItem, toItems } from '../../../../../client/web/page/feed/feed-item.ts';
import { itemWords, kindOf, placeWords } from '../../../../../client/web/page/feed/item-words.ts';
import { localTime } from '../../../../../client/web/page/words/local-time.ts';
import { sentenceText } from '../../../../../client/web/page/words/sentence.ts';
import type { TableEntry } from '../../../../../protocol/entry.ts';
import { entryOf, groupOf } from './changes.ts';

const item = (...entries: Parameters<typeof groupOf>[0]) => {
  const made = toItem(groupOf(entries));
  if (made === undefined) throw new Error('no line');
  return made;
};
const words = (...entries: Parameters<typeof groupOf>[0]): string => sentenceText(itemWords(item(...entries)));

const common = { at: '2026-11-22T09:12:03Z', by: 'ada', command: 'command-1', table: 'rates' };

const inserts = (rows: number, table = 'rates') =>
  Array.from({ length: rows }, (_, index) => entryOf({ seq: index + 1, table, key: `k${index}`, group: [1, rows] }));

describe('a line of the feed', () => {
  it('tells one change as what it is, and where', () => {
    const update = entryOf({ seq: 9, op: 'update', key: 'E7', row: { pay: '1200' }, was: { pay: '1000' } });
    expect(words(update)).toBe('pay 1000 → 1200');
    expect(sentenceText(placeWords(item(update)))).toBe('employees E7');
  });

  it('folds what was imported', () => {
    expect(words(...inserts(1_240))).toBe('imported 1,240 rows');
    expect(words(...inserts(3))).toBe('3 rows entered');
    expect(sentenceText(placeWords(item(...inserts(3))))).toBe('rates');
    expect(item(...inserts(1_240)).entries).toHaveLength(50);
    expect(sizeOf(item(...inserts(1_240)))).toBe(1_240);
  });

  it('counts what several tables had, each by itself', () => {
    const group = [1, 4] as const;
    const left = entryOf({ seq: 4, op: 'delete', table: 'log', key: 'a', was: {}, group: [...group] });
    const changed = entryOf({ seq: 3, op: 'update', key: 'E7', row: {}, was: { a: 1 }, group: [...group] });
    expect(words(...inserts(2), changed, left)).toBe(
      'rates: 2 rows entered; employees: 1 row changed; log: 1 row left',
    );
  });

  it('says that a table was made with its rows', () => {
    const definition = { name: 'rates', columns: [] };
    const create: TableEntry = { ...common, seq: 1, op: 'create', definition };
    expect(words(create, ...inserts(51))).toBe('table made with 51 rows');
    expect(kindOf(item(create, ...inserts(51)))).toBe('table');
  });

  it('says what was taken back', () => {
    expect(words(entryOf({ seq: 57, key: 'E8', reverts: [56, 56], row: { id: 'E8', name: 'Tomás' } }))).toBe(
      'took back #56: back with name Tomás',
    );
    expect(words(...inserts(3).map((entry) => ({ ...entry, reverts: [1, 9] as [number, number] })))).toBe(
      'took back #1 to #9: 3 rows back',
    );
  });

  it('is of one table where only that is asked for', () => {
    const both = groupOf([...inserts(2), entryOf({ seq: 3, op: 'delete', key: 'E7', was: {}, group: [1, 3] })]);
    expect(toItem(both, 'log')).toBeUndefined();
    const own = toItem(both, 'employees');
    expect(own && sentenceText(placeWords(own))).toBe('employees E7');
  });
});

describe('lines read from the newest back', () => {
  it('make one line of a command that two pages have changes of', () => {
    const newest = [...inserts(6)].reverse();
    const items = append(toItems(newest.slice(0, 4), 'epoch'), toItems(newest.slice(4), 'epoch'));
    expect(items).toHaveLength(1);
    expect(items[0] && sizeOf(items[0])).toBe(6);
    expect(items[0]?.entries.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(items[0]?.cursor).toBe('6@epoch');
  });

  it('are parted where another day begins', () => {
    const at = (seq: number, day: string) => entryOf({ seq, command: `c${seq}`, at: `${day}T12:00:00Z` });
    const items = toItems([at(3, '2026-11-22'), at(2, '2026-11-22'), at(1, '2026-11-20')], 'epoch');
    expect(byDay(items).map((day) => day.items.length)).toEqual([2, 1]);
  });
});

describe('the filter of the feed', () => {
  const update = item(
    entryOf({ seq: 9, op: 'update', key: 'E7', row: { pay: '1200' }, was: { pay: '1000' }, why: 'annual Review' }),
  );

  it('lets everything through that it does not name', () => {
    expect(passes(update, noFilter)).toBe(true);
  });

  it('goes by who, by kind, and by any text in any case', () => {
    expect(passes(update, { ...noFilter, by: 'ada' })).toBe(true);
    expect(passes(update, { ...noFilter, by: 'bob' })).toBe(false);
    expect(passes(update, { ...noFilter, kind: 'changed' })).toBe(true);
    expect(passes(update, { ...noFilter, kind: 'left' })).toBe(false);
    for (const text of ['review', 'EMPLOYEES', 'e7', '1200', '#9', ' ada ']) {
      expect(passes(update, { ...noFilter, text })).toBe(true);
    }
    expect(passes(update, { ...noFilter, text: 'grace' })).toBe(false);
  });

  it('finds a time as it is told', () => {
    const at = '2026-05-01T12:00:00Z';
    const entered = item(entryOf({ seq: 9, op: 'insert', key: 'E7', row: { at } }));
    const typesOf = () => () => 'timestamp' as const;
    expect(passes(entered, { ...noFilter, text: localTime(at) }, typesOf)).toBe(true);
  });
});
