import { joinBundle, takeBundle } from '../../protocol/bundle.ts';
import type { Message } from './command-socket.ts';

/** Replies that wait to go to one peer together. */
interface Gathered {
  readonly envelope: readonly Buffer[];
  readonly texts: string[];
}

/**
 * Gathers the replies to who sends its requests bundled, and sends together what was answered in one turn of the event
 * loop, as the commands of a group are. A reply of two frames goes alone.
 */
export class ReplyBundles {
  readonly #send: (message: Message) => void;
  readonly #gathered = new Map<string, Gathered>();

  constructor(send: (message: Message) => void) {
    this.#send = send;
  }

  /** What takes the replies to the requests that came in this envelope. */
  replyTo(envelope: readonly Buffer[]): (reply: Readonly<Message>) => void {
    const name = envelope.map((frame) => frame.toString('base64url')).join(' ');
    return (reply) => {
      const [text, ...more] = reply;
      if (typeof text === 'string' && more.length === 0) this.#gather(name, envelope, text);
      else this.#send([...envelope, ...reply]);
    };
  }

  flush(): void {
    for (const { envelope, texts } of this.#gathered.values()) {
      for (let rest = texts; rest.length > 0; ) {
        const bundle = takeBundle(rest, (text) => text);
        this.#send([...envelope, joinBundle(bundle)]);
        rest = rest.slice(bundle.length);
      }
    }
    this.#gathered.clear();
  }

  #gather(name: string, envelope: readonly Buffer[], text: string): void {
    if (this.#gathered.size === 0) setImmediate(() => this.flush());
    const gathered = this.#gathered.get(name);
    if (gathered === undefined) this.#gathered.set(name, { envelope, texts: [text] });
    else gathered.texts.push(text);
  }
}
