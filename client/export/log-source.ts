import type { Cursor } from '../../protocol/cursor.ts';
import type { CommandChannel } from '../command-channel.ts';
import type { ReadingOptions } from '../ledger-reads.ts';
import { type LogEntry, readPages } from '../log-reader.ts';
import { entriesUpTo } from './entries-up-to.ts';
import { entryShape } from './entry-shape.ts';
import type { ExportSource } from './export-source.ts';
import type { LeafWalk } from './proof/leaf-walk.ts';
import { LogProver } from './proof/log-prover.ts';

export interface LogStretch {
  /** Behind this seq. */
  readonly after: number;
  /** Up to this cursor. */
  readonly to: Cursor;
  readonly table?: string | undefined;
  /** Walks over the leaves of the log, to prove what is exported. */
  readonly prove: ((cursor: Cursor) => LeafWalk) | undefined;
}

/** The entries of a stretch of the log, as they were recorded: sealed cells are commitments. */
export function openLogSource(
  channel: CommandChannel,
  { after, to, table, prove }: LogStretch,
  options: ReadingOptions,
): ExportSource<LogEntry> {
  const request = { type: 'log.read', table, after, epoch: to.epoch } as const;
  return {
    what: { kind: 'log', table, first: after + 1, last: to.seq },
    cursor: to,
    shape: entryShape,
    pages: after >= to.seq ? nothing() : entriesUpTo(readPages(channel, request, options), to.seq),
    prover: prove && (() => new LogProver(prove(to))),
  };
}

async function* nothing(): AsyncGenerator<readonly LogEntry[], void, undefined> {}
