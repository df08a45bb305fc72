import type { Entry } from '../../protocol/entry.ts';
import type { CurrentRow } from '../../protocol/errors.ts';
import { orderedCells } from '../../protocol/reshape.ts';
import type { AlterStep, Column, TableDefinition } from '../../protocol/table.ts';
import type { Cells } from '../../protocol/values.ts';
import { apply, type Draft, type FakeLedger, type Table, type Tables } from './fake-server.ts';
import type { Dice } from './random.ts';

export const tableNames = ['city', 'rate'] as const;

/** Makes commands by the dice: rows and tables of every kind of change, alone and in groups over several tables. */
export class FakeAuthor {
  readonly #ledger: FakeLedger;
  readonly #dice: Dice;
  #tables: Tables = new Map();
  /** Whether a table may stay away after it was dropped. */
  mayDrop = false;

  constructor(ledger: FakeLedger, dice: Dice) {
    this.#ledger = ledger;
    this.#dice = dice;
    for (const name of tableNames) this.#commit([this.#record(create(name))]);
  }

  /** One command. */
  write(): void {
    const size = this.#dice.chance(0.4) ? 1 + this.#dice.below(5) : 1;
    const drafts: Draft[] = [];
    for (let at = 0; at < size; at += 1) drafts.push(...this.#drafts());
    this.#commit(drafts);
  }

  /** To be called after the ledger was restored. */
  readAgain(): void {
    this.#tables = this.#ledger.tables();
  }

  #drafts(): Draft[] {
    const name = this.#dice.pick(tableNames) ?? 'rate';
    const table = this.#tables.get(name);
    if (table === undefined) return [this.#record(create(name))];
    if (this.#dice.chance(0.04)) return this.#drop(name, table);
    if (this.#dice.chance(0.06)) return [this.#record(alter(table, this.#dice))];
    return [this.#record(this.#change(name, table))];
  }

  #drop(name: string, { definition }: Table): Draft[] {
    const drop = this.#record({ table: name, op: 'drop', was: definition });
    return this.mayDrop ? [drop] : [drop, this.#record(create(name))];
  }

  #change(table: string, { definition, rows }: Table): Draft {
    const key = `k${this.#dice.below(8)}`;
    const current = rows.get(key);
    if (current === undefined) return { table, op: 'insert', key, version: 1, row: this.#row(definition) };
    const version = current.version + 1;
    if (this.#dice.chance(0.25)) return { table, op: 'delete', key, version, was: current.row };
    return update({ table, current, row: this.#row(definition) });
  }

  #row({ columns }: TableDefinition): Cells {
    const cells: Record<string, Cells[string]> = {};
    for (const { name, type } of columns) {
      if (!this.#dice.chance(0.2)) cells[name] = type === 'integer' ? this.#dice.below(10) : `t${this.#dice.below(10)}`;
    }
    return orderedCells(columns, cells);
  }

  #record(draft: Draft): Draft {
    apply(this.#tables, { seq: 0, at: '', by: '', command: '', ...draft } as Entry);
    return draft;
  }

  #commit(drafts: readonly Draft[]): void {
    this.#ledger.commit(drafts, this.#dice.pick(['ada', 'bob']));
  }
}

function update({ table, current, row }: { table: string; current: CurrentRow; row: Cells }): Draft {
  const was: Record<string, Cells[string]> = {};
  for (const name of new Set([...Object.keys(current.row), ...Object.keys(row)])) {
    if (current.row[name] !== row[name]) was[name] = current.row[name] ?? null;
  }
  return { table, op: 'update', key: current.key, version: current.version + 1, row, was };
}

export function create(table: string): Draft {
  return {
    table,
    op: 'create',
    definition: {
      name: table,
      columns: [
        { name: 'n', type: 'integer' },
        { name: 'name', type: 'text' },
      ],
    },
  };
}

/** Adds or removes a column; the ones that every table has are left alone, as filters are about them. */
function alter({ definition }: Table, dice: Dice): Draft {
  const extra = definition.columns.find(({ name }) => name.startsWith('extra'));
  const column: Column = { name: `extra${dice.below(1_000)}`, type: 'text', default: 'new' };
  const step: AlterStep = extra === undefined ? { do: 'add', column } : { do: 'remove', column: extra.name };
  const columns =
    extra === undefined ? [...definition.columns, column] : definition.columns.filter((one) => one !== extra);
  return {
    table: definition.name,
    op: 'alter',
    definition: { ...definition, columns },
    steps: [step],
    was: definition,
  };
}
