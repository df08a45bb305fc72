import { describe, expect, test } from 'vitest';
import type { Column, TableDefinition } from '../../../protocol/table.ts';
import { definitionProblems } from '../../../server/domain/definition.ts';
import { given, keyedTable } from './pure-ledger.ts';

const problemsOf = (...columns: Column[]): string[] =>
  definitionProblems({ name: 't', columns }).map(({ column, message }) => `${column} ${message}`);

describe('table.create', () => {
  test('makes a table whose life is named by its seq', () => {
    const { changes, outcomes, ledger } = given().when({ ...keyedTable(), why: 'first' });
    expect(changes).toEqual([
      {
        table: 't',
        op: 'create',
        definition: { name: 't', key: 'id', columns: [{ name: 'id', type: 'text' }] },
        why: 'first',
      },
    ]);
    expect(outcomes).toEqual([{ table: 't', seq: 1, changed: true }]);
    expect(ledger.tables.get('t')?.id).toBe(1);
  });

  test('a rule that is null is none, and does not stand in the definition: a revert makes it without', () => {
    const add = { do: 'add' as const, column: { name: 'b', type: 'text' as const, default: null } };
    const { changes } = given({
      type: 'table.create',
      name: 't',
      columns: [{ name: 'a', type: 'text', default: null, min: null }],
    }).when({ type: 'table.alter', table: 't', steps: [add] });
    expect(changes).toMatchObject([{ op: 'alter', was: { columns: [{ name: 'a', type: 'text' }] } }]);
    const [{ definition, was } = {}] = changes as { definition?: TableDefinition; was?: TableDefinition }[];
    expect(was?.columns).toEqual([{ name: 'a', type: 'text' }]);
    expect(definition?.columns).toEqual([
      { name: 'a', type: 'text' },
      { name: 'b', type: 'text' },
    ]);
  });

  test('is refused while there is a table of this name, and granted again after its drop', () => {
    expect(given(keyedTable()).when(keyedTable()).problems).toMatchObject([{ code: 'table_exists', table: 't' }]);
    const again = given(keyedTable(), { type: 'table.drop', table: 't' }).when(keyedTable());
    expect(again.ledger.tables.get('t')?.id).toBe(3);
  });

  test('a table without columns is a table', () => {
    expect(given().when({ type: 'table.create', name: 't', columns: [] }).changes).toHaveLength(1);
  });

  test('lists all that is wrong with all columns', () => {
    const { problems } = given().when(
      keyedTable(
        { name: 'a', type: 'integer', default: 'x', min: 1.5 },
        { name: 'b', type: 'text', pattern: '(' },
        { name: 'a', type: 'json', unique: true },
      ),
    );
    expect(problems.map(({ column }) => column)).toEqual(['a', 'a', 'a', 'b', 'a']);
    expect(new Set(problems.map(({ code }) => code))).toEqual(new Set(['invalid']));
  });
});

describe('what is wrong with a definition', () => {
  test.each<readonly [string, Column]>([
    ['default', { name: 'c', type: 'integer', default: '7' }],
    ['default', { name: 'c', type: 'date', default: '2023-02-29' }],
    ['choice', { name: 'c', type: 'decimal', choices: ['1', 2] }],
    ['choice', { name: 'c', type: 'text', choices: ['a', null] }],
    ['no choices', { name: 'c', type: 'json', choices: [{}] }],
    ['min', { name: 'c', type: 'integer', min: 'x' }],
    ['max', { name: 'c', type: 'text', max: '5' }],
    ['max', { name: 'c', type: 'text', max: 1.5 }],
    ['no min', { name: 'c', type: 'boolean', min: false }],
    ['no max', { name: 'c', type: 'json', max: 1 }],
    ['pattern goes with text', { name: 'c', type: 'integer', pattern: '[0-9]' }],
    ['no RE2 expression', { name: 'c', type: 'text', pattern: '[' }],
    ['no RE2 expression', { name: 'c', type: 'text', pattern: '(a)\\1' }],
    ['cannot be unique', { name: 'c', type: 'json', unique: true }],
  ])('%s: %j', (reason, column) => {
    expect(problemsOf(column)).toHaveLength(1);
    expect(problemsOf(column)[0]).toContain(reason);
  });

  test.each<readonly [string, Column]>([
    ['min above max', { name: 'c', type: 'integer', min: 5, max: 4 }],
    ['a default that its own choices exclude', { name: 'c', type: 'text', default: 'x', choices: ['a'] }],
    ['a default below min', { name: 'c', type: 'decimal', default: '0', min: '1' }],
    ['a default that its own pattern excludes', { name: 'c', type: 'text', default: 'x', pattern: 'y' }],
  ])('rules that no row could keep: %s', (_, column) => {
    expect(problemsOf(column)).toHaveLength(1);
  });

  test.each<readonly [string, Partial<TableDefinition>]>([
    ['no column of that name', { key: 'nope' }],
    ['a number as the key', { key: 'number' }],
    ['a boolean as the key', { key: 'boolean' }],
    ['a timestamp, which has several forms of one instant', { key: 'timestamp' }],
    ['json as the key', { key: 'json' }],
  ])('%s', (_, part) => {
    const columns = (['number', 'boolean', 'timestamp', 'json'] as const).map((type) => ({ name: type, type }));
    expect(definitionProblems({ name: 't', columns, ...part })).toHaveLength(1);
  });

  test('nothing: rules that fit', () => {
    expect(
      problemsOf(
        { name: 'a', type: 'text', min: 1, max: 5, pattern: '[a-z]+', choices: ['ab'], default: 'ab', required: true },
        { name: 'b', type: 'integer', min: 0, max: '9223372036854775807', unique: true },
        { name: 'c', type: 'json', default: { x: 1 } },
        { name: 'd', type: 'boolean', choices: [true], default: null },
      ),
    ).toEqual([]);
  });
});
