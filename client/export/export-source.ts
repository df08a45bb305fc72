import type { Cursor } from '../../protocol/cursor.ts';
import type { Filter } from '../../protocol/filter.ts';
import type { Sort } from '../../protocol/queries.ts';
import type { TableDefinition } from '../../protocol/table.ts';
import type { RecordShape } from './record-shape.ts';

/** What is exported: goes into the sidecar, for whoever finds the file. */
type ExportedWhat =
  | {
      readonly kind: 'table';
      readonly definition: TableDefinition;
      readonly filter?: Filter | undefined;
      readonly sort?: Sort | undefined;
      readonly search?: string | undefined;
      readonly limit?: number | undefined;
    }
  | {
      readonly kind: 'log';
      readonly table?: string | undefined;
      /** Seq of the first and the last entry that it may hold. */
      readonly first: number;
      readonly last: number;
    };

/** Something to export, opened: one state, read page by page. */
export interface ExportSource<Item> {
  readonly what: ExportedWhat;
  /** As of where it is. */
  readonly cursor: Cursor;
  readonly shape: RecordShape<Item>;
  readonly pages: AsyncIterable<readonly Item[]>;
  /** Seq of the entry that an item is told by. */
  seqOf(item: Item): number;
}
