import { Router } from 'zeromq';
import { splitBundle } from '../../protocol/bundle.ts';
import { bind } from './bind.ts';
import { ConnectionCount, type ConnectionCounters } from './connection-count.ts';
import type { Gate } from './gate.ts';
import { InWork } from './in-work.ts';
import { ReplyBundles } from './reply-bundles.ts';
import { ReplyQueue } from './reply-queue.ts';

type Frames = readonly (string | Uint8Array)[];
/** A reply with its envelope. */
export type Message = (string | Uint8Array)[];

/** Answers requests. Neither throws, and neither waits for ever. */
export interface RequestHandler {
  /** @param peer names the connection that the request came over */
  handle(request: Uint8Array, peer: string): Promise<Frames>;
  /** The answer to a request that is not looked at, as its connection has too many in work, or too many replies unread. */
  refuse(request: Uint8Array, tooMany: 'requests' | 'replies'): Frames;
}

export interface CommandSocketOptions {
  /** e.g. tcp://127.0.0.1:5555 */
  readonly address: string;
  readonly gate: Gate;
  readonly requestBytesMax: number;
  readonly connectionsMax: number;
  readonly handshakeMs: number;
  readonly requestsPerPeerMax: number;
  /** Bytes of replies that wait for one connection from which on it has to read before it may ask. */
  readonly unreadBytesPerPeerMax: number;
  /** Bytes that all replies may have that are made at one time. */
  readonly repliesInWorkBytesMax: number;
  readonly handler: RequestHandler;
  readonly warn: (message: string) => void;
}

/**
 * Replies of any size that libzmq holds for one peer; the others wait where bytes are counted. With fewer, whoever asks 64
 * things at once in messages of their own is answered more slowly (measured with 4: 1.4 times as long; with 8 no
 * difference was seen).
 */
const heldPerPeerMax = 8;
/** How long a socket that is to be closed waits for peers that do not read, in milliseconds. */
const lingerMs = 500;
/** Routing id, what REQ puts before its delimiter (a request id, where `correlate` is on), delimiter and body. A peer that sends more
 * parts is not spoken to (Z18). */
const partsMax = 8;

/** The command socket (ROUTER). Any REQ or DEALER of any language may ask; replies go back over the same envelope. */
export class CommandSocket {
  readonly counters = { requests: 0, malformed: 0, peerBusy: 0, peerBehind: 0 };
  readonly #socket: Router;
  readonly #options: CommandSocketOptions;
  readonly #connections: ConnectionCount;
  readonly #replies: ReplyQueue;
  readonly #bundles: ReplyBundles;
  readonly #answering = new Set<Promise<void>>();
  readonly #inWork: InWork;
  #reading: Promise<void> | undefined;
  #closing = false;

  constructor(options: CommandSocketOptions) {
    const { connectionsMax, handshakeMs, warn } = options;
    this.#options = options;
    this.#inWork = new InWork(options.requestsPerPeerMax);
    this.#connections = new ConnectionCount({ socket: 'the command socket', connectionsMax, handshakeMs, warn });
    this.#socket = new Router({
      // Any key may come in: rights come with the requests.
      ...options.gate.guarded('commands', () => this.#connections.admit()),
      ipv6: options.address.includes('['),
      // A reply to a peer that is gone, or does not read, fails at once instead of holding up everybody's (Z2, Z3).
      mandatory: true,
      sendTimeout: 0,
      sendHighWaterMark: heldPerPeerMax,
      receiveHighWaterMark: 10_000,
      // Twice the limit: what is a little too large is told so; libzmq cuts off what is larger, without a word.
      maxMessageSize: options.requestBytesMax * 2,
      linger: lingerMs,
      heartbeatInterval: 1_000,
      heartbeatTimeout: 3_000,
      handshakeInterval: options.handshakeMs,
    });
    this.#connections.watch(this.#socket);
    this.#replies = new ReplyQueue({
      send: (message) => this.#socket.send(message),
      peerBytesMax: options.unreadBytesPerPeerMax,
      peerBytesBeyondMax: options.repliesInWorkBytesMax,
    });
    this.#bundles = new ReplyBundles((message) => this.#replies.push(message));
  }

  get repliesDropped(): number {
    return this.#replies.counters.dropped;
  }

  /** Bytes of replies that wait for connections that do not read. */
  get unreadBytes(): number {
    return this.#replies.bytes;
  }

  get connections(): ConnectionCounters {
    return this.#connections.counters;
  }

  /** Whether a connection has so many replies unread that it should be given no more. */
  isBehind(peer: string): boolean {
    return this.#replies.isBehind(peer);
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
    await this.#replies.drain(lingerMs);
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
    if (this.isBehind(peer)) {
      this.counters.peerBehind += 1;
      reply(this.#options.handler.refuse(body, 'replies'));
      return;
    }
    if (!this.#inWork.begin(peer)) {
      this.counters.peerBusy += 1;
      reply(this.#options.handler.refuse(body, 'requests'));
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
