import { type Entry, isRowEntry, type RowEntry, type TableEntry } from '../../protocol/entry.ts';
import type { CurrentRow } from '../../protocol/errors.ts';
import { orderedCells, reshapeRow } from '../../protocol/reshape.ts';

export type FoldedTable = Map<string, CurrentRow>;

/** The state that a log adds up to, told from nothing but its entries: the oracle of all that shows a table. */
export class Fold {
  readonly tables = new Map<string, FoldedTable>();
  #seq = 0;

  get seq(): number {
    return this.#seq;
  }

  apply(entry: Entry): void {
    this.#seq = entry.seq;
    if (isRowEntry(entry)) this.#applyRow(entry);
    else this.#applyTable(entry);
  }

  table(name: string): FoldedTable {
    return this.tables.get(name) ?? new Map();
  }

  #applyRow({ table, op, key, version, seq, at, by, row }: RowEntry): void {
    const rows = this.tables.get(table);
    if (rows === undefined) throw new Error(`change ${seq} is of the table ${table}, which is not there`);
    if (op === 'erase' && row === undefined) return;
    if (op === 'delete') rows.delete(key);
    else rows.set(key, { key, version, seq, at, by, row: row ?? {} });
  }

  #applyTable({ op, table, was, steps, definition }: TableEntry): void {
    if (op === 'drop') this.tables.delete(table);
    if (op === 'create') this.tables.set(table, new Map());
    if (op !== 'alter' || was === undefined || steps === undefined || definition === undefined) return;
    const rows = this.table(table);
    for (const [key, current] of rows) {
      const row = orderedCells(definition.columns, reshapeRow(was, steps, current.row));
      rows.set(key, { ...current, row });
    }
  }
}
