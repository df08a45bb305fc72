import { z } from 'zod';
import { stepSchema } from './commands.ts';
import { limits } from './limits.ts';

/** The id of a stage, made by the client as ids of requests are. It is its maker's alone. */
export const stageSchema = z
  .string()
  .regex(/^[A-Za-z0-9_-]{8,64}$/, 'a stage is named by 8 to 64 letters, digits, _ and -');

/**
 * Requests that lay the commands of a large batch ready, part by part, until `batch.commit` makes one command of them.
 * They change nothing and are in no log. A stage to which nothing comes for an hour is dropped.
 */
export const stagingSchemas = {
  /** The same part may be sent again; another one under its number is refused. Parts are counted from 0. */
  'batch.part': z.strictObject({
    type: z.literal('batch.part'),
    stage: stageSchema,
    part: z
      .int()
      .min(0)
      .max(limits.partsMax - 1),
    commands: z.array(stepSchema).min(1),
  }),
  /** Drops a stage that is not needed any more; quietly when there is none. */
  'batch.drop': z.strictObject({ type: z.literal('batch.drop'), stage: stageSchema }),
} as const;
type StagingType = keyof typeof stagingSchemas;
export type StagingOf<Type extends StagingType> = z.infer<(typeof stagingSchemas)[Type]>;
export type StagingRequest = { [Type in StagingType]: StagingOf<Type> }[StagingType];
