import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { AlterStep, TableDefinition } from '../../../protocol/table.ts';
import { alterDefinition } from '../../../server/domain/definition.ts';
import { inverseAlter } from '../../../server/domain/inverse-alter.ts';

const rules = (column: string, set: Extract<AlterStep, { do: 'rules' }>['set']): AlterStep => ({
  do: 'rules',
  column,
  set,
});

const column = fc.constantFrom('p', 'q', 'r');
const step: fc.Arbitrary<AlterStep> = fc.oneof(
  column.map((name): AlterStep => ({ do: 'add', column: { name, type: 'text', default: 'new' } })),
  fc.tuple(column, column).map(([from, to]): AlterStep => ({ do: 'rename', column: from, to })),
  column.map((name): AlterStep => ({ do: 'remove', column: name })),
  fc.tuple(column, fc.constantFrom('text' as const, 'integer' as const)).map(
    ([name, to]): AlterStep => ({
      do: 'retype',
      column: name,
      to,
    }),
  ),
  fc.tuple(column, fc.constantFrom(true, null)).map(([name, required]) => rules(name, { required })),
  fc.tuple(column, fc.constantFrom('x', null)).map(([name, value]) => rules(name, { default: value })),
);

test('over random steps, what undoes them makes the table as it was, and demands nothing of what returns before it is back', () => {
  let returned = 0;
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 6 }), (steps) => {
      const columns = ['p', 'q', 'r'].map((name) => ({ name, type: 'text' as const, required: name === 'p' }));
      const before: TableDefinition = {
        name: 't',
        columns: columns.map(({ required, ...one }) => (required ? { ...one, required, default: 'old' } : one)),
      };
      const done = alterDefinition(before, steps);
      fc.pre('definition' in done);
      const undo = inverseAlter(before, steps);
      if ('problem' in undo) throw new Error(undo.problem);
      const empty = alterDefinition(done.definition, undo.steps);
      if ('problems' in empty) throw new Error(JSON.stringify(empty.problems));
      for (const name of undo.returning) {
        const back = empty.definition.columns.find((one) => one.name === name);
        expect(back).toEqual({ name, type: back?.type });
        returned += 1;
      }
      expect(alterDefinition(empty.definition, undo.afterwards)).toEqual({ definition: before });
    }),
    { numRuns: 2_000 },
  );
  expect(returned).toBeGreaterThan(100);
});

test('a column that was freed of what it demanded, and removed with the same change, comes back with it', () => {
  const before: TableDefinition = { name: 't', columns: [{ name: 'p', type: 'text', required: true, default: 'old' }] };
  expect(inverseAlter(before, [rules('p', { required: null, default: null }), { do: 'remove', column: 'p' }])).toEqual({
    steps: [{ do: 'add', column: { name: 'p', type: 'text' } }],
    returning: ['p'],
    afterwards: [rules('p', { default: 'old', required: true })],
  });
});

test('a seal is never taken back', () => {
  const before: TableDefinition = { name: 't', columns: [{ name: 'p', type: 'text' }] };
  expect(inverseAlter(before, [rules('p', { sealed: true })])).toEqual({
    problem: expect.stringContaining('cannot be taken back'),
  });
});
