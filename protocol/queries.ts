import { z } from 'zod';
import { epochSchema, seqSchema } from './cursor.ts';
import { filterSchema } from './filter.ts';
import { limits } from './limits.ts';
import { columnNameSchema, keySchema, tableNameSchema } from './names.ts';
import { pointSchema } from './point.ts';
import { commitmentSchema } from './sealed.ts';

const table = tableNameSchema;

export const sortSchema = z
  .array(z.strictObject({ column: z.string(), descending: z.boolean().optional() }))
  .max(limits.sortColumnsMax);
export type Sort = z.infer<typeof sortSchema>;

/** The state after this point instead of that of now: rows, and columns, as they were. */
const asOf = pointSchema.optional();
/** Changes in the order from the newest back; those beyond `after` are then those with a lesser seq. */
const newestFirst = z.literal(true).optional();
const entriesLimit = z.int().min(1).max(limits.entriesMax).optional();

/** The queries: requests that read. Only `sealed.open` needs a right. */
export const querySchemas = {
  'server.status': z.strictObject({ type: z.literal('server.status') }),
  /** `counts: false` leaves out how many rows each table has, which of the past costs a look at the log. */
  'table.list': z.strictObject({ type: z.literal('table.list'), asOf, counts: z.literal(false).optional() }),
  'row.get': z.strictObject({ type: z.literal('row.get'), table, key: keySchema, asOf }),
  /**
   * Rows of a table, in order of `sort` and then of the key. `search` is a substring, in any case, of a text column.
   * `next` of a reply, given as `after`, brings the next page as of the seq of the first one, whatever was written since.
   */
  'row.list': z.strictObject({
    type: z.literal('row.list'),
    table,
    filter: filterSchema.optional(),
    sort: sortSchema.optional(),
    search: z.string().min(1).max(limits.searchUnitsMax).optional(),
    limit: z.int().min(1).optional(),
    after: z.string().max(65_536).optional(),
    asOf,
  }),
  /** Every tag, in order of the log. */
  'tag.list': z.strictObject({ type: z.literal('tag.list') }),
  /** The changes of one row, over all its lives: entries of the log beyond `after`, up to the point. */
  'row.history': z.strictObject({
    type: z.literal('row.history'),
    table,
    key: keySchema,
    asOf,
    after: seqSchema.optional(),
    newestFirst,
    epoch: epochSchema.optional(),
    limit: entriesLimit,
  }),
  /**
   * What one cell held, change by change, over all lives of the row in the table of the point. `column` is as the table
   * calls it then; before, it may have had other names. Continued by `after` with `last` of the reply.
   */
  'cell.history': z.strictObject({
    type: z.literal('cell.history'),
    table,
    key: keySchema,
    column: columnNameSchema,
    asOf,
    after: seqSchema.optional(),
    newestFirst,
  }),
  /** Who last set each cell of these rows. Rows that there are not are left out. */
  'row.blame': z.strictObject({
    type: z.literal('row.blame'),
    table,
    keys: z.array(keySchema).min(1).max(limits.blameRowsMax),
    asOf,
  }),
  /**
   * How much was changed when, in equal stretches of time: the changes behind `from` (all from the first, when left out) up to
   * the point, of one table over all its lives or of all.
   */
  'log.activity': z.strictObject({
    type: z.literal('log.activity'),
    table: table.optional(),
    from: pointSchema.optional(),
    asOf,
    buckets: z.int().min(1).max(limits.bucketsMax).optional(),
  }),
  /**
   * What is different at `to` (now, when left out) from what was at `from`, an earlier point: of one table or of all.
   * `next` of a reply, given as `after`, brings the next page of rows, between the same two seqs.
   */
  'log.diff': z.strictObject({
    type: z.literal('log.diff'),
    from: pointSchema,
    to: asOf,
    table: table.optional(),
    limit: z.int().min(1).optional(),
    after: z.string().max(4_096).optional(),
  }),
  /**
   * Entries of the log beyond `after`, up to the point, of one table or of all. `epoch` is checked when it is given. With `hashes`, which
   * goes with all tables in order of seq only, the leaf hashes of the entries come in place of them, in base64.
   */
  'log.read': z.strictObject({
    type: z.literal('log.read'),
    table: table.optional(),
    asOf,
    after: seqSchema.optional(),
    newestFirst,
    epoch: epochSchema.optional(),
    limit: entriesLimit,
    hashes: z.literal(true).optional(),
  }),
  /**
   * Proofs from the tree over the first `size` entries; left out, over those of the last checkpoint, which comes along.
   * `from`: that the tree over the first `from` entries is its beginning. `seq`: that this entry is in it.
   */
  'log.proof': z.strictObject({
    type: z.literal('log.proof'),
    size: seqSchema.optional(),
    from: seqSchema.optional(),
    seq: seqSchema.positive().optional(),
    epoch: epochSchema.optional(),
  }),
  /**
   * What commitments stand for: the one door to the values of sealed columns, for administrators. They are looked at in
   * this order until the reply is full; those that were erased, or never were, are left out.
   */
  'sealed.open': z.strictObject({
    type: z.literal('sealed.open'),
    commitments: z.array(commitmentSchema).max(limits.commitmentsMax),
  }),
} as const;

const querySchema = z.discriminatedUnion('type', [
  querySchemas['server.status'],
  querySchemas['table.list'],
  querySchemas['row.get'],
  querySchemas['row.list'],
  querySchemas['tag.list'],
  querySchemas['row.history'],
  querySchemas['cell.history'],
  querySchemas['row.blame'],
  querySchemas['log.activity'],
  querySchemas['log.diff'],
  querySchemas['log.read'],
  querySchemas['log.proof'],
  querySchemas['sealed.open'],
]);
export type Query = z.infer<typeof querySchema>;
type QueryType = Query['type'];
export type QueryOf<Type extends QueryType> = Extract<Query, { type: Type }>;
