/**
 * One writer for a socket: zeromq.js allows one send at a time and throws, at once, on the next (RELIABILITY Z1).
 * Messages wait in a bounded line; what does not fit is dropped and counted, and the reader heals from the log or asks
 * again under the same id.
 */
export class SendQueue<Message> {
  readonly counters = { sent: 0, dropped: 0 };
  readonly #send: (message: Message) => Promise<void>;
  readonly #messagesMax: number;
  #queue: Message[] = [];
  #sending: Promise<void> | undefined;

  constructor({ send, messagesMax }: { send: (message: Message) => Promise<void>; messagesMax: number }) {
    this.#send = send;
    this.#messagesMax = messagesMax;
  }

  push(message: Message): void {
    if (this.#queue.length >= this.#messagesMax) {
      this.counters.dropped += 1;
      return;
    }
    this.#queue.push(message);
    this.#sending ??= this.#work();
  }

  /** Returns when all that waits was sent or dropped. */
  async drain(): Promise<void> {
    while (this.#sending !== undefined) await this.#sending;
  }

  async #work(): Promise<void> {
    while (this.#queue.length > 0) {
      const batch = this.#queue;
      this.#queue = [];
      for (const message of batch) await this.#sendOne(message);
    }
    this.#sending = undefined;
  }

  async #sendOne(message: Message): Promise<void> {
    try {
      await this.#send(message);
      this.counters.sent += 1;
    } catch {
      // The peer is gone or does not read (Z2): its loss is counted, and everybody else is served.
      this.counters.dropped += 1;
    }
  }
}
