import { encodeWelcome, type FeedHeader, type HeadMessage, headTopic, tableTopic } from '../../protocol/feed.ts';
import type { Checkpoints } from '../log/checkpoints.ts';
import type { Change } from '../log/record.ts';
import type { Fault } from '../log/tampered.ts';
import { AnnouncedGroup, type TableMessage, tableMessages } from './messages.ts';

/** Where messages go: the feed's socket. It never waits for a reader; what a slow one misses it fetches from the log. */
export interface FeedOutlet {
  send(frames: readonly string[]): void;
}

export interface PublisherOptions {
  readonly outlet: FeedOutlet;
  readonly epoch: string;
  /** Up to where the log was published before this server started. */
  readonly seq: number;
  /** Seq of the last change of every table, up to `seq`. */
  readonly tables: ReadonlyMap<string, number>;
  /** The tree over what was published, signed. */
  readonly checkpoints: Checkpoints;
  readonly messageBytesMax: number;
}

/** How often the head is published, in milliseconds. A reader that hears none for three of these is cut off. */
const headMs = 1_000;
/** How long readers who join may be gathered before they are sent the head, in milliseconds. */
const joinMs = 5;

/** Publishes what the tail hands on, in its order, and the head every second. */
export class Publisher {
  readonly counters = { messages: 0, changes: 0 };
  readonly #options: PublisherOptions;
  readonly #tables: Map<string, number>;
  #seq: number;
  /** A large group of which the end was not read yet. */
  #announced: AnnouncedGroup | undefined;
  #timer: NodeJS.Timeout | undefined;
  #joined: NodeJS.Timeout | undefined;
  #fault: Fault | undefined;

  constructor(options: PublisherOptions) {
    this.#options = options;
    this.#tables = new Map(options.tables);
    this.#seq = options.seq;
  }

  run(): void {
    this.#beat();
    this.#timer = setInterval(() => this.#beat(), headMs);
  }

  stop(): void {
    clearInterval(this.#timer);
    clearTimeout(this.#joined);
  }

  /** A reader has joined: the head tells it at once where the feed is. One head serves all who join together. */
  join(): void {
    this.#joined ??= setTimeout(() => {
      this.#joined = undefined;
      this.#beat();
    }, joinMs);
  }

  /** From now on every head says what is wrong with the log: readers have no other way to hear of it in time. */
  declare(fault: Fault): void {
    this.#fault = fault;
    this.#beat();
  }

  /** The frame that greets whoever connects: the ledger's life, and where the feed was when this server started. */
  get welcome(): string {
    return encodeWelcome(this.#head());
  }

  publish(changes: readonly Change[]): void {
    for (const message of tableMessages(changes, this.#options.messageBytesMax)) this.#send(message);
    this.#options.checkpoints.take(changes);
    this.counters.changes += changes.length;
    this.#seq = changes.at(-1)?.seq ?? this.#seq;
  }

  /** Takes a part of a group that is too large for the feed. With its last part it is announced, and not before (P6). */
  publishPart(changes: readonly Change[]): void {
    const { checkpoints } = this.#options;
    this.#announced ??= new AnnouncedGroup();
    checkpoints.takeAhead(changes);
    this.counters.changes += changes.length;
    if (!this.#announced.add(changes)) return;
    for (const message of this.#announced.messages) this.#send(message);
    checkpoints.adopt();
    this.#seq = this.#announced.last;
    this.#announced = undefined;
  }

  #send({ table, header, lines }: TableMessage): void {
    const full: FeedHeader = { epoch: this.#options.epoch, previous: this.#tables.get(table) ?? 0, ...header };
    this.#options.outlet.send([tableTopic(table), JSON.stringify(full), lines]);
    this.#tables.set(table, header.last);
    this.counters.messages += 1;
  }

  /** Names what has been published on this feed, so that a reader who lacks any of it knows (P7). */
  #beat(): void {
    this.#options.outlet.send([headTopic, JSON.stringify(this.#head())]);
  }

  #head(): HeadMessage {
    const { epoch, checkpoints } = this.#options;
    const at = new Date().toISOString();
    const tables = Object.fromEntries(this.#tables);
    return { epoch, seq: this.#seq, at, tables, checkpoint: checkpoints.note, fault: this.#fault };
  }
}
