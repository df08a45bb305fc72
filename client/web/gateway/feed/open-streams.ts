import type { Context } from 'hono';
import { RowcastError } from '../../../index.ts';
import type { Environment } from '../environment.ts';
import { peerOf, Quota } from '../quota.ts';
import { EventStream } from './event-stream.ts';

/** Readers that one address may have, as a part of all. */
const perPeer = 1 / 4;

/** The answers of events that are open, within the limits of the settings. */
export class OpenStreams {
  readonly #quota: Quota;
  readonly #viewersMax: number;
  readonly #open = new Set<EventStream>();
  #isClosed = false;

  constructor(viewersMax: number) {
    this.#viewersMax = viewersMax;
    this.#quota = new Quota({ max: viewersMax, perPeerMax: Math.max(1, Math.floor(viewersMax * perPeer)) });
  }

  /** Begins the answer. @throws RowcastError `busy` when there are too many */
  open(context: Context<Environment>): EventStream {
    const giveBack = this.#isClosed ? undefined : this.#quota.take(peerOf(context));
    if (giveBack === undefined) {
      throw new RowcastError('busy', `of at most ${this.#viewersMax} feeds too many are open; try again later`);
    }
    const stream = new EventStream(context.env.outgoing);
    context.set('isFeed', true);
    this.#open.add(stream);
    stream.closed.addEventListener(
      'abort',
      () => {
        this.#open.delete(stream);
        giveBack();
      },
      { once: true },
    );
    return stream;
  }

  /** Cuts them all: whoever reads them comes back, and goes on where they were. */
  close(): void {
    this.#isClosed = true;
    for (const stream of [...this.#open]) stream.cut();
  }
}
