import { Router } from 'zeromq';
import { splitBundle } from '../../protocol/bundle.ts';
import { bind } from './bind.ts';
import { ConnectionCount, type ConnectionCounters } from './connection-count.ts';
import type { Gate } from './gate.ts';
import { InWork } from './in-work.ts';
import { ReplyBundles } from './reply-bundles.ts';
import { SendQueue } from './send-queue.ts';

type Frames = readonly (string | Uint8Array)[];
/** A reply with its envelope. */
export type Message = (string | Uint8Array)[];

/** Answers requests. Neither throws, and neither waits for ever. */
export interface RequestHandler {
  /** @param peer names the connection that the request came over */
  handle(request: Uint8Array, peer: string): Promise<Frames>;
  /** The answer to a request that is not looked at, as its connection has too many in work. */
  refuse(request: Uint8Array): Frames;
}

export interface CommandSocketOptions {
  /** e.g. tcp://127.0.0.1:5555 */
  readonly address: string;
  readonly gate: Gate;
  readonly requestBytesMax: number;
  readonly connectionsMax: number;
  readonly handshakeMs: number;
  readonly requestsPerPeerMax: number;
  readonly handler: RequestHandler;
  readonly warn: (message: string) => void;
}

/** Replies that wait for one peer that does not read, and for the writer. */
const repliesMax = 10_000;
/** Routing id, what REQ puts before its delimiter (a request id, where `correlate` is on), delimiter and body. A peer that sends more
 * parts is not spoken to (Z18). */
const partsMax = 8;

/** The command socket (ROUTER). Any REQ or DEALER of any language may ask; replies go back over the same envelope. */
export class CommandSocket {
  readonly counters = { requests: 0, malformed: 0, peerBusy: 0 };
  readonly #socket: Router;
  readonly #options: CommandSocketOptions;
  readonly #connections: ConnectionCount;
  readonly #replies: SendQueue<Message>;
  readonly #bundles: ReplyBundles;
  readonly #answering = new Set<Promise<void>>();
  readonly #inWork: InWork;
  #reading: Promise<void> | undefined;
  #closing = false;

  constructor(options: CommandSocketOptions) {
    const { connectionsMax, warn } = options;
    this.#options = options;
    this.#inWork = new InWork(options.requestsPerPeerMax);
    this.#connections = new ConnectionCount({ socket: 'the command socket', connectionsMax, warn });
    this.#socket = new Router({
      // Any key may come in: rights come with the requests.
      ...options.gate.guarded('commands', () => (this.#connections.refuses() ? 'later' : 'admitted')),
      ipv6: options.address.includes('['),
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
      handshakeInterval: options.handshakeMs,
    });
    this.#connections.watch(this.#socket);
    this.#replies = new SendQueue({ send: (frames) => this.#socket.send(frames), messagesMax: repliesMax });
    this.#bundles = new ReplyBundles((message) => this.#replies.push(message));
  }

  get repliesDropped(): number {
    return this.#replies.counters.dropped;
  }

  get connections(): ConnectionCounters {
    return this.#connections.counters;
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
    this.#bundles.flush();
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
    const [peer, ...rest] = parts.length > partsMax ? [] : parts;
    const body = rest.at(-1);
    if (peer === undefined || body === undefined) {
      this.counters.malformed += 1;
      return;
    }
    const envelope = [peer, ...rest.slice(0, -1)];
    const from = peer.toString('base64url');
    const bundle = splitBundle(body);
    const reply =
      bundle === undefined
        ? (frames: Frames) => this.#replies.push([...envelope, ...frames])
        : this.#bundles.replyTo(envelope);
    for (const request of bundle ?? [body]) this.#answer(request, from, reply);
  }

  #answer(body: Uint8Array, peer: string, reply: (frames: Frames) => void): void {
    this.counters.requests += 1;
    if (!this.#inWork.begin(peer)) {
      this.counters.peerBusy += 1;
      reply(this.#options.handler.refuse(body));
      return;
    }
    const answering: Promise<void> = this.#options.handler.handle(body, peer).then((frames) => {
      this.#inWork.end(peer);
      reply(frames);
      this.#answering.delete(answering);
    });
    this.#answering.add(answering);
  }
}
