import type { Database } from '../database/database.ts';
import { loadTables, type StoredTable } from './tables.ts';

/** The definitions of all tables, kept in memory and read again when the head says that any of them has changed. */
export class TableCache {
  #tables: ReadonlyMap<string, StoredTable> = new Map();
  #schemaSeq = -1;

  /** The tables as they are at a head with this `schemaSeq`, read under its lock. */
  async at(transaction: Database, schemaSeq: number): Promise<ReadonlyMap<string, StoredTable>> {
    if (this.#schemaSeq !== schemaSeq) {
      this.#tables = await loadTables(transaction);
      this.#schemaSeq = schemaSeq;
    }
    return this.#tables;
  }
}
