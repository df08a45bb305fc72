import { z } from 'zod';
import { seqSchema } from './cursor.ts';
import { cellSchema, cellsSchema } from './table.ts';

/** Why a request was refused. A closed list, matched by code and never by text. Each says what the client can do. */
export const errorCodes = [
  // The request cannot be understood: mend it.
  'bad_request',
  'unsupported_version',
  'unknown_type',
  'too_large',
  // Rights: log in, log in again, or ask an administrator.
  'login_required',
  'session_expired',
  'session_unattached',
  'forbidden',
  'login_failed',
  'login_throttled',
  'account_not_found',
  'account_exists',
  'last_administrator',
  // The command does not fit what is there: read, decide anew.
  'invalid',
  'table_not_found',
  'table_exists',
  'row_not_found',
  'tag_not_found',
  'tag_exists',
  'version_conflict',
  'revert_conflict',
  'command_id_reused',
  // A place in the log that this server cannot serve: start over, or elsewhere.
  'too_old',
  'wrong_epoch',
  'ahead_of_server',
  // The server cannot now: the same request under the same id may be sent again.
  'busy',
  'unavailable',
  'internal',
  // The log is not what it was: nothing is written until its operator has looked.
  'tampered',
] as const;
export const errorCodeSchema = z.enum(errorCodes);
export type ErrorCode = (typeof errorCodes)[number];

/** A row as it stands, with who made it so and when: what a conflict answers, and what queries return. */
export const currentRowSchema = z.object({
  key: z.string(),
  version: z.int(),
  seq: seqSchema,
  at: z.string(),
  by: z.string(),
  row: cellsSchema,
});
export type CurrentRow = z.infer<typeof currentRowSchema>;

/** One thing that is wrong with a command. A refusal lists all of them. */
const problemSchema = z.object({
  code: errorCodeSchema,
  message: z.string(),
  /** Position in a batch, from 0. */
  index: z.int().optional(),
  table: z.string().optional(),
  key: z.string().optional(),
  column: z.string().optional(),
  /**
   * With version_conflict and revert_conflict: the row as it is now; absent when there is none. Of several problems of one
   * row that a revert has, the first tells it.
   */
  current: currentRowSchema.optional(),
  /**
   * With revert_conflict: what the revert would make of the cell; without `column`, of the row, null when it would be
   * deleted.
   */
  wouldBe: cellSchema.optional(),
  /** With revert_conflict: the change that stands in the way, where one is known: the last of that cell or row. */
  touched: z.object({ seq: seqSchema, at: z.string(), by: z.string() }).optional(),
});
export type Problem = z.infer<typeof problemSchema>;

export const errorSchema = z.object({
  code: errorCodeSchema,
  message: z.string(),
  /** Of a refused command: every bad row and column, up to 1,000. The error's code is that of the first. */
  problems: z.array(problemSchema).optional(),
  /** How many more problems there were. */
  more: z.int().optional(),
  /** With busy and login_throttled: when to try again. */
  retryAfterMs: z.int().optional(),
  /** With wrong_epoch and ahead_of_server: where the server is. */
  epoch: z.string().optional(),
  head: seqSchema.optional(),
});
export type ErrorBody = z.infer<typeof errorSchema>;
