import { expect, test } from 'vitest';
import {
  type ImportChoices,
  importQuery,
  tableNameOf,
} from '../../../../../../client/web/page/tables/import/preview.ts';
import { tableNameSchema } from '../../../../../../protocol/names.ts';

const choices: ImportChoices = {
  table: 'rates',
  mode: 'upsert',
  key: 'auto',
  types: {},
  skip: [],
  encoding: 'auto',
  delimiter: 'auto',
  hasHeader: true,
};

test('a table is called as its file, as far as a table can be', () => {
  const names = ['rates.csv', 'Umsätze 2026 (neu).CSV', '.hidden', '-x-.json', '???.csv', `${'long'.repeat(30)}.csv`];
  expect(names.map(tableNameOf)).toEqual(['rates', 'Umsätze_2026_neu', 'table', 'x', 'table', 'long'.repeat(10)]);
  for (const name of names) expect(tableNameSchema.safeParse(tableNameOf(name)).success).toBe(true);
});

test('what was not chosen is not said', () => {
  const said = Object.entries(importQuery(choices, 'r.csv')).filter(([, value]) => value !== undefined);
  expect(Object.fromEntries(said)).toEqual({ table: 'rates', mode: 'upsert', name: 'r.csv' });
});

test('types of columns that are left out are not said', () => {
  const query = importQuery({ ...choices, key: 'column:code', types: { a: 'text', b: 'date' }, skip: ['b'] }, 'r.csv');
  expect(query).toMatchObject({ key: 'code', types: '{"a":"text"}', skip: '["b"]' });
  expect(importQuery({ ...choices, key: 'none' }, 'r.csv')).toMatchObject({ key: undefined, no_key: '' });
});
