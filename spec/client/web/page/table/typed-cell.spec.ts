import fc from 'fast-check';
import { expect, test } from 'vitest';
import { typedCell } from '../../../../../client/web/page/table/edit/typed-cell.ts';
import { exactText } from '../../../../../client/web/page/words/cell-text.ts';
import { type Cell, type ColumnType, cellProblem } from '../../../../../protocol/values.ts';

test.each<[ColumnType, string, Cell]>([
  ['text', ' kept ', ' kept '],
  ['text', '', null],
  ['integer', ' 42 ', 42],
  ['integer', '9007199254740993', '9007199254740993'],
  ['number', '1.50', 1.5],
  ['decimal', '1.50', '1.50'],
  ['boolean', 'TRUE', true],
  ['boolean', 'no', false],
  ['date', '2026-02-28', '2026-02-28'],
  ['json', '{"a": 1}', { a: 1 }],
])('takes %s %j as %j', (type, text, cell) => {
  expect(typedCell(type, text)).toEqual({ cell });
});

test.each<[ColumnType, string]>([
  ['integer', '1,000'],
  ['integer', '007'],
  ['decimal', '1e3'],
  ['number', '0.1000000000000000055'],
  ['boolean', 'maybe'],
  ['date', '28.2.2026'],
])('sends %s %j as it was typed, for the server to refuse', (type, text) => {
  expect(typedCell(type, text)).toEqual({ cell: text });
  expect(cellProblem(type, text)).toBeDefined();
});

test('takes a time of the reader’s clock as that instant', () => {
  const typed = typedCell('timestamp', '2026-07-01 12:30');
  if ('problem' in typed) throw new Error(typed.problem);
  expect(cellProblem('timestamp', typed.cell)).toBeUndefined();
  expect(new Date(String(typed.cell)).getTime()).toBe(new Date('2026-07-01T12:30:00').getTime());
});

test('refuses what is no JSON, as any text would be a value', () => {
  expect(typedCell('json', '{a: 1}')).toHaveProperty('problem');
});

test('what is shown in an editor and left as it is stays the same cell', () => {
  const cells = fc.oneof(
    fc.tuple(
      fc.constant<ColumnType>('json'),
      fc.jsonValue({ maxDepth: 2 }).map((value) => JSON.parse(JSON.stringify(value)) as Cell),
    ),
    fc.tuple(fc.constant<ColumnType>('integer'), fc.maxSafeInteger() as fc.Arbitrary<Cell>),
    fc.tuple(fc.constant<ColumnType>('text'), fc.string() as fc.Arbitrary<Cell>),
  );
  fc.assert(
    fc.property(cells, ([type, cell]) => {
      fc.pre(cell !== null && cell !== '' && !Object.is(cell, -0) && !JSON.stringify(cell).includes('-0'));
      fc.pre(!/__proto__|constructor|prototype/.test(JSON.stringify(cell)));
      const typed = typedCell(type, exactText(type, cell));
      if ('cell' in typed) expect(typed.cell).toEqual(cell);
      else expect(type).toBe('json');
    }),
  );
});
