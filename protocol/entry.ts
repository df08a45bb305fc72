import { z } from 'zod';
import { seqSchema } from './cursor.ts';
import { alterStepSchema, cellsSchema, tableDefinitionSchema } from './table.ts';

/**
 * A change as it stands in the log: one line of JSON, whose exact bytes are what was recorded, is published and will
 * be replayed. It is self-contained: it shows, filters and undoes itself without anything else.
 */
const common = {
  seq: seqSchema.positive(),
  /** When it was recorded, by the database's clock, never before the change ahead of it. ISO 8601, UTC. */
  at: z.string(),
  by: z.string(),
  /** The id of the command; unique for ever. */
  command: z.string(),
  /** First and last seq of the command's changes; left out when it made just this one. */
  group: z.tuple([seqSchema, seqSchema]).optional(),
  table: z.string(),
};
/** Of a change that takes others back: the first and the last seq of these. */
const reverts = z.tuple([seqSchema, seqSchema]).optional();
const why = z.string().optional();

export const rowEntrySchema = z.object({
  ...common,
  op: z.enum(['insert', 'update', 'delete', 'erase']),
  key: z.string(),
  /** How many changes the row has had in its present life, this one included. 0 when a row that is gone was erased. */
  version: z.int().nonnegative(),
  /** The row after the change; left out when there is none. Empty cells are left out. */
  row: cellsSchema.optional(),
  /** The changed cells as they were, null where one was empty; of a delete the whole row; left out of an insert. */
  was: cellsSchema.optional(),
  /** Of an erase: the columns whose values and salts are gone for good. The row stays as it is: `was` is `{}`. */
  columns: z.array(z.string()).optional(),
  reverts,
  why,
});
export type RowEntry = z.infer<typeof rowEntrySchema>;

export const tableEntrySchema = z.object({
  ...common,
  op: z.enum(['create', 'alter', 'drop']),
  /** The table after the change; left out of a drop. */
  definition: tableDefinitionSchema.optional(),
  /** Of an alter: what was done, in order; a reader does the same to the rows that it holds. */
  steps: z.array(alterStepSchema).optional(),
  /** The table before the change; left out of a create. */
  was: tableDefinitionSchema.optional(),
  reverts,
  why,
});
export type TableEntry = z.infer<typeof tableEntrySchema>;

export const entrySchema = z.discriminatedUnion('op', [rowEntrySchema, tableEntrySchema]);
export type Entry = RowEntry | TableEntry;

export function isRowEntry(entry: Entry): entry is RowEntry {
  return entry.op === 'insert' || entry.op === 'update' || entry.op === 'delete' || entry.op === 'erase';
}

/** First and last seq of the group that an entry belongs to. */
export function groupOf(entry: Entry): readonly [first: number, last: number] {
  return entry.group ?? [entry.seq, entry.seq];
}

/** The line that ends the entries of a reply: without it, or with another count, the entries are cut off. */
export const endLineSchema = z.object({
  end: z.object({
    /** Entries ahead of this line. */
    count: z.int(),
    /** Seq of the last of them; `after` of the request when there is none. */
    last: seqSchema,
  }),
});
export type EndLine = z.infer<typeof endLineSchema>;
