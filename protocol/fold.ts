import type { Entry, RowEntry, TableEntry } from './entry.ts';
import type { CurrentRow } from './errors.ts';
import { orderedCells, reshapeRow } from './reshape.ts';
import type { TableDefinition } from './table.ts';
import type { Cell } from './values.ts';

/** A table as the log adds up to it. */
export interface FoldedTable {
  /** Seq of its creation, which tells its life from that of another table of the same name. */
  readonly life: number;
  readonly definition: TableDefinition;
  readonly rows: Map<string, CurrentRow>;
}

/** What the log itself says is wrong with it: an entry that cannot follow those before it. */
export class FoldError extends Error {
  override readonly name = 'FoldError';
  readonly seq: number;

  constructor(seq: number, message: string) {
    super(message);
    this.seq = seq;
  }
}

/**
 * The tables that a log adds up to, told from nothing but its entries in order of seq: what everything that shows a
 * table is held against. It holds every row that is there now, and none of the past.
 */
export class Fold {
  readonly tables = new Map<string, FoldedTable>();
  #seq = 0;

  /** Seq of the last entry. */
  get seq(): number {
    return this.#seq;
  }

  /** @throws FoldError when the entry is not the next one, or of a table that is not there */
  apply(entry: Entry): void {
    if (entry.seq !== this.#seq + 1) {
      throw new FoldError(this.#seq + 1, `in the place of entry ${this.#seq + 1} stands entry ${entry.seq}`);
    }
    this.#seq = entry.seq;
    // By its key and not by its op: an op that is not known here still says what it left of which row.
    if ('key' in entry) this.#applyRow(entry);
    else this.#applyTable(entry);
  }

  #applyRow({ table, key, version, seq, at, by, row }: RowEntry): void {
    const rows = this.tables.get(table)?.rows;
    if (rows === undefined) throw new FoldError(seq, `entry ${seq} is of the table ${table}, which is not there`);
    if (row === undefined) rows.delete(key);
    else rows.set(key, { key, version, seq, at, by, row });
  }

  #applyTable({ seq, table, definition, was, steps = [] }: TableEntry): void {
    const before = this.tables.get(table);
    if ((before === undefined) !== (was === undefined)) {
      throw new FoldError(seq, `entry ${seq} and those before it disagree on whether there was a table ${table}`);
    }
    if (definition === undefined) {
      this.tables.delete(table);
      return;
    }
    const rows = before?.rows ?? new Map<string, CurrentRow>();
    for (const [key, current] of rows) {
      const row = orderedCells(definition.columns, reshapeRow(before?.definition ?? definition, steps, current.row));
      rows.set(key, { ...current, row });
    }
    this.tables.set(table, { life: before?.life ?? seq, definition, rows });
  }
}

/** One text for one row, whatever the order of its cells: two rows are the same when these are. */
export function rowText({ key, version, seq, at, by, row }: CurrentRow): string {
  const cells: [string, Cell][] = Object.entries(row)
    .filter((cell): cell is [string, Cell] => cell[1] !== null && cell[1] !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([key, version, seq, at, by, cells]);
}
