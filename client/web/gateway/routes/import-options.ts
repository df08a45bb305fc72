import type { Context } from 'hono';
import { z } from 'zod';
import { columnTypes, encodings, fileFormats, type ImportOptions, importModes, RowcastError } from '../../../index.ts';
import { choiceIn, flagIn, jsonIn } from './parameters.ts';

/** How a file is read, as the address says it. */
export const importParameters = [
  'table',
  'mode',
  'key',
  'no_key',
  'name',
  'format',
  'encoding',
  'delimiter',
  'header',
  'types',
  'skip',
  'dry_run',
] as const satisfies string[];

const typesSchema = z.record(z.string(), z.enum(columnTypes));
const typesAdvice = `types is {"NAME": "TYPE"}, with a type for each column that is named: ${columnTypes.join(', ')}`;
const skipSchema = z.array(z.string());
const skipAdvice = 'skip is a list of columns: ["NAME"]';

/** @throws RowcastError `bad_request` */
export function importOptionsIn(context: Context): ImportOptions {
  const { table = '', key, name, delimiter } = context.req.query();
  if (table === '') throw bad('name the table: table=NAME');
  if (delimiter !== undefined && delimiter.length !== 1) throw bad('delimiter is one character');
  const header = choiceIn(context, 'header', ['true', 'false']);
  return {
    table,
    mode: choiceIn(context, 'mode', importModes),
    // Keys are then made of what the rows hold.
    key: flagIn(context, 'no_key') === true ? false : key,
    name,
    format: choiceIn(context, 'format', fileFormats),
    encoding: choiceIn(context, 'encoding', encodings),
    delimiter,
    header: header === undefined ? undefined : header === 'true',
    types: shapedIn(context, 'types', typesSchema, typesAdvice),
    skip: shapedIn(context, 'skip', skipSchema, skipAdvice),
    dryRun: flagIn(context, 'dry_run'),
  };
}

function shapedIn<Schema extends z.ZodType>(
  context: Context,
  name: string,
  schema: Schema,
  advice: string,
): z.output<Schema> | undefined {
  const { data, success } = schema.optional().safeParse(jsonIn(context, name));
  if (!success) throw bad(advice);
  return data;
}

function bad(message: string): RowcastError {
  return new RowcastError('bad_request', message);
}
