import { expect, test } from 'vitest';
import { conflictOf, disputedIn, editAfter } from '../../../../../client/web/page/table/edit/row-conflict.ts';
import type { RowEdit } from '../../../../../client/web/page/table/edit/steps.ts';
import type { CurrentRow } from '../../../../../protocol/errors.ts';

const row = (version: number, cells: CurrentRow['row']): CurrentRow => ({
  key: 'A',
  version,
  seq: version,
  at: '2026-01-01T00:00:00Z',
  by: 'ada',
  row: cells,
});
const seen = row(1, { pay: '1', name: 'x' });

/** What is disputed, and what is left to write when all of it, or nothing, is the person's. */
function judged(edit: RowEdit, current: CurrentRow) {
  const conflict = conflictOf(edit, current);
  const disputed = disputedIn(conflict);
  return {
    disputed: disputed.map(({ column }) => column),
    all: editAfter(conflict, disputed, new Set(disputed)),
    none: editAfter(conflict, disputed, new Set()),
  };
}

test('a change of other cells is no dispute: the edit goes on upon the row as it is', () => {
  const current = row(2, { pay: '1', name: 'y' });
  expect(judged({ op: 'update', seen, cells: { pay: '2' } }, current)).toEqual({
    disputed: [],
    all: { op: 'update', seen: current, cells: { pay: '2' } },
    none: { op: 'update', seen: current, cells: { pay: '2' } },
  });
});

test('of cells that both have changed each is disputed, and only what is chosen is written', () => {
  const current = row(2, { pay: '3', name: 'x' });
  expect(judged({ op: 'update', seen, cells: { pay: '2', name: 'z' } }, current)).toEqual({
    disputed: ['pay'],
    all: { op: 'update', seen: current, cells: { pay: '2', name: 'z' } },
    none: { op: 'update', seen: current, cells: { name: 'z' } },
  });
});

test('who wanted the same as somebody else has it', () => {
  expect(judged({ op: 'update', seen, cells: { pay: '2' } }, row(2, { pay: '2', name: 'x' }))).toEqual({
    disputed: [],
    all: undefined,
    none: undefined,
  });
});

test('a row that was changed is deleted only when that is chosen; one that has come to be as it was, at once', () => {
  const current = row(2, { pay: '1', name: 'y' });
  expect(judged({ op: 'delete', seen }, current)).toEqual({
    disputed: [undefined],
    all: { op: 'delete', seen: current },
    none: undefined,
  });
  const same = row(3, { pay: '1', name: 'x' });
  expect(judged({ op: 'delete', seen }, same)).toMatchObject({ disputed: [], none: { op: 'delete', seen: same } });
});

test('a new row that is there by now is changed where that is chosen, and its key is no change', () => {
  const current = row(1, { id: 'A', pay: '3', name: null });
  expect(judged({ op: 'insert', cells: { id: 'A', pay: '2', name: 'z' } }, current)).toEqual({
    disputed: ['pay', 'name'],
    all: { op: 'update', seen: current, cells: { pay: '2', name: 'z' } },
    none: undefined,
  });
});
