import { expect, test } from 'vitest';
import { countRows } from '../../../../../client/web/page/ledger/row-counts.ts';
import type { Entry } from '../../../../../protocol/entry.ts';
import type { TableSummary } from '../../../../../protocol/replies.ts';

const common = { at: '2026-05-01T12:00:00Z', by: 'ada', command: 'c' };

function inserted(table: string, seq: number): Entry {
  return { ...common, seq, table, op: 'insert', key: `k${seq}`, version: 1, row: { id: `k${seq}` } };
}

function deleted(table: string, seq: number): Entry {
  return { ...common, seq, table, op: 'delete', key: `k${seq}`, version: 2, was: { id: `k${seq}` } };
}

const pay: TableSummary = { definition: { name: 'pay', columns: [{ name: 'id', type: 'text' }] }, rows: 10, seq: 5 };
const untouched: TableSummary = { ...pay, definition: { ...pay.definition, name: 'other' } };

test('rows that come and go are counted, each table by itself', () => {
  const changes = [inserted('pay', 6), inserted('pay', 7), inserted('new', 8), deleted('pay', 9)];
  expect(countRows([pay, untouched], changes)).toEqual([{ ...pay, rows: 11, seq: 9 }, untouched]);
});

test('what the table was counted with already is not counted again', () => {
  const changes = [inserted('pay', 4), inserted('pay', 5), inserted('pay', 6)];
  const once = countRows([pay], changes);
  expect(once).toEqual([{ ...pay, rows: 11, seq: 6 }]);
  expect(countRows(once, changes)).toEqual(once);
});
