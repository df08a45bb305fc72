import { expect, test } from 'vitest';
import { allRows } from '../../../../../client/web/page/time/compared-rows.ts';
import { Comparison } from '../../../../../client/web/page/time/comparison.ts';
import type { RowEntry } from '../../../../../protocol/entry.ts';
import { Dice } from '../../../random.ts';
import { FakeLedger } from '../ledger/fake-ledger.ts';
import { RandomCommits } from '../ledger/random-commits.ts';

const entry = (fields: Pick<RowEntry, 'op' | 'key'> & Partial<RowEntry>): RowEntry => ({
  seq: 9,
  at: '',
  by: 'ada',
  command: 'c',
  table: 't',
  version: 1,
  ...fields,
});

test('a diff becomes rows that entered, left and changed', () => {
  const comparison = new Comparison();
  comparison.begin([
    { table: 't', key: 'a', op: 'insert', seq: 1, row: { x: '1' } },
    { table: 't', key: 'b', op: 'update', seq: 2, row: { x: '2' }, was: { x: '1', y: null } },
    { table: 't', key: 'c', op: 'delete', seq: 3, was: { x: '3' } },
  ]);
  expect(comparison.counts).toEqual({ entered: 1, left: 1, changed: 1 });
  expect(comparison.rows.get('c')).toEqual({ key: 'c', mark: 'left', row: { x: '3' }, was: {} });
});

test('a row that is again as it was is none that differs', () => {
  const comparison = new Comparison();
  comparison.apply(entry({ op: 'update', key: 'a', row: { x: '2' }, was: { x: '1' } }));
  expect(comparison.rows.get('a')?.was).toEqual({ x: '1' });
  comparison.apply(entry({ op: 'delete', key: 'a', was: { x: '2' } }));
  expect(comparison.rows.get('a')).toEqual({ key: 'a', mark: 'left', row: { x: '1' }, was: {} });
  comparison.apply(entry({ op: 'insert', key: 'a', row: { x: '1' } }));
  expect(comparison.rows.size).toBe(0);
  comparison.apply(entry({ op: 'erase', key: 'gone', columns: ['x'], was: {} }));
  expect(comparison.rows.size).toBe(0);
});

test('kept up to date it is what a new diff would say', async () => {
  for (let seed = 1; seed <= 20; seed += 1) {
    const ledger = new FakeLedger(new Dice(seed));
    const commits = new RandomCommits(ledger, new Dice(seed));
    commits.create('t');
    for (let n = 0; n < 20; n += 1) commits.next();
    const [first, middle] = [1 + (seed % 10), ledger.seq];
    const definitionOf = (seq: number): string => JSON.stringify(ledger.table('t', seq)?.definition);
    for (let n = 0; n < 20; n += 1) commits.next();
    if (definitionOf(first) !== definitionOf(ledger.seq)) continue;
    const between = async (from: number, to: number) => {
      const { rows } = await ledger.diff('t', [ledger.cursor(from), ledger.cursor(to)], new AbortController().signal);
      return rows;
    };
    const [kept, anew] = [new Comparison(), new Comparison()];
    kept.begin(await between(first, middle));
    for (const one of ledger.groups.flatMap(({ entries }) => entries))
      if (one.table === 't' && one.seq > middle) kept.apply(one as RowEntry);
    anew.begin(await between(first, ledger.seq));
    expect(new Map([...kept.rows].sort()), `seed ${seed}`).toEqual(new Map([...anew.rows].sort()));
  }
});

test('rows that differ stand where their keys are, those that do not between them', () => {
  const left = { key: 'b', mark: 'left', row: {}, was: {} } as const;
  const rows = ['c', 'a'].map((key) => ({ key, version: 1, seq: 1, at: '', by: '', row: {} }));
  expect(allRows([left], rows).map(({ key, mark }) => `${key} ${mark}`)).toEqual(['a same', 'b left', 'c same']);
});
