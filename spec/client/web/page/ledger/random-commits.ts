import type { Entry } from '../../../../../protocol/entry.ts';
import type { Column, TableDefinition } from '../../../../../protocol/table.ts';
import type { Dice } from '../../../random.ts';
import type { FakeLedger } from './fake-ledger.ts';

const text = (name: string): Column => ({ name, type: 'text' });

/** Commands on two tables: rows that come, change and go, several at once, and now and then a column. */
export class RandomCommits {
  readonly #ledger: FakeLedger;
  readonly #dice: Dice;
  #count = 0;

  constructor(ledger: FakeLedger, dice: Dice) {
    this.#ledger = ledger;
    this.#dice = dice;
  }

  create(table: string): void {
    this.#commit((common) => [{ ...common, table, op: 'create', definition: { name: table, columns: [text('a')] } }]);
  }

  drop(table: string): void {
    const was = this.#table(table)?.definition;
    if (was !== undefined) this.#commit((common) => [{ ...common, table, op: 'drop', was }]);
  }

  next(): void {
    const table = this.#dice.chance(0.7) ? 't' : 'u';
    const definition = this.#table(table)?.definition;
    if (definition === undefined) this.create(table);
    else if (this.#dice.chance(0.05)) this.#alter(definition);
    else this.#rows(definition);
  }

  #alter(was: TableDefinition): void {
    this.#count += 1;
    const name = `c${this.#count}`;
    const [first] = was.columns;
    const isRename = this.#dice.chance(0.5) && first !== undefined;
    const columns = isRename ? [text(name), ...was.columns.slice(1)] : [...was.columns, text(name)];
    const steps = isRename
      ? [{ do: 'rename' as const, column: first.name, to: name }]
      : [{ do: 'add' as const, column: text(name) }];
    this.#commit((common) => [
      { ...common, table: was.name, op: 'alter', definition: { ...was, columns }, was, steps },
    ]);
  }

  #rows({ name: table, columns }: TableDefinition): void {
    const rows = new Map([...(this.#table(table)?.rows ?? [])].map(([key, { row }]) => [key, row]));
    const keys = new Set(Array.from({ length: 1 + this.#dice.below(3) }, () => `k${this.#dice.below(8)}`));
    this.#commit((common) =>
      [...keys].map((key, index): Entry => {
        const was = rows.get(key);
        const change = { ...common, seq: common.seq + index, table, key, version: 1 };
        if (was !== undefined && this.#dice.chance(0.3)) return { ...change, op: 'delete', was };
        this.#count += 1;
        const { name = 'a' } = this.#dice.pick(columns) ?? {};
        const row = { ...was, [name]: `v${this.#count}` };
        if (was === undefined) return { ...change, op: 'insert', row };
        return { ...change, op: 'update', row, was: { [name]: was[name] ?? null } };
      }),
    );
  }

  #table(name: string) {
    return this.#ledger.table(name, this.#ledger.seq);
  }

  #commit(make: (common: { seq: number; at: string; by: string; command: string }) => Entry[]): void {
    this.#ledger.commit((seq) => make({ seq, at: new Date(seq * 1_000).toISOString(), by: 'ada', command: `c${seq}` }));
  }
}
