import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { limits } from '../../../protocol/limits.ts';
import { reshapeRow } from '../../../protocol/reshape.ts';
import { columnTypes } from '../../../protocol/values.ts';
import { cellOf } from '../../protocol/arbitraries.ts';
import { alter, brief, drop, given, insert, keyedTable, PureLedger, remove, update } from './pure-ledger.ts';

const people = keyedTable({ name: 'name', type: 'text' }, { name: 'age', type: 'integer' });
const two = given.bind(
  undefined,
  people,
  insert({ id: 'a', name: '7', age: 1 }),
  insert({ id: 'b', name: '007', age: 1 }),
);

describe('table.alter', () => {
  test('is one change that holds the steps, the table before and the table after; rows keep their version', () => {
    const steps = [
      { do: 'rename', column: 'name', to: 'title' },
      { do: 'remove', column: 'age' },
    ] as const;
    const { changes, outcomes, ledger } = two().when({ ...alter(...steps), why: 'tidy' } as never);
    expect(changes).toEqual([
      {
        table: 't',
        op: 'alter',
        definition: {
          name: 't',
          key: 'id',
          columns: [
            { name: 'id', type: 'text' },
            { name: 'title', type: 'text' },
          ],
        },
        steps,
        was: expect.objectContaining({ name: 't' }),
        why: 'tidy',
      },
    ]);
    expect(outcomes).toEqual([{ table: 't', seq: 4, changed: true }]);
    expect(ledger.row('t', 'a')).toMatchObject({ version: 1, seq: 2, cells: { id: 'a', title: '7' } });
  });

  test('add with a default fills every row; the row’s next change counts its version on', () => {
    const added = alter({ do: 'add', column: { name: 'site', type: 'text', default: 'Berlin', required: true } });
    expect(two().when(added).ledger.rows('t')).toMatchObject([
      { cells: { site: 'Berlin' } },
      { cells: { site: 'Berlin' } },
    ]);
    const { changes } = given(people, insert({ id: 'a' }), added).when(update('a', { site: 'Rome' }));
    expect(changes).toMatchObject([{ version: 2, was: { site: 'Berlin' } }]);
  });

  test('add required without a default is refused for each row that is there, and granted when there is none', () => {
    const step = alter({ do: 'add', column: { name: 'site', type: 'text', required: true } });
    expect(brief(two().when(step).problems)).toEqual([
      { code: 'invalid', key: 'a', column: 'site' },
      { code: 'invalid', key: 'b', column: 'site' },
    ]);
    expect(given(people).when(step).changes).toHaveLength(1);
  });

  test('add unique with a default is refused from the second row on', () => {
    const step = alter({ do: 'add', column: { name: 'no', type: 'integer', unique: true, default: 1 } });
    expect(brief(two().when(step).problems)).toEqual([{ code: 'invalid', key: 'b', column: 'no' }]);
  });

  test('rename moves the key too, and rows are found as before', () => {
    const { ledger } = two().when(alter({ do: 'rename', column: 'id', to: 'no' }));
    expect(ledger.tables.get('t')?.definition.key).toBe('no');
    expect(ledger.run(update('a', { age: 9 })).entries).toMatchObject([{ key: 'a', row: { no: 'a', age: 9 } }]);
    expect(ledger.run(insert({ no: 'a' })).decision).toMatchObject({ problems: [{ code: 'version_conflict' }] });
  });

  test('rename swaps two columns by way of a third name', () => {
    const { ledger } = two().when(
      alter(
        { do: 'rename', column: 'name', to: 'x' },
        { do: 'rename', column: 'age', to: 'name' },
        { do: 'rename', column: 'x', to: 'age' },
      ),
    );
    expect(ledger.row('t', 'b')?.cells).toEqual({ id: 'b', age: '007', name: 1 });
  });

  test('S17 retype is lossless or refused, and the refusal lists each row', () => {
    const { problems, ledger } = two().when(alter({ do: 'retype', column: 'name', to: 'integer' }));
    expect(brief(problems)).toEqual([{ code: 'invalid', key: 'b', column: 'name' }]);
    expect(problems[0]?.message).toContain('"007"');
    expect(ledger.row('t', 'a')?.cells).toMatchObject({ name: '7' });
    const granted = two().when(alter({ do: 'retype', column: 'age', to: 'decimal' }));
    expect(granted.ledger.row('t', 'a')?.cells).toMatchObject({ age: '1' });
  });

  test('retype asks for rules that fit the new type, and takes them from the same command', () => {
    const bounded = keyedTable({ name: 'n', type: 'integer', max: 5 });
    expect(given(bounded).when(alter({ do: 'retype', column: 'n', to: 'decimal' })).problems).toHaveLength(1);
    const both = alter({ do: 'rules', column: 'n', set: { max: '5' } }, { do: 'retype', column: 'n', to: 'decimal' });
    expect(given(bounded).when(both).changes).toMatchObject([
      { definition: { columns: [{}, { name: 'n', type: 'decimal', max: '5' }] } },
    ]);
  });

  test('rules: a new rule is refused for each row that breaks it, null takes a rule away', () => {
    const ruled = alter({ do: 'rules', column: 'name', set: { max: 1, pattern: '[0-9]+' } });
    expect(brief(two().when(ruled).problems)).toEqual([{ code: 'invalid', key: 'b', column: 'name' }]);
    const unique = alter({ do: 'rules', column: 'age', set: { unique: true } });
    expect(brief(two().when(unique).problems)).toEqual([{ code: 'invalid', key: 'b', column: 'age' }]);
    const loosened = given(keyedTable({ name: 'n', type: 'integer', required: true, max: 5 })).when(
      alter({ do: 'rules', column: 'n', set: { required: null, max: null } }),
    );
    expect(loosened.changes).toMatchObject([{ definition: { columns: [{}, { name: 'n', type: 'integer' }] } }]);
  });

  test('a column that becomes unique is judged by the values of its rows from then on', () => {
    const { ledger } = given(people, insert({ id: 'a', age: 1 })).when(
      alter({ do: 'rules', column: 'age', set: { unique: true } }),
    );
    expect(ledger.run(insert({ id: 'b', age: 1 })).decision).toHaveProperty('problems');
  });

  test.each([
    ['an unknown column', { do: 'rename', column: 'nope', to: 'x' }],
    ['a name that is taken', { do: 'rename', column: 'name', to: 'age' }],
    ['a column twice', { do: 'add', column: { name: 'age', type: 'text' } }],
    ['the key removed', { do: 'remove', column: 'id' }],
    ['the key retyped', { do: 'retype', column: 'id', to: 'integer' }],
    ['a rule that does not fit', { do: 'rules', column: 'age', set: { pattern: 'x' } }],
  ] as const)('is refused for %s, and the table stays', (_, step) => {
    const { problems, ledger } = two().when(alter(step));
    expect(problems).not.toEqual([]);
    expect(ledger.seq).toBe(3);
  });

  test('lists what is wrong with every step', () => {
    const { problems } = two().when(
      alter({ do: 'remove', column: 'x' }, { do: 'remove', column: 'y' }, { do: 'retype', column: 'id', to: 'date' }),
    );
    expect(problems.map(({ column }) => column)).toEqual(['x', 'y', 'id']);
  });

  test('P8 a refusal lists a bounded number of rows and says how many more there are', () => {
    const ledger = new PureLedger();
    ledger.run(people);
    const rows = Array.from({ length: limits.problemsMax + 7 }, (_, index) => insert({ id: `r${index}`, name: 'x' }));
    ledger.run({ type: 'batch', commands: rows as never });
    const { decision } = ledger.run(alter({ do: 'retype', column: 'name', to: 'boolean' }));
    const problems = 'problems' in decision ? decision.problems : [];
    expect(problems).toHaveLength(limits.problemsMax + 1);
    expect(problems.at(-1)?.message).toContain('7 more');
  });

  test('a dropped table cannot be altered', () => {
    expect(given(people, drop).when(alter({ do: 'remove', column: 'age' })).problems).toMatchObject([
      { code: 'table_not_found' },
    ]);
  });
});

test('retype: granted, every row has each cell in its new form and goes back to the very same; refused, none changed', () => {
  const cellsOf = fc
    .constantFrom(...columnTypes)
    .chain((from) => fc.record({ from: fc.constant(from), cells: fc.array(cellOf[from], { maxLength: 4 }) }));
  fc.assert(
    fc.property(cellsOf, fc.constantFrom(...columnTypes), ({ from, cells }, to) => {
      const ledger = new PureLedger();
      ledger.run(keyedTable({ name: 'c', type: from }));
      for (const [index, c] of cells.entries()) ledger.run(insert({ id: `r${index}`, c }));
      const before = ledger.rows('t');
      const { decision } = ledger.run(alter({ do: 'retype', column: 'c', to }));
      if ('problems' in decision) {
        expect(ledger.rows('t')).toEqual(before);
        return;
      }
      expect(ledger.rows('t').every(({ cells: row }) => row.c !== undefined)).toBe(true);
      const back = ledger.run(alter({ do: 'retype', column: 'c', to: from }));
      expect(back.decision).not.toHaveProperty('problems');
      expect(ledger.rows('t')).toEqual(before);
    }),
    { numRuns: 200 },
  );
});

test('table.drop ends the table’s life and names what it was', () => {
  const { changes, ledger } = two().when({ ...drop, why: 'over' } as never);
  expect(changes).toEqual([{ table: 't', op: 'drop', was: expect.objectContaining({ key: 'id' }), why: 'over' }]);
  expect(ledger.tables.has('t')).toBe(false);
  expect(given(people, drop).when(drop).problems).toMatchObject([{ code: 'table_not_found' }]);
});

test('a table that is made again has nothing of its life before: no rows, no unique values', () => {
  const unique = keyedTable({ name: 'n', type: 'integer', unique: true });
  const { ledger, changes } = given(unique, insert({ id: 'a', n: 1 }), drop, unique).when(insert({ id: 'a', n: 1 }));
  expect(changes).toMatchObject([{ op: 'insert', version: 1 }]);
  expect(ledger.run(remove('b')).decision).toHaveProperty('problems');
});

test('what a row becomes is what every reader makes of it by the same steps', () => {
  const { ledger } = two().when(
    alter({ do: 'rename', column: 'name', to: 'x' }, { do: 'retype', column: 'age', to: 'text' }),
  );
  const entry = ledger.entries.at(-1);
  if (entry?.op !== 'alter' || entry.was === undefined || entry.steps === undefined) return expect.fail('no alter');
  expect(reshapeRow(entry.was, entry.steps, { id: 'a', name: '7', age: 1 })).toEqual(ledger.row('t', 'a')?.cells);
});
