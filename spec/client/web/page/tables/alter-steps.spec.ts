import { expect, test } from 'vitest';
import { type AlteredColumn, stepsBetween } from '../../../../../client/web/page/tables/alter-steps.ts';
import { effectWords, newlySealedBy } from '../../../../../client/web/page/tables/effect-words.ts';
import { sentenceText } from '../../../../../client/web/page/words/sentence.ts';
import { type AlterStep, type Column, findColumn, type TableDefinition } from '../../../../../protocol/table.ts';
import { alterDefinition } from '../../../../../server/domain/definition.ts';

const before: TableDefinition = {
  name: 'rates',
  key: 'code',
  columns: [
    { name: 'code', type: 'text' },
    { name: 'a', type: 'integer', required: true, min: 1 },
    { name: 'b', type: 'text', default: 'x' },
    { name: 'c', type: 'text' },
  ],
};

function kept(name: string, changes: Partial<Column> = {}): AlteredColumn {
  const column = findColumn(before, name);
  if (column === undefined) throw new Error(`no column ${name}`);
  return { origin: name, column: { ...column, ...changes } };
}

/** As the server does them. */
function done(after: readonly AlteredColumn[]): readonly Column[] | undefined {
  const result = alterDefinition(before, stepsBetween(before, after));
  return 'definition' in result ? result.definition.columns : undefined;
}

test('nothing is done where nothing is changed', () => {
  expect(
    stepsBetween(
      before,
      ['code', 'a', 'b', 'c'].map((name) => kept(name)),
    ),
  ).toEqual([]);
});

test('columns go, come at their places, and get other names, types and rules', () => {
  const added = { origin: undefined, column: { name: 'd', type: 'date' as const } };
  const last = { origin: undefined, column: { name: 'c', type: 'json' as const } };
  const a: AlteredColumn = { origin: 'a', column: { name: 'amount', type: 'decimal', unique: true } };
  const after = [kept('code', { name: 'currency' }), added, a, kept('b'), last];
  expect(stepsBetween(before, after).map((step) => step.do)).toEqual([
    'remove',
    'rename',
    'rename',
    'retype',
    'rules',
    'add',
    'add',
  ]);
  expect(done(after)).toEqual(after.map(({ column }) => column));
});

test('names that go round in a circle, or in a row, find their way', () => {
  const circle = [kept('code'), kept('a', { name: 'b' }), kept('b', { name: 'c' }), kept('c', { name: 'a' })];
  expect(done(circle)).toEqual(circle.map(({ column }) => column));
  const row = [kept('code'), kept('a', { name: 'b' }), kept('b', { name: 'c' })];
  expect(done(row)).toEqual(row.map(({ column }) => column));
});

test('a column that is sealed is told of, and one that is added sealed is not', () => {
  const added = { origin: undefined, column: { name: 'd', type: 'text' as const, sealed: true as const } };
  const steps = stepsBetween(before, [kept('code'), kept('a'), kept('b'), kept('c', { sealed: true }), added]);
  expect(newlySealedBy(steps)).toEqual(['c']);
});

test('steps are told in words, with how many rows they are about', () => {
  const text = (step: AlterStep, rows: number): string => sentenceText(effectWords(step, rows));
  expect(text({ do: 'add', column: { name: 'd', type: 'text', default: 'EU' } }, 51)).toBe(
    'd added as text: 51 rows get EU',
  );
  expect(text({ do: 'rules', column: 'a', set: { required: null, max: 5 } }, 1)).toBe(
    'a has other rules: no required any more, max 5; 1 row is looked at',
  );
});
