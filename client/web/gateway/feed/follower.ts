import { type Cursor, RowcastError } from '../../../index.ts';
import type { EventStream } from './event-stream.ts';
import { endFrame, groupFrame, positionFrame } from './frames.ts';
import type { Hub } from './hub.ts';

/** Bytes that are written to a reader at once. */
const writeBytesMax = 256 * 1024;

export interface FollowerOptions {
  readonly hub: Hub;
  readonly stream: EventStream;
  /** The changes of one table; of all when left out. */
  readonly table: string | undefined;
  /** Behind which it begins; at the present when left out. */
  readonly from: Cursor | undefined;
}

/**
 * One reader of the feed: every change behind the cursor, each once and in order, however slow the reader is. While its
 * place is in the hub's ring it is served from there; from further back it has a watch of its own until it is.
 */
export class Follower {
  readonly #options: FollowerOptions;
  #at: Cursor | undefined;
  #wake: () => void = () => undefined;

  constructor(options: FollowerOptions) {
    this.#options = options;
    this.#at = options.from;
  }

  /** Until the reader leaves, or cannot be told more. */
  async run(): Promise<void> {
    const { hub, stream } = this.#options;
    const forget = hub.subscribe(() => this.#wake());
    stream.closed.addEventListener('abort', () => this.#wake(), { once: true });
    try {
      while (!stream.closed.aborted && !hub.isClosed) await this.#turn();
      stream.end(hub.isClosed ? endFrame('logged_out', 'the login of this feed has ended') : '');
    } catch (error) {
      if (!(error instanceof RowcastError)) throw error;
      stream.end(endFrame(error.code, error.message));
    } finally {
      forget();
    }
  }

  async #turn(): Promise<void> {
    const { hub, stream, table } = this.#options;
    const { ring } = hub;
    const awake = new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    this.#at ??= ring.end;
    if (this.#at !== undefined && ring.end !== undefined && !ring.reaches(this.#at))
      return await this.#catchUp(this.#at);
    if (this.#at !== undefined && ring.end !== undefined) {
      const { text, end } = ring.after(this.#at, { table, bytesMax: writeBytesMax });
      this.#at = end;
      await stream.write(text);
      if (ring.end.seq > end.seq) return;
    }
    await stream.write(positionFrame(hub.position, this.#at));
    await awake;
  }

  /** Reads the log up to where the ring begins. @throws RowcastError `wrong_epoch`, `ahead_of_server`, `too_old` … */
  async #catchUp(from: Cursor): Promise<void> {
    const { hub, stream, table } = this.#options;
    await using watch = hub.ledger.watch({ table, from, open: hub.open, signal: stream.closed });
    for await (const event of watch) {
      if (event.type === 'group') await stream.write(groupFrame(event, table) ?? '');
      // What the watch has looked at in vain counts too: else a quiet table would never get near the ring.
      this.#at = watch.cursor ?? from;
      if (hub.ring.reaches(this.#at)) return;
    }
  }
}
