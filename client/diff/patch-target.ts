import type { CurrentRow } from '../../protocol/errors.ts';
import type { TableDefinition } from '../../protocol/table.ts';

/** A ledger that a patch is to be applied to, as it is. */
export interface PatchTarget {
  readonly definitions: ReadonlyMap<string, TableDefinition>;
  /** All rows of a table. */
  rows(table: string): AsyncIterable<CurrentRow>;
}
