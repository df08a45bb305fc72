import { z } from 'zod';
import { why } from './commands.ts';
import { limits } from './limits.ts';
import { revertSchema } from './revert.ts';
import { stageSchema } from './staging.ts';

/**
 * Commands that may be of any size: the server reads their steps in chunks and records them as one group. Their reply
 * has no outcome of each step.
 */
export const largeCommandSchemas = {
  /** All commands of the parts of a stage, in order, as one batch. `parts`: how many there are, so that none is missing. */
  'batch.commit': z.strictObject({
    type: z.literal('batch.commit'),
    stage: stageSchema,
    parts: z.int().min(1).max(limits.partsMax),
    why,
  }),
  /** Takes changes back, as new changes: the log keeps both. */
  'change.revert': revertSchema,
} as const;
type LargeCommandType = keyof typeof largeCommandSchemas;
export type LargeCommandOf<Type extends LargeCommandType> = z.infer<(typeof largeCommandSchemas)[Type]>;
export type LargeCommand = { [Type in LargeCommandType]: LargeCommandOf<Type> }[LargeCommandType];
