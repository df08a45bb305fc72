import { z } from 'zod';
import { epochSchema, seqSchema } from './cursor.ts';
import { limits } from './limits.ts';
import { keySchema, tableNameSchema } from './names.ts';
import { pointSchema } from './point.ts';

/**
 * Which changes are to be reverted: one; those of a command, by its id; those of a range, `after` < seq <= `last`; those
 * that lead from one point to another, or to now; or all that somebody has made since a point. With an epoch the seqs are
 * refused in another life of the ledger.
 */
const revertedSchema = z.union([
  z.strictObject({ seq: seqSchema.positive(), epoch: epochSchema.optional() }),
  z.strictObject({ command: z.string().min(1).max(64) }),
  z.strictObject({ after: seqSchema, last: seqSchema.positive(), epoch: epochSchema.optional() }),
  z.strictObject({ from: pointSchema, to: pointSchema.optional() }),
  z.strictObject({ by: z.string().min(1), since: pointSchema }),
]);
export type Reverted = z.infer<typeof revertedSchema>;

/**
 * Who wins where something was changed again since: nobody, and nothing is done (`refuse`); what is there now (`keep`);
 * or what was there before the reverted changes (`overwrite`).
 */
const conflictRuleSchema = z.enum(['refuse', 'keep', 'overwrite']);
export type ConflictRule = z.infer<typeof conflictRuleSchema>;

const revertedRowSchema = z.strictObject({ table: tableNameSchema, key: keySchema });
export type RevertedRow = z.infer<typeof revertedRowSchema>;

export const revertSchema = z.strictObject({
  type: z.literal('change.revert'),
  what: revertedSchema,
  /** Only the changes of these tables, and of these rows; of all when both are left out. */
  tables: z.array(tableNameSchema).min(1).max(limits.revertedMax).optional(),
  rows: z.array(revertedRowSchema).min(1).max(limits.revertedMax).optional(),
  conflicts: conflictRuleSchema.optional(),
  why: z.string().max(limits.whyUnitsMax).optional(),
});
export type Revert = z.infer<typeof revertSchema>;
