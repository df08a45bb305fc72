import { expect, test } from 'vitest';
import { planPaste } from '../../../../../client/web/page/table/edit/paste-plan.ts';
import { stepOf } from '../../../../../client/web/page/table/edit/steps.ts';
import type { CurrentRow } from '../../../../../protocol/errors.ts';
import type { TableDefinition } from '../../../../../protocol/table.ts';
import type { Cells } from '../../../../../protocol/values.ts';

const definition: TableDefinition = {
  name: 'people',
  key: 'id',
  columns: [
    { name: 'id', type: 'text' },
    { name: 'name', type: 'text' },
    { name: 'pay', type: 'decimal' },
    { name: 'more', type: 'json' },
    { name: 'secret', type: 'text', sealed: true },
  ],
};
const row = (key: string, version: number, cells: Cells): CurrentRow => ({
  key,
  version,
  seq: 1,
  at: '2026-01-01T00:00:00Z',
  by: 'ada',
  row: { id: key, ...cells },
});
const rows = [row('A', 3, { name: 'Ann', pay: '1.50' }), row('B', 7, { name: 'Bob' })];
const plan = (text: string, columns: string[]) => {
  const planned = planPaste({ definition, text, rows, columns, rowOf: (key) => rows.find((one) => one.key === key) });
  return { ...planned, steps: planned.edits.map((edit) => stepOf(definition.name, edit)) };
};

test('changes the cells to the right and below, each row in the version that was seen', () => {
  const { steps, problems } = plan('Anna\t2.00\nBob\t3.10', ['name', 'pay', 'more']);
  expect(problems).toEqual([]);
  expect(steps).toEqual([
    { type: 'row.update', table: 'people', key: 'A', row: { name: 'Anna', pay: '2.00' }, expect: { version: 3 } },
    { type: 'row.update', table: 'people', key: 'B', row: { pay: '3.10' }, expect: { version: 7 } },
  ]);
});

test('rows beyond the last are new ones', () => {
  const { steps, lines } = plan('A\tAnn\nB\tBob\nC\tCy', ['id', 'name']);
  expect(steps).toEqual([{ type: 'row.insert', table: 'people', row: { id: 'C', name: 'Cy' } }]);
  expect(lines).toEqual([
    {
      key: 'C',
      isNew: true,
      cells: [
        { column: 'id', before: null, after: 'C' },
        { column: 'name', before: null, after: 'Cy' },
      ],
    },
  ]);
});

test('names of columns above say where cells go, and the key which row it is', () => {
  const { steps } = plan('pay\tid\n9.99\tB\n1.00\tD', ['name']);
  expect(steps).toEqual([
    { type: 'row.update', table: 'people', key: 'B', row: { pay: '9.99' }, expect: { version: 7 } },
    { type: 'row.insert', table: 'people', row: { pay: '1.00', id: 'D' } },
  ]);
});

test('an empty text empties a cell', () => {
  expect(plan('\t', ['name', 'pay']).steps).toEqual([
    { type: 'row.update', table: 'people', key: 'A', row: { name: null, pay: null }, expect: { version: 3 } },
  ]);
});

test('what stands for a sealed cell is no value of one, and a text like any other elsewhere', () => {
  const { steps, sealedCount } = plan('Anna\tsealed\nsealed\tmine', ['name', 'secret']);
  expect(steps).toEqual([
    { type: 'row.update', table: 'people', key: 'A', row: { name: 'Anna' }, expect: { version: 3 } },
    { type: 'row.update', table: 'people', key: 'B', row: { name: 'sealed', secret: 'mine' }, expect: { version: 7 } },
  ]);
  expect(sealedCount).toBe(1);
});

test('says what cannot be, before the server is asked', () => {
  expect(plan('Z', ['id']).problems).toEqual(['A: a key cannot be changed, here to Z']);
  expect(plan('1\t2', ['more']).problems).toEqual(['1 of 2 columns have no place to go to']);
  expect(plan('{', ['more']).problems).toHaveLength(1);
});
