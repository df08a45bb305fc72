import type { Context } from 'hono';
import { z } from 'zod';
import { columnTypes, encodings, fileFormats, type ImportOptions, importModes, RowcastError } from '../../../index.ts';

/** How a file is read, as the address says it: columns that are typed are `types={"NAME":"TYPE"}`, `skip=["NAME"]`. */
const optionsSchema = z.strictObject({
  table: z.string('name the table').min(1, 'name the table'),
  mode: z.enum(importModes).optional(),
  key: z.string().optional(),
  /** Keys are made of what the rows hold. */
  no_key: z.literal('').optional(),
  name: z.string().optional(),
  format: z.enum(fileFormats).optional(),
  encoding: z.enum(encodings).optional(),
  delimiter: z.string().length(1).optional(),
  header: z.enum(['true', 'false']).optional(),
  types: json(z.record(z.string(), z.enum(columnTypes))).optional(),
  skip: json(z.array(z.string())).optional(),
  dry_run: z.literal('').optional(),
});

/** @throws RowcastError `bad_request` */
export function importOptionsIn(context: Context): ImportOptions {
  const { data, error } = optionsSchema.safeParse(context.req.query());
  if (data === undefined) {
    const [issue] = error.issues;
    const where = issue?.path.join('.') ?? '';
    throw new RowcastError(
      'bad_request',
      `${where === '' ? '' : `${where}: `}${issue?.message ?? 'is not understood'}`,
    );
  }
  const { no_key, dry_run, header, key, ...options } = data;
  return {
    ...options,
    key: no_key === undefined ? key : false,
    header: header === undefined ? undefined : header === 'true',
    dryRun: dry_run === undefined ? undefined : true,
  };
}

function json<Schema extends z.ZodType>(schema: Schema) {
  return z
    .string()
    .transform((text, context): unknown => {
      try {
        return JSON.parse(text);
      } catch {
        context.addIssue('is no JSON');
        return z.NEVER;
      }
    })
    .pipe(schema);
}
