import { z } from 'zod';
import { why } from './commands.ts';
import { pointSchema, tagNameSchema } from './point.ts';

/** Requests that name points of the log. `tag.list` is a query. */
export const tagSchemas = {
  /** Names a point, the head when none is given, once and for ever: a tag is never moved or taken away. */
  'tag.set': z.strictObject({
    type: z.literal('tag.set'),
    name: tagNameSchema,
    point: pointSchema.optional(),
    why,
  }),
} as const;
export type TagRequest = z.infer<(typeof tagSchemas)['tag.set']>;
