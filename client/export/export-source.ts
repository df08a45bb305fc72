import type { Cursor } from '../../protocol/cursor.ts';
import type { Prover } from './proof/prover.ts';
import type { ExportedWhat } from './proof/sidecar.ts';
import type { RecordShape } from './record-shape.ts';

/** Something to export, opened: one state, read page by page. */
export interface ExportSource<Item> {
  readonly what: ExportedWhat;
  /** As of where it is. */
  readonly cursor: Cursor;
  readonly shape: RecordShape<Item>;
  readonly pages: AsyncIterable<readonly Item[]>;
  /** Gathers proofs while it is read; without one there is none for what is exported. */
  readonly prover?: (() => Prover<Item>) | undefined;
}
