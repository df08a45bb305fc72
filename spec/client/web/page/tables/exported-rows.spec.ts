import { expect, test } from 'vitest';
import type { ColumnCondition } from '../../../../../client/web/page/address/arrangement.ts';
import { filterOf } from '../../../../../client/web/page/table/cells/filters.ts';
import { exportedRows } from '../../../../../client/web/page/tables/exported-rows.ts';
import { filterProblem, matchesFilter } from '../../../../../protocol/filter.ts';
import type { TableDefinition } from '../../../../../protocol/table.ts';
import type { Cell } from '../../../../../protocol/values.ts';

const definition: TableDefinition = {
  name: 't',
  columns: [
    { name: 'text', type: 'text' },
    { name: 'whole', type: 'integer' },
    { name: 'exact', type: 'decimal' },
    { name: 'double', type: 'number' },
    { name: 'yes', type: 'boolean' },
    { name: 'day', type: 'date' },
    { name: 'time', type: 'timestamp' },
    { name: 'pay', type: 'decimal', sealed: true },
    { name: 'data', type: 'json' },
  ],
};

function exported(...where: readonly Omit<ColumnCondition, 'isOr'>[]) {
  return exportedRows({ sort: [], where: where.map((condition) => ({ ...condition, isOr: false })) }, definition);
}

interface Option {
  readonly displayKey: string;
  readonly predicate: (values: readonly string[], cell: Cell) => boolean;
}

/** Whether the grid shows a row with this cell. */
function isInGrid(column: string, is: string, values: string[], cell: Cell): boolean {
  const one = definition.columns.find(({ name }) => name === column);
  if (one === undefined) throw new Error(`there is no column ${column}`);
  const key = { empty: one.type === 'boolean' ? 'none' : 'blank', filled: 'notBlank' }[is] ?? is;
  if (key === 'blank' || key === 'notBlank') return (cell === null) === (key === 'blank');
  const { filterOptions } = filterOf(one).filterParams as { filterOptions: (Option | string)[] };
  const option = filterOptions.find((each) => typeof each !== 'string' && each.displayKey === key) as
    | Option
    | undefined;
  if (option === undefined) throw new Error(`there is no filter ${key}`);
  return option.predicate(values, cell);
}

test('a file of numbers, or of yes and no, has the rows that the grid shows', () => {
  const big = '900719925474099312345';
  const cells: Readonly<Record<string, readonly Cell[]>> = {
    whole: [null, -1, 0, 10, 20, big],
    exact: [null, '-0.5', '10', '10.00', '20.000000000000000001'],
    double: [null, -0.5, 10, 20],
    yes: [null, true, false],
  };
  const numeric = ['is', 'isNot', 'above', 'least', 'below', 'most', 'between', 'empty', 'filled'];
  for (const [column, all] of Object.entries(cells)) {
    for (const is of column === 'yes' ? ['true', 'false', 'empty'] : numeric) {
      const values = ['true', 'false', 'empty', 'filled'].includes(is) ? [] : is === 'between' ? ['0', '10'] : ['10'];
      const { filter, notBy } = exported({ column, is, values });
      expect(filterProblem(definition, filter)).toBeUndefined();
      expect(notBy).toEqual([]);
      const row = (cell: Cell) => (cell === null ? {} : { [column]: cell });
      const kept = all.filter((cell) => matchesFilter(definition, filter, row(cell)));
      expect(kept, `${column} ${is}`).toEqual(all.filter((cell) => isInGrid(column, is, values, cell)));
    }
  }
});

test('a day is one of the calendar of whoever reads', () => {
  const noon = (day: string): string => new Date(`${day}T12:00:00`).toISOString();
  const days = ['2026-03-28', '2026-03-29', '2026-03-30', '2026-03-31'];
  for (const [is, values, kept] of [
    ['is', ['2026-03-29'], [1]],
    ['before', ['2026-03-29'], [0]],
    ['after', ['2026-03-29'], [2, 3]],
    ['between', ['2026-03-29', '2026-03-30'], [1, 2]],
  ] as const) {
    for (const [column, cellOf] of [
      ['day', (day: string) => day],
      ['time', noon],
    ] as const) {
      const { filter } = exported({ column, is, values });
      expect(filterProblem(definition, filter)).toBeUndefined();
      const found = days.filter((day) => matchesFilter(definition, filter, { [column]: cellOf(day) }));
      expect(found, `${column} ${is}`).toEqual(kept.map((index) => days[index]));
    }
  }
});

test('what no file can be filtered by is said, and asked of nobody', () => {
  const texts = exported(
    { column: 'text', is: 'contains', values: ['a'] },
    { column: 'data', is: 'lacks', values: ['b'] },
  );
  expect(texts).toEqual({ filter: [], sort: [], by: [], notBy: ['text contains “a”', 'data does not contain “b”'] });
  expect(exported({ column: 'whole', is: 'above', values: ['1.5'] }).notBy).toEqual(['whole is above 1.5']);
  expect(exported({ column: 'time', is: 'isNot', values: ['2026-01-01'] }).notBy).toHaveLength(1);
  const one: ColumnCondition = { column: 'whole', is: 'is', values: ['1'], isOr: false };
  const either = exportedRows({ sort: [], where: [one, { ...one, isOr: true }] }, definition);
  expect(either).toMatchObject({ filter: [], notBy: ['whole is 1', 'whole is 1'] });
});

test('a file is sorted by what the server sorts by', () => {
  const sort = ['pay', 'data', '_key', 'whole'].map((column) => ({ column, descending: true }));
  expect(exportedRows({ sort, where: [] }, definition).sort).toEqual([{ column: 'whole', descending: true }]);
});
