import type { IFilterOptionDef } from 'ag-grid-community';
import { expect, test } from 'vitest';
import type { ColumnCondition } from '../../../../../client/web/page/address/arrangement.ts';
import {
  conditionsIn,
  filterModelsOf,
  kindOf,
  kinds,
  knownArrangement,
} from '../../../../../client/web/page/table/cells/conditions.ts';
import { filterOf } from '../../../../../client/web/page/table/cells/filters.ts';
import type { Column, TableDefinition } from '../../../../../protocol/table.ts';
import { columnTypes } from '../../../../../protocol/values.ts';

const columns: Column[] = [
  ...columnTypes.map((type) => ({ name: `a ${type}`, type })),
  { name: 'hidden', type: 'text', sealed: true },
];
const definition: TableDefinition = { name: 't', columns };

/** What the grid offers for a column. */
function optionsOf(column: Column): string[] {
  const { filterOptions } = filterOf(column).filterParams as { filterOptions: (IFilterOptionDef | string)[] };
  return filterOptions.map((option) => (typeof option === 'string' ? option : option.displayKey));
}

test('whatever a column can be filtered by has a word in the address, and nothing else has', () => {
  for (const column of columns) expect(optionsOf(column)).toEqual(Object.values(kinds[kindOf(column)]));
});

test('a filter of the grid is said in the address, and becomes the same filter again', () => {
  for (const column of columns) {
    for (const is of Object.keys(kinds[kindOf(column)])) {
      const value = kindOf(column) === 'day' ? '2026-02-28' : '12';
      const values = ['empty', 'filled', 'true', 'false'].includes(is)
        ? []
        : is === 'between'
          ? [value, value]
          : [value];
      const one: ColumnCondition = { column: column.name, is, values, isOr: false };
      for (const where of [[one], [one, one], [one, { ...one, isOr: true }]]) {
        expect(knownArrangement({ sort: [], where }, definition).where).toEqual(where);
        expect(conditionsIn(filterModelsOf(where, definition), definition)).toEqual(where);
      }
    }
  }
});

test('what there is not in the table, or is compared with nothing, is passed over', () => {
  const condition = (column: string, is: string, ...values: string[]): ColumnCondition => ({
    column,
    is,
    values,
    isOr: true,
  });
  const where = [
    condition('none', 'is', '1'),
    condition('a text', 'toString', '1'),
    condition('a text', 'above', '1'),
    condition('a text', 'is'),
    condition('a text', 'is', ' '),
    condition('a text', 'empty', '1'),
    condition('a date', 'is', '2026-02-30'),
    condition('a integer', 'between', '1'),
    condition('hidden', 'is', '1'),
  ];
  const sort = ['none', 'a text', 'a text'].map((column) => ({ column, descending: false }));
  expect(knownArrangement({ sort, where }, definition)).toEqual({ sort: [sort[1]], where: [] });
});
