import { expect, test } from 'vitest';
import { emptyColumn, formOf, readColumn } from '../../../../../client/web/page/tables/column-form.ts';
import { placeProblems, readForm, tableFormOf } from '../../../../../client/web/page/tables/table-form.ts';
import type { TableDefinition } from '../../../../../protocol/table.ts';

const employees: TableDefinition = {
  name: 'employees',
  key: 'id',
  columns: [
    { name: 'id', type: 'text', required: true, pattern: 'E[0-9]+' },
    { name: 'ssn', type: 'text', unique: true, sealed: true },
    { name: 'pay', type: 'decimal', min: '0', max: '100.50', default: '1.10' },
    { name: 'shifts', type: 'integer', choices: [1, 2, 3] },
    { name: 'since', type: 'date', default: '2026-05-01' },
    { name: 'name', type: 'text', min: 1, max: 100 },
    { name: 'more', type: 'json', default: { a: [1] } },
    { name: 'here', type: 'boolean', default: false },
  ],
};

test('a definition goes through the form and back', () => {
  const { definition, problems } = readForm(tableFormOf(employees));
  expect(definition).toEqual(employees);
  expect(problems.size).toBe(0);
});

test('a table without a key column has none in the form', () => {
  const keyless = { name: 'notes', columns: [{ name: 'text', type: 'text' as const }] };
  expect(readForm(tableFormOf(keyless)).definition).toEqual(keyless);
});

test('what the schema refuses is told at its field', () => {
  const [first, second] = [emptyColumn({ name: 'id' }), emptyColumn({ name: '_id' })];
  const { problems } = readForm({ name: 'a b', key: first.id, columns: [first, second] });
  expect([...problems.keys()]).toEqual(['name', `${second.id}.name`]);
});

test('a name that stands twice is told at the second, and a key of a type that no key has at its type', () => {
  const [first, second] = [emptyColumn({ name: 'a', type: 'json' }), emptyColumn({ name: 'a' })];
  const { problems } = readForm({ name: 't', key: first.id, columns: [first, second] });
  expect([...problems.keys()].toSorted()).toEqual([`${first.id}.type`, `${second.id}.name`].toSorted());
});

test('rules are read in the type of the column, and those that it has not are left out', () => {
  const given = { default: '007', min: '1', max: 'many', pattern: 'x', choices: '1\n\n2' };
  const { column, problems } = readColumn(emptyColumn({ name: 'n', type: 'integer', ...given }));
  expect(column).toEqual({ name: 'n', type: 'integer', min: 1, choices: [1, 2] });
  expect(problems.map(({ field }) => field)).toEqual(['default', 'max']);
  expect(readColumn(emptyColumn({ name: 'j', type: 'json', unique: true, min: '1', choices: 'x' })).column).toEqual({
    name: 'j',
    type: 'json',
  });
});

test('a sealed column has no default', () => {
  const form = { ...formOf({ name: 'a', type: 'text', default: 'x' }), sealed: true };
  expect(readColumn(form).column).toEqual({ name: 'a', type: 'text', sealed: true });
});

test("the server's problems go to the fields that they are about, and the others stay", () => {
  const form = tableFormOf(employees);
  const { placed, rest } = placeProblems(form, [
    { code: 'table_exists', message: 'there is a table employees' },
    { code: 'invalid', column: 'id', message: 'id: its pattern is no RE2 expression' },
    { code: 'invalid', column: 'pay', key: 'E7', message: 'pay is required' },
  ]);
  expect([...placed.keys()]).toEqual(['name', `${form.columns[0]?.id}.pattern`]);
  expect(rest).toMatchObject([{ key: 'E7' }]);
});
