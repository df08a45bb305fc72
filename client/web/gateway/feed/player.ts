import { type Cursor, type Ledger, RowcastError, type StateEvent } from '../../../index.ts';
import type { GatewayOptions } from '../options.ts';
import type { EventStream } from './event-stream.ts';
import { endFrame, groupFrame, positionFrame } from './frames.ts';

/** Milliseconds between two tellings of where it stands, in waits that are as long as they were then. */
const positionMs = 2_000;

type PlayOptions = NonNullable<Parameters<Ledger['play']>[0]>;

export interface PlayerOptions {
  readonly ledger: Ledger;
  readonly stream: EventStream;
  readonly play: Omit<PlayOptions, 'signal'>;
  readonly onTrouble: GatewayOptions['onTrouble'];
}

/** One reader of a play: the changes of then at the pace that was asked for, in the frames of the feed. */
export class Player {
  readonly #options: PlayerOptions;
  #at: Cursor | undefined;
  #state: Pick<StateEvent, 'state' | 'since' | 'head'> = { state: 'catchingUp', since: new Date().toISOString() };
  /** A reader who takes nothing now is told nothing more. */
  #isWriting = false;

  constructor(options: PlayerOptions) {
    this.#options = options;
  }

  /** Until the reader leaves, or all was played. Never throws. */
  async run(): Promise<void> {
    const { stream, play } = this.#options;
    const beat = setInterval(() => void this.#tell(), positionMs);
    try {
      await this.#play();
      stream.end(
        play.to === undefined
          ? endFrame('logged_out', 'the login of this play has ended')
          : endFrame('done', 'all was played'),
      );
    } catch (error) {
      this.#fail(error);
    } finally {
      clearInterval(beat);
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

  async #play(): Promise<void> {
    const { ledger, stream, play } = this.#options;
    for await (const event of ledger.play({ ...play, signal: stream.closed })) {
      if (event.type === 'group') {
        this.#at = event.cursor;
        await this.#write(groupFrame(event, play.table) ?? '');
      } else {
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
