import type { Cursor } from '../../protocol/cursor.ts';
import type { Point } from '../../protocol/point.ts';
import type { CommandChannel } from '../command-channel.ts';
import type { WatchEvent } from '../events.ts';
import { demandForward } from '../forward.ts';
import { pointCursor } from '../ledger-points.ts';
import type { LogPage } from '../log-reader.ts';
import type { Timing } from '../timing.ts';
import type { Watch } from '../watch.ts';
import { type PaceOptions, Pacer } from './pacer.ts';
import { type PlayEvent, paced } from './play.ts';
import { groupsUpTo } from './stretch.ts';

export interface PlayOptions extends PaceOptions {
  /** The changes of one table; of all when left out. */
  readonly table?: string | undefined;
  /** The state that it begins behind; the beginning of the log when left out. */
  readonly from?: Point | undefined;
  /** The last change of it; without one it goes on with what is made from now on. */
  readonly to?: Point | undefined;
  /** Values in place of the commitments of sealed cells, verified: for administrators. */
  readonly open?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface LedgerPlayParts {
  readonly channel: CommandChannel;
  readonly timing: Timing;
  readonly watch: (from: Cursor) => Watch;
  readonly read: (from: Cursor) => AsyncIterable<LogPage>;
}

/** Plays a stretch of the log, up to its end, or on and on. */
export async function* play(
  { channel, timing, watch, read }: LedgerPlayParts,
  { from = { seq: 0 }, to, signal = new AbortController().signal, ...pace }: PlayOptions,
): AsyncGenerator<PlayEvent, void, undefined> {
  const begin = await pointCursor(channel, from, { signal });
  const end = to && (await pointCursor(channel, to, { signal }));
  if (end !== undefined) demandForward(begin.seq, end.seq);
  if (end?.seq === begin.seq) return;
  const events: AsyncIterator<WatchEvent, undefined> = end === undefined ? watch(begin) : groupsUpTo(read(begin), end);
  yield* paced(events, { pacer: new Pacer(timing, pace), timing, signal });
}
