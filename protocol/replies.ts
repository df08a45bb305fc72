import { z } from 'zod';
import { accountSchema, auditEntrySchema, roleSchema } from './accounts.ts';
import { epochSchema, seqSchema } from './cursor.ts';
import { rowDiffSchema, tableDiffSchema } from './diff.ts';
import { currentRowSchema, errorSchema } from './errors.ts';
import { protocolVersion, type RequestType } from './requests.ts';
import { cellSchema, columnTypeSchema, tableDefinitionSchema } from './table.ts';

/** What a step of a command did. `changed` is false when the row already was as asked: then nothing was recorded. */
const outcomeSchema = z.object({
  table: z.string(),
  key: z.string().optional(),
  /** Seq of the change, or of the row's last one when nothing was changed. */
  seq: seqSchema,
  version: z.int().optional(),
  changed: z.boolean(),
});
export type Outcome = z.infer<typeof outcomeSchema>;

const leftSchema = z.object({
  /** Cells, rows and tables that were changed again since and stay as they are. */
  kept: z.int().optional(),
  /** Cells whose column is gone, or has a type now that they do not fit. */
  homeless: z.int().optional(),
  /** Sealed cells that came back as commitments only: what they stood for was erased. */
  erased: z.int().optional(),
});
export type Left = z.infer<typeof leftSchema>;

/** Of a command. The fields of `outcomeSchema` stand in the reply itself; of a batch they stand in `results`. */
const commandReply = z.object({
  epoch: epochSchema,
  /** A replica that has reached this seq has seen the command's effect. */
  seq: seqSchema,
  table: z.string().optional(),
  key: z.string().optional(),
  version: z.int().optional(),
  /** Whether anything was changed. */
  changed: z.boolean(),
  /** Of a batch: how many changes it made, and the outcome of each command. */
  changes: z.int().optional(),
  results: z.array(outcomeSchema).optional(),
  /** Of a revert: what of the changes it did not take back, each where there was any. */
  left: leftSchema.optional(),
  /**
   * Of a dry run: nothing was recorded, and `seq` is what the changes would get now. The second frame holds the first
   * entries as they would be recorded, one a line, with an end line: `count` of them, up to seq `last`; `more` were cut.
   */
  dryRun: z.literal(true).optional(),
  count: z.int().optional(),
  last: seqSchema.optional(),
  more: z.boolean().optional(),
});

/** Of a query that carries entries: they stand in the second frame, one a line, with an end line. */
const entriesReply = z.object({
  epoch: epochSchema,
  /** The log's head when it was read. */
  head: seqSchema,
  count: z.int(),
  /** Seq of the last entry given; goes into the next `after`. */
  last: seqSchema,
  /** Whether the page was full: there may be more. */
  more: z.boolean(),
});

const tableSummarySchema = z.object({
  definition: tableDefinitionSchema,
  /** How many there are, unless the request leaves that out. */
  rows: z.int().optional(),
  /** Seq of the table's last change: its own head. */
  seq: seqSchema,
});
export type TableSummary = z.infer<typeof tableSummarySchema>;

/** A name for a seq. `at`: when it was given. */
const tagSchema = z.object({
  name: z.string(),
  seq: seqSchema,
  at: z.string(),
  by: z.string(),
  why: z.string().optional(),
});
export type Tag = z.infer<typeof tagSchema>;

/** A change that rows of a blame name. */
const blamedChangeSchema = z.object({
  seq: seqSchema,
  at: z.string(),
  by: z.string(),
  op: z.string(),
  command: z.string(),
  why: z.string().optional(),
});
export type BlamedChange = z.infer<typeof blamedChangeSchema>;

/** `cells`: by column, the seq of the change that last set the cell, or added the column. */
const blamedRowSchema = z.object({ key: z.string(), cells: z.record(z.string(), seqSchema) });
export type BlamedRow = z.infer<typeof blamedRowSchema>;

/** A change of one cell. `column` and `type`: as the table had it after the change. No `value`: the cell was empty. */
const cellChangeSchema = z.object({
  ...blamedChangeSchema.shape,
  op: z.enum(['insert', 'update', 'delete', 'erase', 'alter']),
  column: z.string(),
  type: columnTypeSchema,
  value: cellSchema.optional(),
});
export type CellChange = z.infer<typeof cellChangeSchema>;

/** A stretch of time, from the end of the one before, which is not in it, up to `until`, which is. */
const activityBucketSchema = z.object({
  until: z.string(),
  /** Of the last change of the ledger by then. */
  seq: seqSchema,
  /** How many there were in it. */
  changes: z.int(),
});
export type ActivityBucket = z.infer<typeof activityBucketSchema>;

const sessionStateSchema = z.object({
  session: z.string(),
  user: z.string(),
  role: roleSchema,
  /** When it ends, however much it is used. */
  expires: z.string(),
  /** Minutes without use after which it ends. */
  idleMinutes: z.int(),
});

const sessionSummarySchema = z.object({
  session: z.string(),
  user: z.string(),
  created: z.string(),
  /** Its last use, to a minute. */
  used: z.string(),
  expires: z.string(),
  /** Whether it is the one that asks. */
  own: z.boolean(),
});
export type SessionSummary = z.infer<typeof sessionSummarySchema>;

/** Of a request that changed an account. */
const accountReply = z.object({
  user: z.string(),
  /** The seq of the change in the audit. */
  seq: z.int(),
  /** How many sessions of the account it ended. */
  ended: z.int(),
});

/** The body of the answer to each request that was granted. */
export const replySchemas = {
  'session.login': z.object({
    ...sessionStateSchema.shape,
    /** base64url of 32 bytes: the key of all proofs. It is sent this once. */
    secret: z.string(),
    /** Of this server, for the first token. */
    nonce: z.string(),
    /** To be shown at the next login of the same user. Missing from servers before 0.4.0. */
    device: z.string().optional(),
  }),
  'session.logout': z.object({}),
  'session.attach': z.object({ nonce: z.string() }),
  'session.status': sessionStateSchema,
  'session.list': z.object({ sessions: z.array(sessionSummarySchema) }),
  /** False when there was no such session, or it is another's and one may not. */
  'session.revoke': z.object({ revoked: z.boolean() }),
  'feed.open': z.object({}),
  'account.list': z.object({ accounts: z.array(accountSchema) }),
  'account.add': accountReply,
  'account.change': accountReply,
  'account.remove': accountReply,
  'account.password': accountReply,
  'audit.read': z.object({
    entries: z.array(auditEntrySchema),
    /** Seq of the last entry given; goes into the next `after`. */
    last: z.int(),
    more: z.boolean(),
  }),
  'server.status': z.object({
    epoch: epochSchema,
    seq: seqSchema,
    server: z.string(),
    version: z.string(),
    started: z.string(),
    database: z.string(),
    feed: z.string(),
    tables: z.int(),
    counters: z.record(z.string(), z.number()),
    /** What one request or reply may hold here. */
    limits: z.object({
      requestBytesMax: z.int(),
      changesPerCommandMax: z.int(),
      /** Bytes of commands that one account may have staged. Servers before 0.3 have no stages. */
      stagedBytesPerUserMax: z.int().optional(),
      pageRowsMax: z.int(),
      pageBytesMax: z.int(),
      feedMessageBytesMax: z.int(),
    }),
  }),
  'table.list': z.object({ epoch: epochSchema, seq: seqSchema, tables: z.array(tableSummarySchema) }),
  /** `seq`: as of which the row was read; the row has its own. */
  'row.get': z.object({ epoch: epochSchema, seq: seqSchema, row: currentRowSchema }),
  'row.list': z.object({
    epoch: epochSchema,
    /** The rows are as of this seq, on every page. */
    seq: seqSchema,
    definition: tableDefinitionSchema,
    rows: z.array(currentRowSchema),
    /** Brings the next page; absent when this one was not full, and so the last. */
    next: z.string().optional(),
  }),
  /** Of a dry run the tag as it would be set now. */
  'tag.set': z.object({ epoch: epochSchema, tag: tagSchema, dryRun: z.literal(true).optional() }),
  'tag.list': z.object({ epoch: epochSchema, seq: seqSchema, tags: z.array(tagSchema) }),
  'row.history': entriesReply,
  'cell.history': z.object({
    epoch: epochSchema,
    /** As of which seq. */
    seq: seqSchema,
    changes: z.array(cellChangeSchema),
    /** Up to which seq the log was looked at; goes into the next `after`. */
    last: seqSchema,
    more: z.boolean(),
  }),
  'row.blame': z.object({
    epoch: epochSchema,
    /** As of which seq. */
    seq: seqSchema,
    rows: z.array(blamedRowSchema),
    /** Those that the rows name, in order of seq. */
    changes: z.array(blamedChangeSchema),
  }),
  'log.activity': z.object({
    epoch: epochSchema,
    /** The two seqs that it is between. */
    from: seqSchema,
    seq: seqSchema,
    /** The times that it is between: those of the points, or of the first change and the last. Absent when nothing was changed. */
    start: z.string().optional(),
    end: z.string().optional(),
    /** All of the same length, in order of time; their counts add up to all changes. */
    buckets: z.array(activityBucketSchema),
  }),
  'log.diff': z.object({
    epoch: epochSchema,
    /** The two seqs that it is between. */
    from: seqSchema,
    to: seqSchema,
    /** On the first page only: all tables that are not as they were, in order of seq. */
    tables: z.array(tableDiffSchema).optional(),
    /** Rows that are not as they were, table by table, in order of the row's last change; none of dropped tables. */
    rows: z.array(rowDiffSchema),
    /** Brings the next page; absent on the last one. */
    next: z.string().optional(),
  }),
  'log.read': entriesReply,
  'log.proof': z.object({
    epoch: epochSchema,
    /** Entries of the tree that the proofs are about. */
    size: seqSchema,
    /** The signed checkpoint of that tree (C2SP tlog-checkpoint), when the request named no size. */
    checkpoint: z.string().optional(),
    /** What checkpoints are verified with (C2SP signed-note): `NAME+ID+KEY`. */
    verifier: z.string(),
    /** With `from`: the roots of the largest complete subtrees of that older tree, largest first, in base64. */
    peaks: z.array(z.string()).optional(),
    /** With `from`: the consistency proof of RFC 6962, 2.1.2, in base64. */
    consistency: z.array(z.string()).optional(),
    /** With `seq`: the inclusion proof of RFC 6962, 2.1.1, in base64. */
    inclusion: z.array(z.string()).optional(),
  }),
  'sealed.open': z.object({
    /** By commitment. `value` is JSON text, of whose UTF-8 the commitment was made; `salt` is base64url. */
    cells: z.record(z.string(), z.object({ salt: z.string(), value: z.string() })),
    /** How many of the commitments were looked at: when it is fewer, ask for the rest. */
    looked: z.int(),
  }),
  'table.create': commandReply,
  'table.alter': commandReply,
  'table.drop': commandReply,
  'row.insert': commandReply,
  'row.update': commandReply,
  'row.upsert': commandReply,
  'row.delete': commandReply,
  'row.erase': commandReply,
  batch: commandReply,
  'batch.part': z.object({
    stage: z.string(),
    part: z.int(),
    /** Bytes that the account has staged now, this part included. */
    stagedBytes: z.int(),
  }),
  'batch.drop': z.object({
    /** How many parts there were. */
    parts: z.int(),
  }),
  'batch.commit': commandReply,
  'change.revert': commandReply,
} as const satisfies Record<RequestType, z.ZodType>;
export type ReplyOf<Type extends RequestType> = z.infer<(typeof replySchemas)[Type]>;
export type CommandReply = z.infer<typeof commandReply>;
export type EntriesReply = z.infer<typeof entriesReply>;

/** The frame around every reply. `id` is the request's; null when the request could not be read. */
const refusalSchema = z.object({
  v: z.literal(protocolVersion),
  id: z.string().nullable(),
  ok: z.literal(false),
  error: errorSchema,
});
export const replyEnvelopeSchema = z.discriminatedUnion('ok', [
  z.looseObject({ v: z.literal(protocolVersion), id: z.string(), ok: z.literal(true) }),
  refusalSchema,
]);
