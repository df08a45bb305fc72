import { z } from 'zod';
import { seqSchema } from './cursor.ts';
import { alterStepSchema, cellsSchema, tableDefinitionSchema } from './table.ts';

/*
 * The difference of two points, in the shape of entries: each row and each table that is not as it was has one, whatever
 * happened to it in between. Done to the state at the first point, tables before rows, they make that at the second. Either
 * may be the earlier one: the difference back is that forth with its sides exchanged, and with what was lost forth.
 */

export const tableDiffSchema = z.object({
  table: z.string(),
  op: z.enum(['create', 'alter', 'drop']),
  /** Seq of its last change of definition in between, its creation or its drop. */
  seq: seqSchema,
  /** The table at the second point; left out of a drop. */
  definition: tableDefinitionSchema.optional(),
  /**
   * Of an alter: all that was done to its columns, in order; a reader does the same to every row. Back, what undoes it, but for
   * a seal, which nothing undoes.
   */
  steps: z.array(alterStepSchema).optional(),
  /** The table at the first point; left out of a create. A drop takes its rows along. */
  was: tableDefinitionSchema.optional(),
});
export type TableDiff = z.infer<typeof tableDiffSchema>;

export const rowDiffSchema = z.object({
  table: z.string(),
  key: z.string(),
  op: z.enum(['insert', 'update', 'delete']),
  /** Seq of the row's last change in between; of a row that nobody changed, that of its table by which it differs. */
  seq: seqSchema,
  /** The row at the second point; left out of a delete. */
  row: cellsSchema.optional(),
  /**
   * The cells that differ as they were at the first point, brought into the columns of the second; null where one was
   * empty; of a delete the whole row; left out of an insert.
   */
  was: cellsSchema.optional(),
});
export type RowDiff = z.infer<typeof rowDiffSchema>;
