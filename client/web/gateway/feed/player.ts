import { type Cursor, type Ledger, RowcastError, type StateEvent } from '../../../index.ts';
import type { GatewayOptions } from '../options.ts';
import { LoginChanged } from '../visitor.ts';
import type { EventStream } from './event-stream.ts';
import { endFrame, groupFrame, positionFrame } from './frames.ts';

/** Milliseconds between two tellings of where it stands, in waits that are as long as they were then. */
const positionMs = 2_000;

type PlayOptions = NonNullable<Parameters<Ledger['play']>[0]>;

export interface PlayerOptions {
  readonly ledger: Ledger;
  readonly stream: EventStream;
  readonly play: Omit<PlayOptions, 'signal'>;
  /** Aborted, with a {@link LoginChanged}, when this play is not the reader's any more. */
  readonly era: AbortSignal | undefined;
  readonly onTrouble: GatewayOptions['onTrouble'];
}

/** One reader of a play: the changes of then at the pace that was asked for, in the frames of the feed. */
export class Player {
  readonly #options: PlayerOptions;
  /** The reader has gone, or is not who this play is for. */
  readonly #over: AbortSignal;
  #at: Cursor | undefined;
  #state: Pick<StateEvent, 'state' | 'since' | 'head'> = { state: 'catchingUp', since: new Date().toISOString() };
  /** A reader who takes nothing now is told nothing more. */
  #isWriting = false;

  constructor(options: PlayerOptions) {
    const { stream, era } = options;
    this.#options = options;
    this.#over = era === undefined ? stream.closed : AbortSignal.any([stream.closed, era]);
  }

  /** Until the reader leaves, or all was played. Never throws. */
  async run(): Promise<void> {
    const beat = setInterval(() => void this.#tell(), positionMs);
    try {
      await this.#play();
      this.#end();
    } catch (error) {
      this.#fail(error);
    } finally {
      clearInterval(beat);
    }
  }

  /** Without a last point it is all played only when the ledger was closed: the reader comes back. */
  #end(): void {
    const { stream, play, era } = this.#options;
    const { reason } = era ?? {};
    if (reason instanceof LoginChanged) stream.end(endFrame(reason.code, reason.message));
    else stream.end(play.to === undefined ? '' : endFrame('done', 'all was played'));
  }

  #fail(error: unknown): void {
    const { stream, onTrouble } = this.#options;
    if (this.#over.aborted) {
      this.#end();
    } else if (error instanceof RowcastError) {
      stream.end(endFrame(error.code, error.message));
    } else {
      onTrouble?.(error);
      stream.end(endFrame('internal', 'the gateway has failed; its log says how'));
    }
  }

  async #play(): Promise<void> {
    const { ledger, play } = this.#options;
    for await (const event of ledger.play({ ...play, signal: this.#over })) {
      if (event.type === 'group') {
        this.#at = event.cursor;
        await this.#write(groupFrame(event, play.table) ?? '');
      } else if (event.type === 'state') {
        this.#state = event;
        await this.#tell();
      }
    }
  }

  async #tell(): Promise<void> {
    if (this.#isWriting) return;
    const { state, since, head = 0 } = this.#state;
    const position = { state, since, cursor: this.#at, head: Math.max(head, this.#at?.seq ?? 0), verified: 0 };
    await this.#write(positionFrame(position, this.#at));
  }

  async #write(text: string): Promise<void> {
    this.#isWriting = true;
    await this.#options.stream.write(text);
    this.#isWriting = false;
  }
}
