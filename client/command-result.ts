import type { CommandReply, Tag } from '../protocol/replies.ts';
import { entryLines } from './lines.ts';
import { type LogEntry, toLogEntry } from './log-reader.ts';

/** What a command did; of a dry run, what it would do. */
export interface CommandResult extends CommandReply {
  /** Of a dry run: the entries as they would be recorded now, but for their time; `more` says whether they were cut. */
  readonly entries?: readonly LogEntry[];
  /** Of a large batch: the id of its command, by which a revert may name it. */
  readonly command?: string;
}

/** A tag that was set; of a dry run, as it would be. */
export interface SetTag extends Tag {
  readonly dryRun?: true;
}

/** @throws RowcastError `protocol` when the entries of a dry run are cut off */
export function toCommandResult({ body, lines }: { body: CommandReply; lines: Uint8Array | undefined }): CommandResult {
  if (body.dryRun !== true) return body;
  const { count = 0, last = 0 } = body;
  return { ...body, entries: entryLines(lines, { count, last }).map(toLogEntry) };
}
