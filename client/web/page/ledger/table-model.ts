import { parseCursor } from '../../../../protocol/cursor.ts';
import { isRowEntry, type RowEntry } from '../../../../protocol/entry.ts';
import type { CurrentRow } from '../../../../protocol/errors.ts';
import type { TableDefinition } from '../../../../protocol/table.ts';
import { pathOf, readLines } from '../api/lines.ts';
import type { Group } from '../api/messages.ts';
import { GatewayProblem } from '../api/problem.ts';
import { ledger } from './ledger.ts';

/** Rows that became other rows, in the order in which they did; of each the last. */
export interface RowChanges {
  readonly added: readonly CurrentRow[];
  readonly changed: readonly CurrentRow[];
  readonly removed: readonly CurrentRow[];
}

/** What a table tells to whoever shows it. */
export interface TableListener {
  /** All that was told before is void: this is the table, and its first rows. */
  readonly begin: (definition: TableDefinition, rows: readonly CurrentRow[]) => void;
  /** More rows of it, as of the same point. */
  readonly rows: (rows: readonly CurrentRow[]) => void;
  /** Every row is there; from now on changes come. */
  readonly whole: () => void;
  readonly changes: (changes: RowChanges) => void;
  readonly failed: (problem: GatewayProblem) => void;
}

export interface TableModelOptions {
  readonly table: string;
  /** As of when; the present, and every change from there on, when left out. */
  readonly at: string | undefined;
  readonly listener: TableListener;
}

/**
 * The rows of one table as of one point, or of now and kept up to date: the snapshot, and then the changes behind its
 * seq from the feed of the ledger. What comes while the snapshot is read waits until it is whole.
 */
export class TableModel {
  readonly rows = new Map<string, CurrentRow>();
  readonly #options: TableModelOptions;
  readonly #forget: (() => void) | undefined;
  #definition: TableDefinition | undefined;
  #reading = new AbortController();
  /** The snapshot's seq. */
  #seq = 0;
  #isWhole = false;
  #waiting: Group[] = [];

  constructor(options: TableModelOptions) {
    this.#options = options;
    if (options.at === undefined) {
      this.#forget = ledger.subscribe({ groups: (groups) => this.#take(groups), restart: () => void this.#read() });
    }
    void this.#read();
  }

  get definition(): TableDefinition | undefined {
    return this.#definition;
  }

  get isWhole(): boolean {
    return this.#isWhole;
  }

  close(): void {
    this.#forget?.();
    this.#reading.abort();
  }

  async #read(): Promise<void> {
    const { table, at, listener } = this.#options;
    this.#reading.abort();
    this.#reading = new AbortController();
    const { signal } = this.#reading;
    this.#isWhole = false;
    this.#waiting = [];
    try {
      const path = pathOf(`/api/tables/${encodeURIComponent(table)}/rows`, { as_of: at });
      let isFirst = true;
      for await (const lines of readLines(path, signal)) {
        const rows = (isFirst ? lines.slice(1) : lines) as readonly CurrentRow[];
        if (isFirst) this.#begin(lines[0] as Head, rows);
        else this.#add(rows);
        isFirst = false;
      }
      this.#isWhole = true;
      listener.whole();
      this.#apply(this.#waiting);
    } catch (error) {
      if (signal.aborted) return;
      listener.failed(
        error instanceof GatewayProblem ? error : new GatewayProblem({ code: 'internal', message: String(error) }),
      );
    }
  }

  #begin({ cursor, definition }: Head, rows: readonly CurrentRow[]): void {
    this.#seq = parseCursor(cursor)?.seq ?? 0;
    this.#definition = definition;
    this.rows.clear();
    for (const row of rows) this.rows.set(row.key, row);
    this.#options.listener.begin(definition, rows);
  }

  #add(rows: readonly CurrentRow[]): void {
    for (const row of rows) this.rows.set(row.key, row);
    this.#options.listener.rows(rows);
  }

  #take(groups: readonly Group[]): void {
    if (this.#isWhole) this.#apply(groups);
    else this.#waiting.push(...groups);
  }

  #apply(groups: readonly Group[]): void {
    const { table } = this.#options;
    const entries = groups
      .flatMap((group) => group.entries)
      .filter((entry) => entry.table === table && entry.seq > this.#seq);
    this.#waiting = [];
    // Columns have changed, and with them every row.
    if (entries.some((entry) => !isRowEntry(entry))) return void this.#read();
    const changes = this.#changes(entries.filter(isRowEntry));
    if (entries.length > 0) this.#options.listener.changes(changes);
  }

  #changes(entries: readonly RowEntry[]): RowChanges {
    const before = new Map<string, CurrentRow | undefined>();
    for (const { op, key, version, seq, at, by, row } of entries) {
      if (op === 'erase') continue;
      if (!before.has(key)) before.set(key, this.rows.get(key));
      if (row === undefined) this.rows.delete(key);
      else this.rows.set(key, { key, version, seq, at, by, row });
    }
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

/** The first line of a table's rows. */
interface Head {
  readonly cursor: string;
  readonly definition: TableDefinition;
}
