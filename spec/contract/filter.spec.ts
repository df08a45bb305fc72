import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Filter, filterProblem, matchesFilter, operators } from '../../protocol/filter.ts';
import type { ReplyOf } from '../../protocol/replies.ts';
import type { Column, TableDefinition } from '../../protocol/table.ts';
import { type Cell, type Cells, columnTypes } from '../../protocol/values.ts';
import { cellOf } from '../protocol/arbitraries.ts';
import { createStack, type Stack } from '../server/stack.ts';
import { createLedger, type TestLedger } from '../support/ledger.ts';

/**
 * A filter means the same to a query, which PostgreSQL answers, and to a watch, which protocol/filter.ts judges row by
 * row. Were it not so, a watcher's rows would drift from the list that it began with.
 */
let ledger: TestLedger;
let stack: Stack;
let tables = 0;

beforeAll(async () => {
  ledger = await createLedger();
  stack = createStack(ledger);
});
afterAll(async () => {
  await stack.stop();
  await ledger.drop();
});

const names = ['a', 'B', 'Größe (%)', "it's", '"; DROP TABLE change; --', '0'];
const columns: fc.Arbitrary<Column[]> = fc
  .uniqueArray(fc.constantFrom(...names), { minLength: 1, maxLength: 4 })
  .chain((chosen) =>
    fc.tuple(...chosen.map((name) => fc.record({ name: fc.constant(name), type: fc.constantFrom(...columnTypes) }))),
  );

interface Case {
  readonly columns: readonly Column[];
  readonly rows: readonly Cells[];
  readonly filters: readonly Filter[];
}

/** Few values to choose from, so that conditions meet cells that are equal, and equal in another form. */
const cases: fc.Arbitrary<Case> = columns.chain((chosen) =>
  fc.tuple(...chosen.map(({ type }) => fc.array(cellOf[type], { minLength: 2, maxLength: 6 }))).chain((pools) => {
    const cell = (index: number): fc.Arbitrary<Cell> =>
      fc.option(fc.constantFrom(...(pools[index] ?? [])), { freq: 6 });
    const row = fc
      .tuple(...chosen.map((_, index) => cell(index)))
      .map((cells): Cells => Object.fromEntries(cells.map((value, index) => [chosen[index]?.name ?? '', value])));
    const condition = fc.nat(chosen.length - 1).chain((index) => conditionOf(chosen[index], cell(index)));
    return fc.record({
      columns: fc.constant(chosen),
      rows: fc.array(row, { minLength: 1, maxLength: 12 }),
      filters: fc.array(fc.array(condition, { minLength: 1, maxLength: 3 }), { minLength: 6, maxLength: 12 }),
    });
  }),
);

function conditionOf(column: Column | undefined, cell: fc.Arbitrary<Cell>): fc.Arbitrary<Filter[number]> {
  const name = fc.constant(column?.name ?? '');
  const ofNull = fc.record({
    column: name,
    is: fc.constantFrom('eq' as const, 'ne' as const),
    value: fc.constant(null),
  });
  if (column?.type === 'json') return ofNull;
  const value = cell.filter((one) => one !== null);
  return fc.oneof(
    { weight: 6, arbitrary: fc.record({ column: name, is: fc.constantFrom(...operators), value }) },
    {
      weight: 2,
      arbitrary: fc.record({ column: name, is: fc.constant('in' as const), value: fc.array(value, { maxLength: 3 }) }),
    },
    { weight: 1, arbitrary: ofNull },
  );
}

test('P5 for any table, rows and filters, PostgreSQL and matchesFilter find the same rows', async () => {
  let asked = 0;
  let found = 0;
  await fc.assert(
    fc.asyncProperty(cases, async ({ columns: chosen, rows, filters }) => {
      tables += 1;
      const definition: TableDefinition = { name: `filtered${tables}`, columns: [...chosen] };
      const commands = rows.map((row, n) => ({
        type: 'row.insert' as const,
        table: definition.name,
        key: `k${n}`,
        row,
      }));
      await stack.done({ type: 'batch', commands: [{ type: 'table.create', ...definition }, ...commands] });
      const all = await stack.ask<ReplyOf<'row.list'>>({ type: 'row.list', table: definition.name });
      for (const filter of filters) {
        expect(filterProblem(definition, filter)).toBeUndefined();
        const listed = await stack.ask<ReplyOf<'row.list'>>({ type: 'row.list', table: definition.name, filter });
        const expected = all.rows.filter(({ row }) => matchesFilter(definition, filter, row));
        expect(listed.rows.map(({ key }) => key)).toEqual(expected.map(({ key }) => key));
        asked += rows.length;
        found += expected.length;
      }
    }),
    { numRuns: 60 },
  );
  // Guards the generator: filters that find nothing, or everything, would compare nothing.
  expect(found / asked).toBeGreaterThan(0.1);
  expect(found / asked).toBeLessThan(0.9);
});
