import type { Message } from './command-socket.ts';
import { SendQueue } from './send-queue.ts';

export interface ReplyQueueOptions {
  /** Takes a message or fails at once: with EAGAIN while what it holds for that peer is as much as it may hold. */
  readonly send: (message: Message) => Promise<void>;
  /** Bytes that wait for one peer from which on it is behind. */
  readonly peerBytesMax: number;
  /** Bytes that are still taken of what was being answered when it fell behind; further replies are dropped. */
  readonly peerBytesBeyondMax: number;
}

/** What a message costs beside its bytes, about. */
const messageBytes = 256;
/** How long a peer that took nothing is left alone, in milliseconds: first the rest of the turn, in the end this. */
const pauseMsMax = 128;
/** Peers whose turn it is to be sent to: each stands in the line once. */
const peersMax = 1_000_000;

/**
 * Replies that wait for their peers, each peer's in order. libzmq counts messages and not bytes, so it is let hold a few
 * for each peer only; the others wait here, where their bytes are counted, and are tried again while everybody else is
 * served: libzmq does not tell for which of the peers a ROUTER could send again.
 */
export class ReplyQueue {
  readonly counters = { dropped: 0 };
  readonly #options: ReplyQueueOptions;
  /** By name, those peers for which replies wait. */
  readonly #waiting = new Map<string, Waiting>();
  readonly #line: SendQueue<Waiting>;
  #stopping: (() => void) | undefined;

  constructor(options: ReplyQueueOptions) {
    this.#options = options;
    this.#line = new SendQueue({ send: (waiting) => this.#serve(waiting), messagesMax: peersMax });
  }

  push(message: Message): void {
    const peer = peerOf(message);
    const waiting = this.#waiting.get(peer) ?? new Waiting(peer);
    const bytes = sizeOf(message);
    const { peerBytesMax, peerBytesBeyondMax } = this.#options;
    if (waiting.bytes > 0 && waiting.bytes + bytes > peerBytesMax + peerBytesBeyondMax) {
      this.counters.dropped += 1;
      return;
    }
    const isFirst = waiting.bytes === 0;
    waiting.add({ message, bytes });
    if (!isFirst) return;
    this.#waiting.set(peer, waiting);
    this.#line.push(waiting);
  }

  /** Whether so much waits for this peer that it should read before it asks for more. */
  isBehind(peer: string): boolean {
    return (this.#waiting.get(peer)?.bytes ?? 0) >= this.#options.peerBytesMax;
  }

  /** Bytes that wait for all peers. */
  get bytes(): number {
    let sum = 0;
    for (const { bytes } of this.#waiting.values()) sum += bytes;
    return sum;
  }

  /** Returns when all was sent that the peers take within so many milliseconds; the rest is dropped. */
  async drain(waitMs: number): Promise<void> {
    await this.#line.drain();
    if (this.#waiting.size === 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, waitMs);
      this.#stopping = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    for (const waiting of [...this.#waiting.values()]) this.#drop(waiting);
    await this.#line.drain();
  }

  /** Sends what the peer takes of that which waits for it. */
  async #serve(waiting: Waiting): Promise<void> {
    for (let first = waiting.first; first !== undefined; first = waiting.first) {
      try {
        await this.#options.send(first.message);
      } catch (error) {
        if (!isFull(error)) return this.#drop(waiting);
        return this.#serveLater(waiting, first);
      }
      waiting.shift();
    }
    this.#forget(waiting);
  }

  #serveLater(waiting: Waiting, first: Entry): void {
    // Once for all tries: text would be encoded for each.
    first.message = first.message.map((frame) => (typeof frame === 'string' ? Buffer.from(frame) : frame));
    waiting.again(() => this.#line.push(waiting));
  }

  /** The peer is gone (Z2), or the socket goes. */
  #drop(waiting: Waiting): void {
    this.counters.dropped += waiting.clear();
    this.#forget(waiting);
  }

  #forget({ peer }: Waiting): void {
    this.#waiting.delete(peer);
    if (this.#waiting.size === 0) this.#stopping?.();
  }
}

interface Entry {
  message: Message;
  readonly bytes: number;
}

/** What waits for one peer. */
class Waiting {
  readonly peer: string;
  bytes = 0;
  #entries: Entry[] = [];
  #next = 0;
  #pauseMs = 0;
  #cancel: () => void = () => undefined;

  constructor(peer: string) {
    this.peer = peer;
  }

  get first(): Entry | undefined {
    return this.#entries[this.#next];
  }

  add(entry: Entry): void {
    this.#entries.push(entry);
    this.bytes += entry.bytes;
  }

  /** The first was taken: the peer reads. */
  shift(): void {
    this.bytes -= this.first?.bytes ?? 0;
    this.#next += 1;
    this.#pauseMs = 0;
    if (this.#next < this.#entries.length / 2) return;
    this.#entries = this.#entries.slice(this.#next);
    this.#next = 0;
  }

  /** Calls in the next turn of the event loop, and later each time that nothing was taken between. */
  again(serve: () => void): void {
    if (this.#pauseMs === 0) {
      const immediate = setImmediate(serve);
      this.#cancel = () => clearImmediate(immediate);
    } else {
      const timer = setTimeout(serve, this.#pauseMs);
      this.#cancel = () => clearTimeout(timer);
    }
    this.#pauseMs = Math.min(pauseMsMax, Math.max(1, this.#pauseMs * 2));
  }

  /** @returns how many there were */
  clear(): number {
    this.#cancel();
    const count = this.#entries.length - this.#next;
    this.#entries = [];
    this.#next = 0;
    this.bytes = 0;
    return count;
  }
}

function peerOf([peer]: Message): string {
  return Buffer.isBuffer(peer) ? peer.toString('base64url') : '';
}

function sizeOf(message: Message): number {
  return message.reduce((sum, frame) => sum + Buffer.byteLength(frame), messageBytes);
}

function isFull(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'EAGAIN';
}
