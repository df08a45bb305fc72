import type { RowDiff } from '../../../../protocol/diff.ts';
import { type Entry, isRowEntry, type RowEntry, type TableEntry } from '../../../../protocol/entry.ts';
import type { CurrentRow } from '../../../../protocol/errors.ts';
import { orderedCells, reshapeRow } from '../../../../protocol/reshape.ts';
import type { TableDefinition } from '../../../../protocol/table.ts';

/** Rows that became other rows, in the order in which they did; of each the last. */
export interface RowChanges {
  readonly added: readonly CurrentRow[];
  readonly changed: readonly CurrentRow[];
  readonly removed: readonly CurrentRow[];
}

/** The rows of one table as of one point, and what changes make of them. */
export class TableRows {
  readonly rows = new Map<string, CurrentRow>();
  #definition: TableDefinition | undefined;

  /** Undefined where there is no such table. */
  get definition(): TableDefinition | undefined {
    return this.#definition;
  }

  begin(definition: TableDefinition | undefined, rows: readonly CurrentRow[]): void {
    this.#definition = definition;
    this.rows.clear();
    this.add(rows);
  }

  add(rows: readonly CurrentRow[]): void {
    for (const row of rows) this.rows.set(row.key, row);
  }

  /** What entries of this table, in their order, made of the rows; `anew` when columns have changed, and with them every row. */
  apply(entries: readonly Entry[]): RowChanges | 'anew' {
    let isAnew = false;
    const before = new Map<string, CurrentRow | undefined>();
    for (const entry of entries) {
      if (isRowEntry(entry)) this.#applyRow(entry, before);
      else this.#applyTable(entry);
      isAnew ||= !isRowEntry(entry);
    }
    return isAnew ? 'anew' : this.#changesSince(before);
  }

  /**
   * Goes to another point by what differs between the two, `forward` in time or `back`. A diff does not say who made the
   * earlier rows, and when: of those it touches that is empty, and their version 0.
   */
  move(diffs: readonly RowDiff[], direction: 'forward' | 'back'): RowChanges {
    const before = new Map<string, CurrentRow | undefined>();
    for (const diff of diffs) {
      const { key } = diff;
      const old = this.rows.get(key);
      before.set(key, old);
      const cells = direction === 'forward' ? diff.row : cellsBefore(diff);
      if (cells === undefined) this.rows.delete(key);
      else this.rows.set(key, { key, version: 0, seq: diff.seq, at: '', by: '', row: cells });
    }
    return this.#changesSince(before);
  }

  #applyRow({ key, version, seq, at, by, row }: RowEntry, before: Map<string, CurrentRow | undefined>): void {
    if (!before.has(key)) before.set(key, this.rows.get(key));
    if (row === undefined) this.rows.delete(key);
    else this.rows.set(key, { key, version, seq, at, by, row });
  }

  #applyTable({ definition, steps = [] }: TableEntry): void {
    const before = this.#definition;
    this.#definition = definition;
    if (definition === undefined || before === undefined) {
      this.rows.clear();
      return;
    }
    for (const [key, current] of this.rows) {
      const row = orderedCells(definition.columns, reshapeRow(before, steps, current.row));
      this.rows.set(key, { ...current, row });
    }
  }

  #changesSince(before: ReadonlyMap<string, CurrentRow | undefined>): RowChanges {
    const added: CurrentRow[] = [];
    const changed: CurrentRow[] = [];
    const removed: CurrentRow[] = [];
    for (const [key, was] of before) {
      const is = this.rows.get(key);
      if (is === undefined) {
        if (was !== undefined) removed.push(was);
      } else if (was === undefined) added.push(is);
      else changed.push(is);
    }
    return { added, changed, removed };
  }
}

/** The row of a diff at its earlier point. */
function cellsBefore({ op, row, was }: RowDiff): CurrentRow['row'] | undefined {
  if (op === 'insert') return undefined;
  const cells = Object.entries({ ...row, ...was }).filter(([, cell]) => cell !== null);
  return Object.fromEntries(cells);
}
