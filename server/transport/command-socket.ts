import { Router } from 'zeromq';
import { bind } from './bind.ts';
import { SendQueue } from './send-queue.ts';

/** Answers one request of a peer (a name for its connection). It never throws and never waits for ever. */
type RequestHandler = (request: Uint8Array, peer: string) => Promise<readonly (string | Uint8Array)[]>;

export interface CommandSocketOptions {
  /** e.g. tcp://127.0.0.1:5555 */
  readonly address: string;
  readonly requestBytesMax: number;
  readonly handle: RequestHandler;
}

/** Replies that wait for one peer that does not read, and for the writer. */
const repliesMax = 10_000;
/** Routing id, what REQ puts before its delimiter (a request id, where `correlate` is on), delimiter and body. A peer that sends more
 * parts is not spoken to (Z18). */
const partsMax = 8;

/** The command socket (ROUTER). Any REQ or DEALER of any language may ask; replies go back over the same envelope. */
export class CommandSocket {
  readonly counters = { requests: 0, malformed: 0 };
  readonly #socket: Router;
  readonly #options: CommandSocketOptions;
  readonly #replies: SendQueue<(string | Uint8Array)[]>;
  readonly #answering = new Set<Promise<void>>();
  #reading: Promise<void> | undefined;
  #closing = false;

  constructor(options: CommandSocketOptions) {
    this.#options = options;
    this.#socket = new Router({
      // A reply to a peer that is gone, or does not read, fails at once instead of holding up everybody's (Z2, Z3).
      mandatory: true,
      sendTimeout: 0,
      sendHighWaterMark: 1_000,
      receiveHighWaterMark: 10_000,
      // Twice the limit: what is a little too large is told so; libzmq cuts off what is larger, without a word.
      maxMessageSize: options.requestBytesMax * 2,
      linger: 500,
      heartbeatInterval: 1_000,
      heartbeatTimeout: 3_000,
      handshakeInterval: 3_000,
    });
    this.#replies = new SendQueue({ send: (frames) => this.#socket.send(frames), messagesMax: repliesMax });
  }

  get repliesDropped(): number {
    return this.#replies.counters.dropped;
  }

  async run(): Promise<void> {
    await bind(this.#socket, this.#options.address, 'commands');
    this.#reading = this.#read();
  }

  /** Takes no more requests, sends the replies to those it took, and closes. */
  async stop(): Promise<void> {
    // Not by unbinding: a receive that meets it fails with EBUSY, and later requests have to be read past anyway.
    this.#closing = true;
    await Promise.all(this.#answering);
    await this.#replies.drain();
    this.#socket.close();
    await this.#reading;
  }

  async #read(): Promise<void> {
    try {
      for await (const parts of this.#socket) this.#take(parts);
    } catch (error) {
      if (!this.#socket.closed) throw error;
    }
  }

  #take(parts: readonly Buffer[]): void {
    if (this.#closing) return;
    const [peer, ...rest] = parts;
    const body = rest.at(-1);
    if (peer === undefined || body === undefined || parts.length > partsMax) {
      this.counters.malformed += 1;
      return;
    }
    this.counters.requests += 1;
    const envelope = [peer, ...rest.slice(0, -1)];
    const answering: Promise<void> = this.#options.handle(body, peer.toString('hex')).then((reply) => {
      this.#replies.push([...envelope, ...reply]);
      this.#answering.delete(answering);
    });
    this.#answering.add(answering);
  }
}
