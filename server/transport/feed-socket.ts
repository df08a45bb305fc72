import { setTimeout as sleep } from 'node:timers/promises';
import { XPublisher } from 'zeromq';
import { welcomeTopic } from '../../protocol/feed.ts';
import { bind, ListenError } from './bind.ts';
import { ConnectionCount, type ConnectionCounters } from './connection-count.ts';
import { type FeedAdmission, FeedReaders } from './feed-readers.ts';
import type { Gate, Verdict } from './gate.ts';
import { RareWarnings } from './rare-warnings.ts';
import { SendQueue } from './send-queue.ts';
import { Topics } from './topics.ts';

export interface FeedSocketOptions {
  /** e.g. tcp://127.0.0.1:5556 */
  readonly address: string;
  readonly gate: Gate;
  /** Undefined: anyone may read. */
  readonly admission: FeedAdmission | undefined;
  readonly connectionsMax: number;
  readonly handshakeMs: number;
  /** Messages that wait for one slow reader before it loses some. */
  readonly highWaterMark: number;
  /** Bytes of topics that readers may have subscribed to in all; beyond, all readers are sent away. */
  readonly topicBytesMax: number;
  /** Called when a reader has subscribed to the welcome, after its other topics. */
  readonly onJoin: () => void;
  readonly warn: (message: string) => void;
}

/** Subscriptions are short topics; a longer message of a reader is refused with its connection (Z19). */
const subscriptionBytesMax = 1_024;
/** Few, so that libzmq does not take a flood of them in one go, before anybody here is told. */
const subscriptionsAtOnce = 16;
const messagesMax = 100_000;
/** What a subscription to the welcome looks like: ZMTP's 1 and the topic. */
const joining = Buffer.from(`\u0001${welcomeTopic}`);
/** How often it is looked whether all readers still may, in milliseconds. */
const lookMs = 2_000;
/**
 * Everybody is sent away at most this often because of some who may read no more, in milliseconds: with the time of a look,
 * within the 5 s in which the feed is closed for these.
 */
const reopensApartMs = 3_000;
/** The old socket gives the port free in its own time: tried again after so many milliseconds. */
const rebindMs = 20;
/** Half a second: by then somebody else has it. */
const triesBeforeWarning = 25;

/** The feed's socket (XPUB). It is also read from: only then does it send its welcome (STACK.md). */
export class FeedSocket {
  readonly #options: FeedSocketOptions;
  readonly #connections: ConnectionCount;
  readonly #readers: FeedReaders;
  readonly #queue: SendQueue<readonly string[]>;
  readonly #warnings: RareWarnings;
  #topics: Topics;
  #socket: XPublisher;
  #welcome: () => string = () => '';
  #reading: Promise<void> | undefined;
  #looking: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** A look at the time from which on everybody may be sent away again. */
  #later: NodeJS.Timeout | undefined;
  #reopenedAt = Number.NEGATIVE_INFINITY;
  #reopened = 0;
  #flooded = 0;
  #stopped = false;

  constructor(options: FeedSocketOptions) {
    const { admission, connectionsMax, handshakeMs, warn } = options;
    this.#options = options;
    this.#warnings = new RareWarnings(warn);
    this.#topics = new Topics(options.topicBytesMax);
    this.#connections = new ConnectionCount({ socket: 'the feed socket', connectionsMax, handshakeMs, warn });
    this.#readers = new FeedReaders(admission);
    this.#socket = this.#make();
    this.#queue = new SendQueue({ send: (frames) => this.#socket.send([...frames]), messagesMax });
  }

  get counters() {
    const { bytes: topicBytes } = this.#topics;
    return { ...this.#queue.counters, reopened: this.#reopened, flooded: this.#flooded, topicBytes };
  }

  get connections(): ConnectionCounters {
    return this.#connections.counters;
  }

  /**
   * @param welcome makes the frame that every reader is sent when it connects; libzmq takes it only before the socket is
   * bound
   */
  async run(welcome: () => string): Promise<void> {
    this.#welcome = welcome;
    this.#socket.welcomeMessage = welcome();
    await bind(this.#socket, this.#options.address, 'feed');
    this.#reading = this.#read(this.#socket);
    this.#timer = setInterval(() => void this.look(), lookMs);
  }

  send(frames: readonly string[]): void {
    this.#queue.push(frames);
  }

  /** Looks, at once, whether somebody reads who may not any more, and sends everybody away if so: now, or when it is time again. */
  async look(): Promise<void> {
    // A look that has begun may have missed what this one is about.
    await this.#looking;
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
    });
    await this.#looking;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#timer);
    clearTimeout(this.#later);
    await this.#looking;
    await this.#queue.drain();
    this.#socket.close();
    await this.#reading;
  }

  #make(): XPublisher {
    const { gate, address, highWaterMark, handshakeMs } = this.#options;
    const socket = new XPublisher({
      ...gate.guarded('feed', (key) => this.#judge(key)),
      ipv6: address.includes('['),
      sendHighWaterMark: highWaterMark,
      receiveHighWaterMark: subscriptionsAtOnce,
      maxMessageSize: subscriptionBytesMax,
      linger: 100,
      heartbeatInterval: 1_000,
      heartbeatTimeout: 3_000,
      handshakeInterval: handshakeMs,
      verbosity: 'allSubs',
    });
    this.#connections.watch(socket);
    return socket;
  }

  async #judge(key: string): Promise<Verdict> {
    const verdict = await this.#readers.judge(key);
    return verdict === 'admitted' ? this.#connections.admit() : verdict;
  }

  async #look(): Promise<void> {
    if (this.#socket.closed) return await this.#reopen();
    const { warn } = this.#options;
    const hasExpelled = await this.#readers.hasExpelled((error) =>
      warn(`who may read the feed is not known: ${error}`),
    );
    if (this.#socket.closed) await this.#reopen();
    else if (hasExpelled) await this.#sendAway();
  }

  /** Whoever logs out one session after another interrupts everybody's feed, but not without a pause. */
  async #sendAway(): Promise<void> {
    const waitMs = this.#reopenedAt + reopensApartMs - performance.now();
    if (waitMs <= 0) return await this.#reopen();
    clearTimeout(this.#later);
    if (!this.#stopped) this.#later = setTimeout(() => void this.look(), waitMs);
  }

  /** Closes at once: until it is closed, libzmq takes more of them. */
  #endFlood(): void {
    const { topicBytesMax } = this.#options;
    this.#flooded += 1;
    this.#warnings.warn(
      'flood',
      () =>
        `the feed socket: more than ${topicBytesMax} bytes of topics (feed_topic_bytes_max) were subscribed to; ` +
        `all readers were sent away, and come back (${this.#flooded} times so far)`,
    );
    this.#close();
    void this.look();
  }

  #close(): void {
    if (this.#socket.closed) return;
    this.#socket.linger = 0;
    this.#socket.close();
  }

  /**
   * libzmq cannot cut off one reader, so all are: the others connect again by themselves, are judged again, and fetch
   * from the log what they missed.
   */
  async #reopen(): Promise<void> {
    if (this.#stopped) return;
    this.#close();
    await this.#reading;
    this.#readers.forget();
    this.#reopenedAt = performance.now();
    this.#topics = new Topics(this.#options.topicBytesMax);
    this.#reopened += 1;
    for (let tries = 1; !this.#stopped && !(await this.#openAgain()); tries += 1) {
      if (tries === triesBeforeWarning)
        this.#options.warn(`the feed cannot be opened again on ${this.#options.address}`);
      await sleep(rebindMs);
    }
  }

  async #openAgain(): Promise<boolean> {
    const socket = this.#make();
    socket.welcomeMessage = this.#welcome();
    this.#socket = socket;
    try {
      await bind(socket, this.#options.address, 'feed');
    } catch (error) {
      socket.close();
      if (error instanceof ListenError) return false;
      throw error;
    }
    this.#reading = this.#read(socket);
    return true;
  }

  async #read(socket: XPublisher): Promise<void> {
    try {
      for await (const [message] of socket) if (message !== undefined) this.#take(message);
    } catch (error) {
      if (!socket.closed) throw error;
    }
  }

  /** Subscriptions are libzmq's to keep; whatever else readers send is nothing to us. */
  #take(message: Buffer): void {
    if (this.#topics.isFull) return;
    if (message.equals(joining)) this.#options.onJoin();
    this.#topics.take(message);
    if (this.#topics.isFull) this.#endFlood();
  }
}
