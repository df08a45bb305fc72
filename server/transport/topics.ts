/** What a topic costs beside its bytes, about. */
const topicBytes = 16;
/** ZMTP's for: from here on a topic follows that is subscribed to. */
const subscribing = 1;

/**
 * The topics that readers have subscribed to since the feed's socket was opened, each counted once. libzmq keeps some 50
 * bytes for each byte of them, and asks nobody: in its manual mode it keeps as much. Topics are not taken off again when
 * they are unsubscribed from, as libzmq also tells of it when a reader unsubscribes from what is another's.
 */
export class Topics {
  readonly #bytesMax: number;
  readonly #topics = new Set<string>();
  #bytes = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get isFull(): boolean {
    return this.#bytes > this.#bytesMax;
  }

  /** Takes what libzmq tells of a reader. */
  take(message: Buffer): void {
    if (message[0] !== subscribing) return;
    const topic = message.toString('latin1', 1);
    if (this.#topics.has(topic)) return;
    this.#topics.add(topic);
    this.#bytes += topic.length + topicBytes;
  }
}
