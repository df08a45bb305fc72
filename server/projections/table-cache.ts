import type { Executor } from '../database/writer.ts';
import { loadTables, type StoredTable } from './tables.ts';

/** The living tables as of one `schema_seq` of the head. */
export interface KnownTables {
  readonly schemaSeq: number;
  readonly tables: ReadonlyMap<string, StoredTable>;
}

/** The definitions of all tables, kept in memory until the head says that any of them has changed. */
export class TableCache {
  #known: KnownTables = { schemaSeq: -1, tables: new Map() };

  /** As they were last: right if the head's `schemaSeq` is the same. */
  get last(): KnownTables {
    return this.#known;
  }

  /** Reads them anew, under the head's lock, as of its `schemaSeq`. */
  async read(transaction: Executor, schemaSeq: number): Promise<KnownTables> {
    this.#known = { schemaSeq, tables: await loadTables(transaction) };
    return this.#known;
  }
}
