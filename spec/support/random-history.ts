import fc from 'fast-check';
import type { Command, Step } from '../../protocol/commands.ts';
import type { AlterStep, Column } from '../../protocol/table.ts';
import type { Cell, Cells, ColumnType } from '../../protocol/values.ts';

/**
 * Random commands over few tables, keys and columns, so that they meet: rows come, change, go and come again, columns are
 * added, renamed, retyped and taken away, tables are dropped and made again; the last column is unique at first, and rows
 * swap its values. Many of them are refused; that is as well.
 */
export interface HistoryOptions {
  readonly tables?: readonly string[];
  readonly length: number;
  readonly columns?: readonly string[];
  /** Rules of columns come and go too. */
  readonly rules?: true;
}

const types = ['text', 'integer', 'number', 'decimal', 'json', 'boolean'] as const satisfies readonly ColumnType[];
const keys = ['a', 'b', 'c', 'd', 'e', 'f'] as const;
/** One text for many types, so that a change of type is often lossless. */
const cells: readonly Cell[] = [
  'x',
  '7',
  7,
  '1.50',
  1.5,
  true,
  'true',
  '',
  null,
  '9007199254740993',
  { b: 1, a: [null] },
  '"q"',
];

const dealtCells = ['x', '7', '1.50', 'true'] as const;

/** Random commands, in order. */
export function randomCommands(options: HistoryOptions): fc.Arbitrary<Command[]> {
  const { tables = ['one', 'two'], columns = ['p', 'q', 'r'], length, rules } = options;
  const table = fc.constantFrom(...tables);
  const column = fc.constantFrom(...columns);
  const type = fc.constantFrom(...types);
  const cell = fc.constantFrom(...cells);
  const row: fc.Arbitrary<Cells> = fc.dictionary(column, cell, { maxKeys: 3, noNullPrototype: true });
  const key = fc.constantFrom(...keys);
  const made: fc.Arbitrary<Column> = fc.record(
    { name: column, type, default: cell },
    { requiredKeys: ['name', 'type'] },
  );
  const step: fc.Arbitrary<AlterStep> = fc.oneof(
    fc.record({ do: fc.constant('add' as const), column: made }),
    fc.record({ do: fc.constant('rename' as const), column, to: column }),
    fc.record({ do: fc.constant('remove' as const), column }),
    fc.record({ do: fc.constant('retype' as const), column, to: type }),
  );
  const rule = fc.constantFrom('required' as const, 'unique' as const);
  const ruled: fc.Arbitrary<AlterStep> = fc.oneof(
    fc
      .tuple(column, rule, fc.constantFrom(true, true, null))
      .map(([name, one, set]) => rulesStep(name, { [one]: set })),
    fc.tuple(column, cell).map(([name, value]) => rulesStep(name, { default: value })),
  );
  const rowStep: fc.Arbitrary<Step> = fc.oneof(
    fc.record({ type: fc.constant('row.insert' as const), table, key, row }),
    fc.record({ type: fc.constant('row.update' as const), table, key, row }),
    fc.record({ type: fc.constant('row.upsert' as const), table, key, row }),
    fc.record({ type: fc.constant('row.delete' as const), table, key }),
  );
  const [unique = ''] = columns.slice(-1);
  /** Over again they hand the same values around. */
  const dealt: fc.Arbitrary<Command> = fc
    .tuple(table, fc.shuffledSubarray([...dealtCells], { minLength: 3 }))
    .map(([name, values]) =>
      batch(
        values.map((value, index) => ({
          type: 'row.upsert',
          table: name,
          key: keys[index] ?? '',
          row: { [unique]: value },
        })),
      ),
    );
  const create: fc.Arbitrary<Step> = fc.record({
    type: fc.constant('table.create' as const),
    name: table,
    columns: fc.uniqueArray(made, { selector: ({ name }) => name, minLength: 1, maxLength: 3 }),
  });
  const command: fc.Arbitrary<Command> = fc.oneof(
    { weight: 12, arbitrary: rowStep },
    { weight: 3, arbitrary: fc.array(rowStep, { minLength: 2, maxLength: 4 }).map(batch) },
    { weight: 2, arbitrary: dealt },
    {
      weight: 4,
      arbitrary: fc.record({
        type: fc.constant('table.alter' as const),
        table,
        steps: fc.array(rules ? fc.oneof(step, ruled) : step, { minLength: 1, maxLength: 2 }),
      }),
    },
    { weight: 2, arbitrary: create },
    { weight: 1, arbitrary: fc.record({ type: fc.constant('table.drop' as const), table }) },
  );
  const first: Command[] = tables.map((name) => ({
    type: 'table.create',
    name,
    columns: columns.map((one) => ({ name: one, type: 'text', ...(one === unique && { unique: true }) })),
  }));
  return fc
    .array(command, { minLength: Math.ceil(length / 2), maxLength: length })
    .map((commands) => [...first, ...commands]);
}

function rulesStep(column: string, set: Extract<AlterStep, { do: 'rules' }>['set']): AlterStep {
  return { do: 'rules', column, set };
}

function batch(commands: Step[]): Command {
  return { type: 'batch', commands };
}
