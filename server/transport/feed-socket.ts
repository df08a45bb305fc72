import { XPublisher } from 'zeromq';
import { welcomeTopic } from '../../protocol/feed.ts';
import { bind } from './bind.ts';
import { SendQueue } from './send-queue.ts';

export interface FeedSocketOptions {
  /** e.g. tcp://127.0.0.1:5556 */
  readonly address: string;
  /** Messages that wait for one slow reader before it loses some. */
  readonly highWaterMark: number;
  /** Called when a reader has subscribed to the welcome, after its other topics. */
  readonly onJoin: () => void;
}

/** Subscriptions are short topics; a longer message of a reader is refused with its connection (Z19). */
const subscriptionBytesMax = 1_024;
const messagesMax = 100_000;
/** What a subscription to the welcome looks like: ZMTP's 1 and the topic. */
const joining = Buffer.from(`\u0001${welcomeTopic}`);

/** The feed's socket (XPUB). It is also read from: only then does it send its welcome (STACK.md). */
export class FeedSocket {
  readonly #socket: XPublisher;
  readonly #options: FeedSocketOptions;
  readonly #queue: SendQueue<readonly string[]>;
  #reading: Promise<void> | undefined;

  constructor(options: FeedSocketOptions) {
    this.#options = options;
    this.#socket = new XPublisher({
      sendHighWaterMark: options.highWaterMark,
      maxMessageSize: subscriptionBytesMax,
      linger: 100,
      heartbeatInterval: 1_000,
      heartbeatTimeout: 3_000,
      handshakeInterval: 3_000,
      verbosity: 'allSubs',
    });
    this.#queue = new SendQueue({ send: (frames) => this.#socket.send([...frames]), messagesMax });
  }

  get counters(): { readonly sent: number; readonly dropped: number } {
    return this.#queue.counters;
  }

  /** @param welcome the frame that every reader is sent when it connects; libzmq takes it only before the socket is bound */
  async run(welcome: string): Promise<void> {
    this.#socket.welcomeMessage = welcome;
    await bind(this.#socket, this.#options.address, 'feed');
    this.#reading = this.#read();
  }

  send(frames: readonly string[]): void {
    this.#queue.push(frames);
  }

  async stop(): Promise<void> {
    await this.#queue.drain();
    this.#socket.close();
    await this.#reading;
  }

  async #read(): Promise<void> {
    try {
      // Subscriptions are libzmq's to keep; whatever else readers send is nothing to us.
      for await (const [message] of this.#socket) if (message?.equals(joining) === true) this.#options.onJoin();
    } catch (error) {
      if (!this.#socket.closed) throw error;
    }
  }
}
