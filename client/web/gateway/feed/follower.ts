import { type Cursor, RowcastError } from '../../../index.ts';
import { LoginChanged } from '../visitor.ts';
import type { EventStream } from './event-stream.ts';
import { endFrame, groupFrame, type Position, positionFrame } from './frames.ts';
import type { Hub, Told } from './hub.ts';

/** Bytes that are written to a reader at once. */
const writeBytesMax = 256 * 1024;

/** Milliseconds for which a reader may be further on than the gateway, which hears of changes a moment later. */
const aheadMsMax = 3_000;

export interface FollowerOptions {
  readonly hub: Hub;
  readonly stream: EventStream;
  /** The changes of one table; of all when left out. */
  readonly table: string | undefined;
  /** Behind which it begins; at the present when left out. */
  readonly from: Cursor | undefined;
  /** Aborted, with a {@link LoginChanged}, when this feed is not the reader's any more. */
  readonly era: AbortSignal | undefined;
  readonly onTrouble: ((error: unknown) => void) | undefined;
}

/**
 * One reader of the feed: every change behind the cursor, each once and in order, however slow the reader is. While its
 * place is in the hub's ring it is served from there; from further back it has a watch of its own until it is.
 *
 * The invariant: `at` moves in the same breath in which what is up to there is handed to the stream. So whatever is
 * written bears an id behind which nothing was written before, and a reader may go on at any id that it has seen.
 */
export class Follower {
  readonly #options: FollowerOptions;
  /** The reader has gone, or is not who this feed is for. */
  readonly #over: AbortSignal;
  #at: Cursor | undefined;
  #wake: () => void = () => undefined;
  #isPositionDue = true;
  #isCatchingUp = false;
  #aheadSince: number | undefined;

  constructor(options: FollowerOptions) {
    const { from, stream, era } = options;
    this.#options = options;
    this.#at = from;
    this.#over = era === undefined ? stream.closed : AbortSignal.any([stream.closed, era]);
  }

  /** Until the reader leaves, or cannot be told more. Never throws. */
  async run(): Promise<void> {
    const { hub, stream, era } = this.#options;
    const forget = hub.subscribe((told) => this.#hear(told));
    const wake = (): void => this.#wake();
    this.#over.addEventListener('abort', wake, { once: true });
    try {
      while (!this.#over.aborted && !hub.isClosed) await this.#turn();
      const { reason } = era ?? {};
      stream.end(reason instanceof LoginChanged ? endFrame(reason.code, reason.message) : '');
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#over.removeEventListener('abort', wake);
      forget();
    }
  }

  #fail(error: unknown): void {
    const { stream, onTrouble } = this.#options;
    if (error instanceof RowcastError) {
      stream.end(endFrame(error.code, error.message));
    } else {
      onTrouble?.(error);
      stream.end(endFrame('internal', 'the gateway has failed; its log says how'));
    }
  }

  #hear(told: Told): void {
    if (told === 'position') this.#isPositionDue = true;
    if (this.#isCatchingUp) this.#tellPosition();
    else this.#wake();
  }

  async #turn(): Promise<void> {
    const { hub } = this.#options;
    const awake = new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    this.#at ??= hub.present;
    const isThere = this.#at !== undefined && hub.ring.reaches(this.#at);
    if (this.#at !== undefined && hub.isFormer(this.#at)) throw formerLife();
    if (this.#at !== undefined && isThere && (await this.#readRing(this.#at))) return;
    if (this.#at !== undefined && !isThere && this.#mustCatchUp(this.#at)) return await this.#catchUp(this.#at);
    this.#tellPosition();
    await awake;
  }

  /** True when there is more. */
  async #readRing(from: Cursor): Promise<boolean> {
    const { hub, stream, table } = this.#options;
    this.#aheadSince = undefined;
    const { bytes, end } = hub.ring.after(from, { table, bytesMax: writeBytesMax });
    this.#at = end;
    await stream.write(bytes);
    return (hub.ring.end?.seq ?? 0) > end.seq;
  }

  /** Whether it is worth a watch to find out how to go on: not before the hub stands, nor when it may still come. */
  #mustCatchUp(at: Cursor): boolean {
    const { ring, isHalted } = this.#options.hub;
    if (ring.end === undefined || isHalted) return false;
    if (!ring.isBefore(at)) return true;
    this.#aheadSince ??= performance.now();
    return performance.now() - this.#aheadSince > aheadMsMax;
  }

  /** Reads the log up to where the ring begins. @throws RowcastError `wrong_epoch`, `ahead_of_server`, `too_old` … */
  async #catchUp(from: Cursor): Promise<void> {
    const { hub } = this.#options;
    this.#isCatchingUp = true;
    const leave = await hub.catchUps.enter(this.#over);
    try {
      if (leave !== undefined) await this.#readLog(from);
    } finally {
      this.#isCatchingUp = false;
      this.#isPositionDue = true;
      leave?.();
    }
  }

  async #readLog(from: Cursor): Promise<void> {
    const { hub, stream, table } = this.#options;
    if (hub.isClosed) return;
    await using watch = hub.ledger.watch({ table, from, open: hub.open, signal: this.#over });
    for await (const event of watch) {
      // What the watch has looked at in vain counts too: else a quiet table would never get near the ring.
      this.#at = watch.cursor ?? from;
      if (event.type === 'group') await stream.write(groupFrame(event, table) ?? '');
      if (hub.ring.reaches(this.#at)) return;
    }
  }

  #tellPosition(): void {
    const { hub, stream } = this.#options;
    if (!this.#isPositionDue || stream.isBlocked) return;
    this.#isPositionDue = false;
    const { position } = hub;
    const shown: Position = this.#isCatchingUp ? { ...position, state: 'catchingUp' } : position;
    void stream.write(positionFrame(shown, this.#at));
  }
}

function formerLife(): RowcastError {
  return new RowcastError('wrong_epoch', 'the ledger has begun a new life; begin anew');
}
