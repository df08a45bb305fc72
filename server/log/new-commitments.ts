import type { RowEntry } from '../../protocol/entry.ts';
import { commitmentIn, sealedNames } from '../../protocol/sealed.ts';
import type { TableDefinition } from '../../protocol/table.ts';

interface NewCommitment {
  readonly column: string;
  readonly commitment: string;
}

/**
 * The commitments that a change brings into its row, and for which values are kept from then on: those of the sealed
 * cells that it changes. All others in its row stood there before. A change that reverts brings some again, which an
 * earlier one has brought already.
 */
export function newCommitments({ row, was }: RowEntry, definition: TableDefinition): NewCommitment[] {
  if (row === undefined) return [];
  return sealedNames(definition).flatMap((column) => {
    const commitment = was === undefined || column in was ? commitmentIn(row[column]) : undefined;
    return commitment === undefined ? [] : [{ column, commitment }];
  });
}
