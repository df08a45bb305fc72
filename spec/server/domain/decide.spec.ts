import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Command } from '../../../protocol/commands.ts';
import { isRowEntry, type RowEntry } from '../../../protocol/entry.ts';
import { rowProblems } from '../../../protocol/rules.ts';
import type { Cell, Cells } from '../../../protocol/values.ts';
import {
  alter,
  batch,
  brief,
  drop,
  given,
  insert,
  keyedTable,
  PureLedger,
  remove,
  table,
  update,
  upsert,
} from './pure-ledger.ts';

const people = keyedTable({ name: 'age', type: 'integer', max: 100 }, { name: 'badge', type: 'integer', unique: true });

describe('P6 a batch takes effect as a whole or not at all', () => {
  test('its steps are decided one after another, each on what the ones before leave, and are one group', () => {
    const { changes, outcomes } = given(people).when(
      batch(insert({ id: 'a', badge: 1 }), update('a', { age: 5 }), remove('a'), insert({ id: 'a', badge: 1 })),
    );
    expect(changes).toMatchObject([
      { op: 'insert', version: 1, group: [2, 5] },
      { op: 'update', version: 2, group: [2, 5] },
      { op: 'delete', version: 3, group: [2, 5] },
      { op: 'insert', version: 1, group: [2, 5] },
    ]);
    expect(outcomes.map(({ seq, version, changed }) => [seq, version, changed])).toEqual([
      [2, 1, true],
      [3, 2, true],
      [4, 3, true],
      [5, 1, true],
    ]);
  });

  test('refused, it lists ALL problems of ALL steps with their place, and nothing is left of the good ones', () => {
    const { problems, ledger } = given(people, insert({ id: 'a' })).when(
      batch(
        insert({ id: 'b' }),
        insert({ id: 'c', age: 'x', nope: 1 }),
        update('gone', {}),
        insert({ id: 'a' }),
        update('b', { age: 101 }),
        { type: 'row.delete', table: 'nowhere', key: 'k' },
      ),
    );
    expect(brief(problems)).toEqual([
      { code: 'invalid', index: 1, key: 'c', column: 'age' },
      { code: 'invalid', index: 1, key: 'c', column: 'nope' },
      { code: 'row_not_found', index: 2, key: 'gone' },
      { code: 'version_conflict', index: 3, key: 'a' },
      { code: 'invalid', index: 4, key: 'b', column: 'age' },
      { code: 'table_not_found', index: 5 },
    ]);
    expect(ledger.rows('t').map(({ key }) => key)).toEqual(['a']);
    expect(ledger.seq).toBe(2);
  });

  test('steps that change nothing make no change and take no seq', () => {
    const { changes, outcomes } = given(people, insert({ id: 'a' })).when(
      batch(upsert({ id: 'a' }), insert({ id: 'b' }), update('b', {}), insert({ id: 'c' })),
    );
    expect(changes).toHaveLength(2);
    expect(outcomes.map(({ seq, changed }) => [seq, changed])).toEqual([
      [2, false],
      [3, true],
      [3, false],
      [4, true],
    ]);
  });

  test('one change of a batch is no group: it stands alone', () => {
    expect(given(people).when(batch(insert({ id: 'a' }))).changes[0]).not.toHaveProperty('group');
  });

  const badges = [insert({ id: 'a', badge: 1 }), insert({ id: 'b', badge: 2 }), insert({ id: 'c', badge: 3 })];
  const there = given.bind(undefined, people, ...badges);
  const badgesOf = (ledger: PureLedger): Record<string, Cell | undefined> =>
    Object.fromEntries(ledger.rows('t').map(({ key, cells }) => [key, cells.badge]));

  test.each([
    ['swapped', [update('a', { badge: 2 }), update('b', { badge: 1 })], { a: 2, b: 1, c: 3 }],
    [
      'swapped by way of an empty cell',
      [update('a', { badge: null }), update('b', { badge: 1 }), update('a', { badge: 2 })],
      { a: 2, b: 1, c: 3 },
    ],
    [
      'moved around',
      [update('a', { badge: 2 }), update('b', { badge: 3 }), update('c', { badge: 1 })],
      { a: 2, b: 3, c: 1 },
    ],
    [
      'moved on',
      [update('a', { badge: 2 }), update('b', { badge: 3 }), update('c', { badge: 4 })],
      { a: 2, b: 3, c: 4 },
    ],
    [
      'moved back',
      [update('c', { badge: 2 }), update('b', { badge: 1 }), update('a', { badge: 0 })],
      { a: 0, b: 1, c: 2 },
    ],
    ['taken by a new row from one that goes', [insert({ id: 'd', badge: 2 }), remove('b')], { a: 1, c: 3, d: 2 }],
    [
      'taken by one that goes, and by one that stays',
      [update('a', { badge: 3 }), insert({ id: 'd', badge: 3 }), remove('a'), update('c', { badge: 1 })],
      { b: 2, c: 1, d: 3 },
    ],
    [
      'taken for a while',
      [update('a', { badge: 2 }), update('c', { badge: 1 }), update('a', { badge: 3 })],
      { a: 3, b: 2, c: 1 },
    ],
  ])('unique values are unique when it ends: %s', (_, steps, left) => {
    const { problems, ledger } = there().when(batch(...steps));
    expect(problems).toEqual([]);
    expect(badgesOf(ledger)).toEqual(left);
  });

  test.each([
    ['two new rows', [insert({ id: 'd', badge: 4 }), insert({ id: 'e', badge: 4 })], [[1, 'e', 'd']]],
    ['one whose holder stays', [update('a', { badge: 2 }), update('b', { badge: 3 })], [[1, 'b', 'c']]],
    [
      'one that two have waited for',
      [update('a', { badge: 3 }), update('b', { badge: 3 }), update('c', { badge: 1 })],
      [[1, 'b', 'a']],
    ],
    [
      'one that is wrong otherwise too, told in the order of the steps',
      [update('a', { badge: 2 }), update('c', { badge: 2, age: 101 }), insert({ id: 'nobody', age: 'x' })],
      [
        [0, 'a', 'b'],
        [1, 'c', undefined],
        [1, 'c', 'b'],
        [2, 'nobody', undefined],
      ],
    ],
  ])('a value that two rows have when it ends is refused, with step, row and holder: %s', (_, steps, wrong) => {
    const { problems, ledger } = there().when(batch(...steps));
    const holderOf = (message: string): string | undefined => message.match(/is unique, and row (\w) has/)?.[1];
    expect(problems.map(({ index, key, message }) => [index, key, holderOf(message)])).toEqual(wrong);
    expect(badgesOf(ledger)).toEqual({ a: 1, b: 2, c: 3 });
  });

  test('whatever values its rows are given, and in whatever order, it is refused if any stands twice in the end, and only then', () => {
    const step = fc.record({ key: fc.constantFrom('a', 'b', 'c'), badge: fc.constantFrom(1, 2, 3, 4, null) });
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 8 }), (steps) => {
        const left = new Map<string, Cell>(Object.entries({ a: 1, b: 2, c: 3 }));
        for (const { key, badge } of steps) left.set(key, badge);
        const held = [...left.values()].filter((badge) => badge !== null);
        const { problems, ledger } = there().when(batch(...steps.map(({ key, badge }) => update(key, { badge }))));
        expect(problems.length > 0).toBe(new Set(held).size < held.length);
        const cells = Object.fromEntries([...left].map(([key, badge]) => [key, badge ?? undefined]));
        if (problems.length === 0) expect(badgesOf(ledger)).toEqual(cells);
      }),
    );
  });

  test('its reason stands in each change that has none of its own', () => {
    const { changes } = given(people).when({
      ...batch(insert({ id: 'a' }), insert({ id: 'b' }, { why: 'mine' })),
      why: 'all',
    } as Command);
    expect(changes).toMatchObject([{ why: 'all' }, { why: 'mine' }]);
  });

  test('several tables in one, a table made and filled, a table dropped and made anew', () => {
    const { changes, ledger } = given(people, insert({ id: 'old', badge: 1 })).when(
      batch(
        table('notes', { name: 'text', type: 'text' }),
        { type: 'row.insert', table: 'notes', key: 'n', row: { text: 'x' } },
        drop,
        people,
        insert({ id: 'new', badge: 1 }),
      ),
    );
    expect(changes).toHaveLength(5);
    expect(ledger.rows('t').map(({ key }) => key)).toEqual(['new']);
    expect(ledger.rows('notes')).toHaveLength(1);
  });

  test('a step on a table that an earlier step dropped is refused, one that an earlier step made is not', () => {
    expect(brief(given(people).when(batch(drop, insert({ id: 'a' }))).problems)).toEqual([
      { code: 'table_not_found', index: 1 },
    ]);
    expect(given().when(batch(people, people)).problems).toMatchObject([{ code: 'table_exists', index: 1 }]);
  });

  test.each([
    ['its rows', [insert({ id: 'x' })]],
    ['it once more', [alter({ do: 'remove', column: 'badge' })]],
    ['its drop', [drop]],
  ])('a batch that alters a table is refused when it touches it otherwise: %s', (_, others) => {
    const step = alter({ do: 'add', column: { name: 'site', type: 'text' } });
    for (const commands of [
      [step, ...others],
      [...others, step],
    ]) {
      expect(brief(given(people).when(batch(...commands)).problems)).toContainEqual(
        expect.objectContaining({ code: 'invalid', index: commands.indexOf(step) }),
      );
    }
  });

  test('an alter goes with changes of other tables', () => {
    const { changes } = given(people, table('notes')).when(
      batch(alter({ do: 'remove', column: 'age' }), { type: 'row.insert', table: 'notes', row: {} }),
    );
    expect(changes).toMatchObject([{ op: 'alter' }, { op: 'insert' }]);
  });
});

describe('any sequence of commands', () => {
  const key = fc.constantFrom('a', 'b', 'c');
  const cells = fc.record(
    {
      age: fc.constantFrom<Cell>(null, 1, 2, 101, 'x'),
      badge: fc.constantFrom<Cell>(null, 1, 2, 3),
      name: fc.constantFrom<Cell>(null, '', 'n', 'toolong'),
    },
    { requiredKeys: [] },
  );
  const expected = fc.option(
    fc.oneof(
      fc.constantFrom('any' as const, 'absent' as const, 'present' as const),
      fc.record({ version: fc.integer({ min: 1, max: 3 }) }),
      fc.record({ seq: fc.integer({ min: 1, max: 12 }) }),
    ),
    { nil: undefined, freq: 3 },
  );
  const expecting = expected.map((value) => (value === undefined ? {} : { expect: value }));
  const row = fc.oneof(
    fc.tuple(key, cells).map(([id, given]) => insert({ id, ...given })),
    fc.tuple(key, cells, expecting).map(([id, given, options]) => update(id, given, options)),
    fc.tuple(key, cells, expecting).map(([id, given, options]) => upsert({ id, ...given }, options)),
    fc.tuple(key, expecting).map(([id, options]) => remove(id, options)),
  );
  const schema = fc.constantFrom<Command>(
    drop,
    keyedTable(
      { name: 'age', type: 'integer', max: 100, default: 1 },
      { name: 'badge', type: 'integer', unique: true },
      { name: 'name', type: 'text', max: 3 },
    ),
    alter({ do: 'rename', column: 'name', to: 'title' }),
    alter({ do: 'rename', column: 'title', to: 'name' }),
    alter({ do: 'retype', column: 'age', to: 'text' }),
    alter({ do: 'retype', column: 'badge', to: 'decimal' }, { do: 'rules', column: 'badge', set: { unique: null } }),
    alter({ do: 'rules', column: 'age', set: { required: true, unique: true } }),
    alter({ do: 'remove', column: 'badge' }),
    alter({ do: 'add', column: { name: 'badge', type: 'integer', default: 1 } }),
  );
  const command = fc.oneof(
    { weight: 8, arbitrary: row },
    {
      weight: 3,
      arbitrary: fc
        .array(fc.oneof({ weight: 9, arbitrary: row }, schema), { minLength: 1, maxLength: 5 })
        .map((steps) => batch(...steps)),
    },
    { weight: 1, arbitrary: schema },
  );

  test('P3 P6 what evolve leaves is what the entries add up to; a refused command leaves no trace', () => {
    fc.assert(
      fc.property(fc.array(command, { minLength: 1, maxLength: 25 }), (commands) => {
        const ledger = new PureLedger();
        ledger.run(
          keyedTable(
            { name: 'age', type: 'integer', max: 100 },
            { name: 'badge', type: 'integer', unique: true },
            { name: 'name', type: 'text', max: 3 },
          ),
        );
        for (const one of commands) runAndCheck(ledger, one);
      }),
      { numRuns: 300 },
    );
  });

  test('P11 rows of a table that the same batch retypes are not judged, only the alter is refused (seed 171497392)', () => {
    const ledger = new PureLedger();
    ledger.run(keyedTable({ name: 'age', type: 'integer', max: 100 }, { name: 'name', type: 'text', max: 3 }));
    runAndCheck(ledger, { type: 'row.insert', table: 't', row: { id: 'a', age: 2 } });
    const tangled = batch(
      { type: 'table.alter', table: 't', steps: [{ do: 'retype', column: 'age', to: 'text' }] },
      { type: 'row.update', table: 't', key: 'a', row: { name: '' } },
    );
    const { decision } = ledger.run(tangled);
    expect(decision).toMatchObject({ problems: [{ code: 'invalid', index: 0, table: 't' }] });
    runAndCheck(ledger, { type: 'row.insert', table: 't', row: { id: 'b' } });
  });
});

function runAndCheck(ledger: PureLedger, command: Command): void {
  const before = { seq: ledger.seq, rows: ledger.rows('t'), table: ledger.tables.get('t') };
  const { decision, draft, entries } = ledger.run(command);
  if ('problems' in decision) {
    expect(decision.problems.length).toBeGreaterThan(0);
    expect({ seq: ledger.seq, rows: ledger.rows('t'), table: ledger.tables.get('t') }).toEqual(before);
    expectDraft(ledger, draft, before.table === ledger.tables.get('t'));
    return;
  }
  expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_, index) => before.seq + 1 + index));
  expect(decision.outcomes.filter(({ changed }) => changed)).toHaveLength(entries.length);
  const alters = entries.some(({ op }) => op === 'alter');
  if (!alters) {
    expectDraft(ledger, draft, true);
    if (entries.every(isRowEntry)) expectUndo(before.rows, entries.filter(isRowEntry));
  }
  expectRules(ledger);
}

/** The draft that evolve laid events on knows each row as the fold of the entries does. */
function expectDraft(ledger: PureLedger, draft: ReturnType<PureLedger['look']>['draft'], sameRows: boolean): void {
  const table = ledger.tables.get('t');
  expect(draft.table('t')).toEqual(table);
  if (table === undefined || !sameRows) return;
  for (const key of ['a', 'b', 'c']) expect(draft.row(table, key)).toEqual(ledger.row('t', key));
  for (const column of table.definition.columns) {
    if (column.unique !== true || column.type !== 'integer') continue;
    for (const value of [1, 2, 3]) {
      const holder = ledger.rows('t').find(({ cells }) => cells[column.name] === value)?.key;
      expect(draft.holder(table, column, value)).toBe(holder);
    }
  }
}

/** Going back from the last change to the first by `was` alone ends at the rows as they were (S20). */
function expectUndo(
  before: readonly { key: string; version: number; cells: Cells }[],
  entries: readonly RowEntry[],
): void {
  const cells = new Map<string, Cells>();
  for (const { op, key, row = {}, was = {} } of [...entries].reverse()) {
    if (cells.has(key)) expect(op === 'delete' ? undefined : row).toEqual(cells.get(key));
    if (op === 'insert') cells.set(key, undefined as never);
    else cells.set(key, withoutEmpty(op === 'delete' ? was : { ...row, ...was }));
  }
  for (const [key, undone] of cells) expect(undone).toEqual(before.find((row) => row.key === key)?.cells);
}

function withoutEmpty(row: Cells): Cells {
  return Object.fromEntries(Object.entries(row).filter(([, cell]) => cell !== null));
}

/** No granted command ever leaves a row that its table's rules forbid. */
function expectRules(ledger: PureLedger): void {
  const definition = ledger.tables.get('t')?.definition;
  if (definition === undefined) return;
  for (const { cells } of ledger.rows('t')) expect(rowProblems(definition, cells)).toEqual([]);
  for (const { name, unique } of definition.columns) {
    const values = ledger.rows('t').flatMap(({ cells }) => (cells[name] === undefined ? [] : [cells[name]]));
    if (unique) expect(new Set(values).size).toBe(values.length);
  }
}
