import type { ServerAddress } from '../protocol/address.ts';
import {
  decodeWelcome,
  feedHeaderSchema,
  headMessageSchema,
  headTopic,
  tableOfTopic,
  welcomeTopic,
} from '../protocol/feed.ts';
import { Backoff } from './backoff.ts';
import type { FeedSocket, Transport } from './channels.ts';
import type { FeedInput } from './live-buffer.ts';
import type { Timing } from './timing.ts';

export interface FeedListener {
  /** A message, a head, or the welcome, which is a head that says that the subscription stands, or stands again. */
  input(input: FeedInput): void;
  /** A message came that cannot be understood: something was missed. */
  unreadable(): void;
  /** Nothing comes any more, for now. */
  silent(): void;
}

export interface FeedLinkOptions {
  readonly transport: Transport;
  readonly addresses: readonly ServerAddress[];
  readonly timing: Timing;
  readonly topic: string;
  readonly listener: FeedListener;
}

/** A head comes every second: this many seconds without anything are a silence, and a reason to go elsewhere. */
const silentTicks = 3;
const rotateTicks = 5;
const tickMs = 1_000;

/**
 * The connection of one watch to the feed: reads its messages, notices its silence, moves on to the next address.
 *
 * Silence is counted in ticks of a timer and not in time passed: a process that was stopped for a minute has slept
 * through one tick only, and finds the messages that waited for it before it takes the server for dead.
 */
export class FeedLink {
  readonly #options: FeedLinkOptions;
  readonly #backoff: Backoff;
  #socket: FeedSocket | undefined;
  #address = 0;
  #ticks = 0;
  #cancelTimer: () => void = () => undefined;

  constructor(options: FeedLinkOptions) {
    this.#options = options;
    this.#backoff = new Backoff(options.timing);
  }

  open(): void {
    const { transport, addresses, topic } = this.#options;
    const address = addresses[this.#address % addresses.length] as ServerAddress;
    // The welcome last: a server that sees it asked for knows that the rest stands.
    this.#socket = transport.openFeed(address, [topic, headTopic, welcomeTopic], {
      message: (frames) => this.#receive(frames),
      down: () => this.#down(),
    });
    this.#ticks = 0;
    this.#watchSilence();
  }

  close(): void {
    this.#cancelTimer();
    this.#socket?.close();
    this.#socket = undefined;
  }

  #watchSilence(): void {
    this.#cancelTimer = this.#options.timing.after(tickMs, () => {
      this.#ticks += 1;
      if (this.#ticks === silentTicks) this.#options.listener.silent();
      if (this.#ticks >= rotateTicks) this.#rotate();
      else this.#watchSilence();
    });
  }

  /** ZeroMQ connects again by itself; where there is another server, that is not waited for. */
  #down(): void {
    this.#options.listener.silent();
    if (this.#options.addresses.length > 1) this.#rotate();
  }

  #rotate(): void {
    this.close();
    this.#address += 1;
    this.#cancelTimer = this.#options.timing.after(this.#backoff.next(), () => this.open());
  }

  #receive(frames: readonly Uint8Array[]): void {
    const input = readInput(frames);
    this.#ticks = 0;
    this.#backoff.reset();
    if (input === undefined) this.#options.listener.unreadable();
    else this.#options.listener.input(input);
  }
}

const decoder = new TextDecoder('utf-8', { fatal: true });

/** Reads a message of the feed; undefined when it is none. */
function readInput([topicFrame, header, lines]: readonly Uint8Array[]): FeedInput | undefined {
  try {
    const topic = decoder.decode(topicFrame);
    if (header === undefined) return { kind: 'head', head: decodeWelcome(topic) };
    const value: unknown = JSON.parse(decoder.decode(header));
    if (topic === headTopic) return { kind: 'head', head: headMessageSchema.parse(value) };
    if (tableOfTopic(topic) === undefined) return undefined;
    return { kind: 'message', header: feedHeaderSchema.parse(value), lines: lines ?? new Uint8Array() };
  } catch {
    return undefined;
  }
}
