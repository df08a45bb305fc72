import { TextDecoder } from 'node:util';

/** Bytes of a letter that a chunk can end within: one less than the longest has. */
const pendingMax = 3;

/** A place in a text, for people: both from 1. */
export interface LineAndCharacter {
  readonly line: number;
  readonly character: number;
}

/** Follows a text that is decoded chunk by chunk, and finds the place of a byte at which that fails. */
export class TextPlace {
  readonly #encoding: string;
  #line = 1;
  /** Characters of the line so far. */
  #characters = 0;
  #bytes = 0;
  /** The last bytes of the chunk before, of which the last may be the beginning of a letter. */
  #last = new Uint8Array();

  constructor(encoding: string) {
    this.#encoding = encoding;
  }

  /** Goes on behind a chunk that was decoded to this text. */
  pass(chunk: Uint8Array, text: string): void {
    this.#goOn(text);
    this.#bytes += chunk.length;
    this.#last = Buffer.concat([this.#last, chunk.subarray(-pendingMax)]).subarray(-pendingMax);
  }

  /** Where the first byte is that cannot be decoded: of the next chunk, or of the end of all. */
  faultIn(chunk: Uint8Array = new Uint8Array()): LineAndCharacter {
    const bytes = Buffer.concat([this.#pending(), chunk]);
    // The longest beginning that can be decoded, by halving: what is longer than one that cannot, cannot.
    let [low, high] = [0, bytes.length];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (this.#decode(bytes.subarray(0, middle)) === undefined) high = middle - 1;
      else low = middle;
    }
    this.#goOn(this.#decode(bytes.subarray(0, low)) ?? '');
    return { line: this.#line, character: this.#characters + 1 };
  }

  /** What the decoder has kept of the chunk before: the beginning of a letter, of which it has given nothing yet. */
  #pending(): Uint8Array {
    const unitBytes = this.#encoding.startsWith('utf-16') ? 2 : 1;
    for (let length = this.#last.length; length > 0; length -= 1) {
      const isAtUnit = (this.#bytes - length) % unitBytes === 0;
      const tail = this.#last.subarray(-length);
      if (isAtUnit && this.#decode(tail) === '') return tail;
    }
    return new Uint8Array();
  }

  /** The letters that are whole; undefined where there is one that is none. */
  #decode(bytes: Uint8Array): string | undefined {
    try {
      // A byte order mark is one at the beginning only.
      const decoder = new TextDecoder(this.#encoding, { fatal: true, ignoreBOM: this.#bytes > 0 });
      return decoder.decode(bytes, { stream: true });
    } catch {
      return undefined;
    }
  }

  #goOn(text: string): void {
    let start = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
      start = end + 1;
      this.#line += 1;
      this.#characters = 0;
    }
    for (const _ of text.slice(start)) this.#characters += 1;
  }
}
