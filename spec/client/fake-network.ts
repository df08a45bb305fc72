import type { CommandSocket, FeedSocket, SocketListener, Transport } from '../../client/channels.ts';
import type { ServerAddress } from '../../protocol/address.ts';
import type { HeadMessage } from '../../protocol/feed.ts';
import { type FakeLedger, headFrames, toMessages, toReply, welcomeFrames } from './fake-server.ts';
import type { Dice } from './random.ts';

/** What is on its way, in order; nothing overtakes within a pipe. */
interface Pipe {
  readonly topics: readonly string[] | undefined;
  readonly listener: SocketListener;
  /** What happens at the other end of each step. */
  readonly waiting: (() => void)[];
  up: boolean;
}

/** How often what is sent is lost, or comes twice; `omitted` messages tell the reader to go to the log. */
export interface Faults {
  readonly lose: number;
  readonly repeat: number;
  readonly loseReply: number;
  readonly omit: number;
  readonly refuse: number;
}

export const noFaults: Faults = { lose: 0, repeat: 0, loseReply: 0, omit: 0, refuse: 0 };

/**
 * A network in which nothing moves until {@link deliver} is called, and then one thing. It loses and repeats messages,
 * cuts connections and lets them come back, all by the dice that it was given; it never reorders within a connection,
 * as TCP does not.
 */
export class FakeNetwork implements Transport {
  readonly publicKey = undefined;
  readonly #ledger: FakeLedger;
  readonly #dice: Dice;
  readonly #pipes = new Set<Pipe>();
  readonly #served = new Map<string, number>();
  #published = 0;
  #publishedEpoch: string;
  #previousOf = new Map<string, number>();
  /** libzmq takes a welcome only before the socket is bound, so it tells where the feed was when the server started. */
  #startHead: HeadMessage;
  faults: Faults = noFaults;

  constructor(ledger: FakeLedger, dice: Dice) {
    this.#ledger = ledger;
    this.#dice = dice;
    this.#publishedEpoch = ledger.epoch;
    this.#startHead = ledger.headMessage(0);
  }

  openCommands(_address: ServerAddress, listener: SocketListener): CommandSocket {
    const pipe = this.#open(undefined, listener);
    return {
      send: (frame, sent) => {
        sent();
        pipe.waiting.push(() => this.#serve(pipe, frame));
        return () => true;
      },
      close: () => this.#pipes.delete(pipe),
    };
  }

  openFeed(_address: ServerAddress, topics: readonly string[], listener: SocketListener): FeedSocket {
    const pipe = this.#open(topics, listener);
    this.#welcome(pipe);
    return { close: () => this.#pipes.delete(pipe) };
  }

  get busy(): boolean {
    return [...this.#pipes].some(({ waiting }) => waiting.length > 0);
  }

  get openPipes(): number {
    return this.#pipes.size;
  }

  /** Moves one thing of one connection. */
  deliver(): void {
    const pipe = this.#dice.pick([...this.#pipes].filter(({ waiting }) => waiting.length > 0));
    pipe?.waiting.shift()?.();
  }

  /** What the publisher does: everything recorded since goes to the feed. */
  publish(): void {
    if (this.#publishedEpoch !== this.#ledger.epoch) this.#startAnew();
    const entries = this.#ledger.log.slice(this.#published);
    const options = { previousOf: this.#previousOf, omit: () => this.#dice.chance(this.faults.omit) };
    for (const { topic, frames } of toMessages(entries, this.#ledger.epoch, options)) this.send(topic, frames);
    this.#published = this.#ledger.head;
  }

  /** What the publisher does every second. */
  beat(): void {
    this.publish();
    const frames = headFrames(this.#ledger.headMessage());
    this.send(frames[0]?.toString() ?? '', frames);
  }

  /** Cuts a feed: what is on its way is lost, and after a while the subscription stands again. */
  cutFeed(): void {
    const pipe = this.#dice.pick([...this.#pipes].filter(({ topics, up }) => topics !== undefined && up));
    if (pipe === undefined) return;
    pipe.waiting.length = 0;
    pipe.up = false;
    pipe.listener.down();
  }

  reconnect(): void {
    for (const pipe of this.#pipes) {
      if (pipe.up) continue;
      pipe.up = true;
      this.#welcome(pipe);
    }
  }

  #open(topics: readonly string[] | undefined, listener: SocketListener): Pipe {
    const pipe: Pipe = { topics, listener, waiting: [], up: true };
    this.#pipes.add(pipe);
    return pipe;
  }

  /** A publisher that starts knows the log from the table, and sends what is new from then on. */
  #startAnew(): void {
    this.#publishedEpoch = this.#ledger.epoch;
    this.#published = this.#ledger.head;
    this.#startHead = this.#ledger.headMessage();
    this.#previousOf = new Map(Object.entries(this.#ledger.headMessage().tables));
  }

  #welcome({ listener, waiting }: Pipe): void {
    const frames = welcomeFrames(this.#startHead);
    waiting.push(() => listener.message(frames));
  }

  /** Requests of this type that were answered. */
  served(type: string): number {
    return this.#served.get(type) ?? 0;
  }

  /** Puts a message on the feed. */
  send(topic: string, frames: Buffer[]): void {
    for (const pipe of this.#pipes) {
      if (!pipe.up || pipe.topics?.some((prefix) => topic.startsWith(prefix)) !== true) continue;
      const copies = this.#dice.chance(this.faults.lose) ? 0 : this.#dice.chance(this.faults.repeat) ? 2 : 1;
      for (let copy = 0; copy < copies; copy += 1) pipe.waiting.push(() => pipe.listener.message(frames));
    }
  }

  #serve(pipe: Pipe, frame: string): void {
    const request = JSON.parse(frame) as { readonly id: string; readonly type: string };
    this.#served.set(request.type, this.served(request.type) + 1);
    if (this.#dice.chance(this.faults.loseReply)) return;
    const answer = this.#dice.chance(this.faults.refuse)
      ? ({
          error: { code: this.#dice.chance(0.5) ? 'busy' : 'unavailable', message: 'later', retryAfterMs: 50 },
        } as const)
      : this.#ledger.answer(request);
    const reply = toReply(request.id, answer);
    pipe.waiting.push(() => pipe.listener.message(reply));
  }
}
