import { z } from 'zod';
import { epochSchema, seqSchema } from './cursor.ts';

/**
 * The feed's topics. A reader subscribes to the head, the welcome, and the tables that it wants: `table/` for all.
 * The slash at the end keeps `table/rate/` from matching `table/rates/`.
 */
export const headTopic = 'head';
export const welcomeTopic = 'welcome';
export const tablesTopic = 'table/';

export function tableTopic(table: string): string {
  return `${tablesTopic}${table}/`;
}

/** The table of a topic; undefined when the topic is no table's. */
export function tableOfTopic(topic: string): string | undefined {
  return topic.startsWith(tablesTopic) && topic.endsWith('/') ? topic.slice(tablesTopic.length, -1) : undefined;
}

/**
 * The second frame of a table's message; the third holds `count` entries, one a line. A message holds whole groups
 * only, but for a group over several tables: that is one message a table, and `group` names the seqs that belong
 * together, so that a reader of the whole ledger applies all or nothing.
 */
export const feedHeaderSchema = z.object({
  epoch: epochSchema,
  first: seqSchema,
  last: seqSchema,
  /** Seq of the change ahead of `first` on this topic, 0 for none. Another one than the reader's last means a gap. */
  previous: seqSchema,
  count: z.int().positive(),
  group: z.tuple([seqSchema, seqSchema]).optional(),
  /** The entries were too many bytes for the feed: the third frame is empty, and they are to be read from the log. */
  omitted: z.literal(true).optional(),
});
export type FeedHeader = z.infer<typeof feedHeaderSchema>;

/** Sent every second: a reader that is behind it has missed something, even if nothing more ever comes (pitfall Z10). */
export const headMessageSchema = z.object({
  epoch: epochSchema,
  seq: seqSchema,
  /** The server's clock, ISO 8601. */
  at: z.string(),
  /** Seq of the last change of every table. */
  tables: z.record(z.string(), seqSchema),
  /** The log up to `seq`, signed: a checkpoint in the form of C2SP tlog-checkpoint. Servers before 0.2 sent none. */
  checkpoint: z.string().optional(),
  /** The server has found that its log is not what it was: the first bad seq, as far as it is known, and what it is. */
  fault: z.object({ seq: seqSchema, what: z.string() }).optional(),
});
export type HeadMessage = z.infer<typeof headMessageSchema>;

/** The welcome is one frame, `welcome` and then the JSON of a head message. One that comes later means: reconnected. */
export function encodeWelcome(head: HeadMessage): string {
  return welcomeTopic + JSON.stringify(head);
}

export function decodeWelcome(frame: string): HeadMessage {
  return headMessageSchema.parse(JSON.parse(frame.slice(welcomeTopic.length)));
}
