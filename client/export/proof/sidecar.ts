import { z } from 'zod';
import { filterSchema } from '../../../protocol/filter.ts';
import { sortSchema } from '../../../protocol/queries.ts';
import { tableDefinitionSchema } from '../../../protocol/table.ts';
import { fileFormats } from '../../file-format.ts';

/** Where the proofs of a file stand. */
export function sidecarOf(path: string): string {
  return `${path}.proof`;
}

const whatSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('table'),
    definition: tableDefinitionSchema,
    filter: filterSchema.optional(),
    sort: sortSchema.optional(),
    search: z.string().optional(),
    limit: z.int().optional(),
  }),
  z.object({ kind: z.literal('log'), table: z.string().optional(), first: z.int(), last: z.int() }),
]);
/** What was exported, for whoever finds the file. Of the log: from the first to the last seq that it may hold. */
export type ExportedWhat = z.infer<typeof whatSchema>;

/**
 * The first line of a sidecar. Behind it stand, a line each: the changes of the table itself; the entries that the rows
 * are told by, in the order of the file; the hashes of the proof, in base64. Of the log the file has its entries itself.
 */
export const sidecarHeaderSchema = z.object({
  rowcast: z.literal('export proof'),
  v: z.literal(1),
  file: z.object({
    format: z.enum(fileFormats),
    escapeFormulas: z.literal(true).optional(),
    records: z.int(),
    bytes: z.int(),
    sha256: z.string(),
  }),
  what: whatSchema,
  /** As of where: `seq@epoch`. */
  cursor: z.string(),
  /** The signed tree head (C2SP tlog-checkpoint) that the proof is about, and what verifies its signature. */
  checkpoint: z.string(),
  verifier: z.string(),
  lines: z.object({ table: z.int().nonnegative(), entries: z.int().nonnegative(), hashes: z.int().nonnegative() }),
});
export type SidecarHeader = z.infer<typeof sidecarHeaderSchema>;
