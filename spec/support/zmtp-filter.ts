const greetingBytes = 64;
const more = 1;
const long = 2;
const command = 4;

/**
 * Takes whole messages of some topics out of the bytes that a publisher sends (ZMTP 3.1), so that a reader misses them
 * without any other sign. Frames are `flags, length (1 byte, or 8 when long), body`; commands stand alone.
 */
export class TopicFilter {
  /** What the topics begin with whose messages vanish; undefined: nothing does. */
  dropping: string | undefined;
  #greetingLeft = greetingBytes;
  /** Bytes of a frame that is not whole yet. */
  #rest: Buffer = Buffer.alloc(0);
  /** Whole frames of a message that is not whole yet. */
  #message: Buffer[] = [];
  #topic: string | undefined;

  /** Returns the bytes that may pass now; what is not whole yet comes with a later call. */
  pass(bytes: Buffer): Buffer {
    const greeting = bytes.subarray(0, this.#greetingLeft);
    this.#greetingLeft -= greeting.length;
    this.#rest = Buffer.concat([this.#rest, bytes.subarray(greeting.length)]);
    const passing: Buffer[] = [greeting];
    for (let frame = this.#takeFrame(); frame !== undefined; frame = this.#takeFrame()) {
      const flags = frame.bytes[0] ?? 0;
      if ((flags & command) !== 0) {
        passing.push(frame.bytes);
        continue;
      }
      this.#topic ??= frame.body.toString();
      this.#message.push(frame.bytes);
      if ((flags & more) === 0) passing.push(...this.#endMessage());
    }
    return Buffer.concat(passing);
  }

  #endMessage(): Buffer[] {
    const { dropping } = this;
    const isDropped = dropping !== undefined && this.#topic?.startsWith(dropping) === true;
    const message = isDropped ? [] : this.#message;
    this.#message = [];
    this.#topic = undefined;
    return message;
  }

  #takeFrame(): { readonly bytes: Buffer; readonly body: Buffer } | undefined {
    const flags = this.#rest[0];
    if (flags === undefined) return undefined;
    const headBytes = (flags & long) === 0 ? 2 : 9;
    if (this.#rest.length < headBytes) return undefined;
    const length = headBytes === 2 ? this.#rest.readUInt8(1) : Number(this.#rest.readBigUInt64BE(1));
    if (this.#rest.length < headBytes + length) return undefined;
    const bytes = this.#rest.subarray(0, headBytes + length);
    this.#rest = this.#rest.subarray(headBytes + length);
    return { bytes, body: bytes.subarray(headBytes) };
  }
}
