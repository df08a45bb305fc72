import { z } from 'zod';
import { epochSchema, seqSchema } from '../../protocol/cursor.ts';

/**
 * The form of a backup, gzip around lines of JSON, each ended by a line feed:
 *
 * 1. the header;
 * 2. every entry of the log, exactly as it was hashed, in order. Ahead of an entry stand, as {@link SealedLine}, the values
 *    of the commitments that it brings, as far as they are kept: once more where a revert has put one back;
 * 3. the rows of {@link copiedTables}, which the log does not add up to, as `["TABLE", ROW]`;
 * 4. the trailer, whose hash is over all bytes ahead of it: a backup without one was cut off.
 *
 * Rows, unique values, views and the tree are not in it: they are made again from the entries.
 */
export const formatVersion = 1;

export const headerSchema = z.object({
  /** What the file is. */
  rowcast: z.literal('backup'),
  version: z.literal(formatVersion),
  /** The life of the ledger, and the last entry. */
  epoch: epochSchema,
  seq: seqSchema,
  /** When the backup was made. */
  made: z.string(),
  /** Root of the tree over the entries, in base64. */
  root: z.string(),
  /** The same, signed, and what the signature is verified with; absent where there was no signing key. */
  checkpoint: z.string().optional(),
  verifier: z.string().optional(),
});
export type BackupHeader = z.infer<typeof headerSchema>;

/** Tables that are copied row by row, in the order in which they can be filled. Sessions are left out: they end. */
export const copiedTables = ['tag', 'command', 'account', 'applied_administrator', 'audit'] as const;
export type CopiedTable = (typeof copiedTables)[number];

const countSchema = z.int().nonnegative();
export const trailerSchema = z.object({
  end: z.object({
    entries: countSchema,
    sealed: countSchema,
    tag: countSchema,
    command: countSchema,
    account: countSchema,
    applied_administrator: countSchema,
    audit: countSchema,
    /** SHA-256 of all bytes ahead of this line, in hexadecimal. */
    sha256: z.string(),
  }),
});
export type BackupCounts = Omit<z.infer<typeof trailerSchema>['end'], 'sha256'>;

/** A value of a sealed cell, ahead of the entry that brought its commitment: salt in hexadecimal, value as JSON text. */
export const sealedLineSchema = z.tuple([
  z.literal('sealed'),
  z.string(),
  z.string().regex(/^[0-9a-f]{64}$/),
  z.string(),
]);
export type SealedLine = z.infer<typeof sealedLineSchema>;

export function noCounts(): Record<keyof BackupCounts, number> {
  return { entries: 0, sealed: 0, tag: 0, command: 0, account: 0, applied_administrator: 0, audit: 0 };
}

/** A backup is not what it was when it was made, or the log is not that is to be backed up. */
export class DamagedError extends Error {
  override readonly name = 'DamagedError';
}

/** What was asked for cannot be done; the message says what to do instead. */
export class BackupError extends Error {
  override readonly name = 'BackupError';
}
