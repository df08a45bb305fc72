import type { Column, TableDefinition } from '../../protocol/table.ts';
import { type Cell, type Cells, cellIdentity } from '../../protocol/values.ts';

/** A table that lives. */
export interface TableState {
  /** The table's life: the seq of its creation. */
  readonly id: number;
  readonly definition: TableDefinition;
}

/** A row that lives. */
export interface RowState {
  readonly key: string;
  readonly version: number;
  readonly seq: number;
  readonly at: string;
  readonly by: string;
  readonly cells: Cells;
  /** The same with the values of sealed cells; absent where the table has no sealed columns. */
  readonly open?: Cells;
}

/** Which row holds a value of a unique column; without a key none does. */
export interface Holding {
  readonly tableId: number;
  readonly column: Pick<Column, 'name' | 'type'>;
  readonly value: Cell;
  readonly key?: string | undefined;
}

/** What a change of columns would break in the rows that are there: found while they were read (survey.ts). */
export interface Survey {
  readonly problems: readonly SurveyProblem[];
  readonly more: number;
  /** Rows that have values in columns that are to be sealed: as the other steps leave them. */
  readonly toSeal?: readonly Unsealed[];
}
/** A row with values that are public still. */
export interface Unsealed {
  readonly key: string;
  readonly version: number;
  readonly cells: Cells;
  readonly open: Cells;
}
export interface SurveyProblem {
  readonly key: string;
  readonly column: string;
  readonly message: string;
}

/**
 * What `decide` knows of the ledger: the parts that the command touches, loaded under the head's lock, as they will be
 * when the command takes effect. Lookups of a part that was not loaded throw: a decision is never made on ignorance.
 */
export interface LedgerState {
  table(name: string): TableState | undefined;
  row(table: TableState, key: string): RowState | undefined;
  /** Key of the row that holds this value of a unique column. */
  holder(table: TableState, column: Column, value: Cell): string | undefined;
  survey(table: TableState): Survey;
  /** Columns of which values of this row are kept, over all its lives and those of the table. */
  sealed(table: TableState, key: string): ReadonlySet<string>;
  /** The JSON text of the value that a commitment stands for; undefined when it was erased. */
  opened(commitment: string): string | undefined;
}

/** The server's own logic is at fault: not the request, not the database. */
export class InvariantError extends Error {
  override name = 'InvariantError';
}

/** One name for a value of a unique column, so that it can be looked up. */
export function uniqueName(tableId: number, { name, type }: Pick<Column, 'name' | 'type'>, value: Cell): string {
  return JSON.stringify([tableId, name, cellIdentity(type, value)]);
}

/** One name for a row, so that it can be looked up. */
export function rowName(tableId: number, key: string): string {
  return `${tableId} ${key}`;
}

/**
 * A ledger state that changes lie on: what `evolve` builds up while commands are decided one after another. A draft may
 * lie on another draft; thrown away, it leaves the one below untouched, which is how a refused command disturbs nobody.
 */
export class Draft implements LedgerState {
  readonly #below: LedgerState;
  readonly #tables = new Map<string, TableState | undefined>();
  readonly #rows = new Map<string, RowState | undefined>();
  readonly #holders = new Map<string, Holding>();
  /** By row, whether there are values of a column. */
  readonly #sealed = new Map<string, Map<string, boolean>>();
  /** Tables created in this draft: nothing of them is below. */
  readonly #fresh = new Set<number>();

  constructor(below: LedgerState) {
    this.#below = below;
  }

  table(name: string): TableState | undefined {
    return this.#tables.has(name) ? this.#tables.get(name) : this.#below.table(name);
  }

  row(table: TableState, key: string): RowState | undefined {
    const name = rowName(table.id, key);
    if (this.#rows.has(name)) return this.#rows.get(name);
    return this.#fresh.has(table.id) ? undefined : this.#below.row(table, key);
  }

  holder(table: TableState, column: Column, value: Cell): string | undefined {
    const holding = this.#holders.get(uniqueName(table.id, column, value));
    if (holding !== undefined) return holding.key;
    return this.#fresh.has(table.id) ? undefined : this.#below.holder(table, column, value);
  }

  survey(table: TableState): Survey {
    return this.#fresh.has(table.id) ? { problems: [], more: 0 } : this.#below.survey(table);
  }

  sealed(table: TableState, key: string): ReadonlySet<string> {
    const names = new Set(this.#fresh.has(table.id) ? [] : this.#below.sealed(table, key));
    for (const [column, isKept] of this.#sealed.get(rowName(table.id, key)) ?? []) {
      if (isKept) names.add(column);
      else names.delete(column);
    }
    return names;
  }

  /** What was sealed in this draft is not in the log yet, so nothing restores it. */
  opened(commitment: string): string | undefined {
    return this.#below.opened(commitment);
  }

  setTable(name: string, table: TableState | undefined, fresh = false): void {
    this.#tables.set(name, table);
    if (fresh && table !== undefined) this.#fresh.add(table.id);
  }

  setRow(table: TableState, key: string, row: RowState | undefined): void {
    this.#rows.set(rowName(table.id, key), row);
  }

  setSealed(table: TableState, key: string, column: string, isKept: boolean): void {
    const name = rowName(table.id, key);
    this.#sealed.set(name, (this.#sealed.get(name) ?? new Map<string, boolean>()).set(column, isKept));
  }

  setHolder(table: TableState, column: Column, value: Cell, key: string | undefined): void {
    this.#holders.set(uniqueName(table.id, column, value), { tableId: table.id, column, value, key });
  }

  /** Nothing is held in a table that is no more. */
  forgetHolders({ id }: TableState): void {
    for (const [name, { tableId }] of this.#holders) if (tableId === id) this.#holders.delete(name);
  }

  /** The values of unique columns that have changed hands. */
  get holders(): readonly Holding[] {
    return [...this.#holders.values()];
  }

  /** The rows that changed, as they are left, by {@link rowName}; undefined where one is gone. */
  get rows(): ReadonlyMap<string, RowState | undefined> {
    return this.#rows;
  }

  /** Lays what this draft holds onto another: the one below, or one with all that the one below knew. */
  applyTo(draft: Draft): void {
    for (const [name, table] of this.#tables) draft.#tables.set(name, table);
    for (const [name, row] of this.#rows) draft.#rows.set(name, row);
    for (const [name, holding] of this.#holders) draft.#holders.set(name, holding);
    for (const [name, columns] of this.#sealed) {
      draft.#sealed.set(name, new Map([...(draft.#sealed.get(name) ?? []), ...columns]));
    }
    for (const id of this.#fresh) draft.#fresh.add(id);
  }
}
