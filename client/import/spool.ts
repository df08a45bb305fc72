import { closeSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Bytes that are written at once. */
const chunkBytes = 1_048_576;
/** The same of values that are read one behind the other. */
const aheadBytes = 65_536;

/**
 * JSON values on disk, in order, each found again by its number: what a file holds is read once, and needs memory for
 * its places only. The file is this user's alone, and has no name any more when the first value is written, so that
 * nothing is left of it whatever becomes of this process (on Windows it goes with {@link close}).
 */
export class Spool<Value> {
  readonly #file: number;
  readonly #folder: string;
  #starts = new Float64Array(1_024);
  #count = 0;
  #bytes = 0;
  #pending: string[] = [];
  #pendingBytes = 0;
  #buffer = Buffer.alloc(4_096);
  /** Which bytes of the file the buffer has. */
  #held = { from: 0, to: 0 };
  /** What is behind the value that was read last. */
  #behindLast = 0;
  #isClosed = false;

  private constructor(folder: string) {
    this.#folder = folder;
    this.#file = openSync(join(folder, 'spool'), 'wx+', 0o600);
    if (process.platform !== 'win32') rmSync(folder, { recursive: true });
  }

  static async open<Value>(): Promise<Spool<Value>> {
    return new Spool(await mkdtemp(join(tmpdir(), 'rowcast-import-')));
  }

  get length(): number {
    return this.#count;
  }

  append(value: Value): void {
    const line = JSON.stringify(value);
    if (this.#count + 1 >= this.#starts.length) {
      const grown = new Float64Array(this.#starts.length * 2);
      grown.set(this.#starts);
      this.#starts = grown;
    }
    const bytes = Buffer.byteLength(line);
    this.#pending.push(line);
    this.#pendingBytes += bytes;
    this.#count += 1;
    this.#starts[this.#count] = (this.#starts[this.#count - 1] ?? 0) + bytes;
    if (this.#pendingBytes >= chunkBytes) this.#flush();
  }

  #flush(): void {
    if (this.#pending.length === 0) return;
    const data = Buffer.from(this.#pending.join(''));
    for (let at = 0; at < data.length; ) at += writeSync(this.#file, data, at, data.length - at, this.#bytes + at);
    this.#bytes += data.length;
    [this.#pending, this.#pendingBytes] = [[], 0];
  }

  /** Who goes from one to the next has some read ahead: one by one, each would cost more to read than to parse. */
  at(index: number): Value {
    this.#flush();
    const start = this.#starts[index] ?? 0;
    const end = this.#starts[index + 1] ?? start;
    const { from, to } = this.#held;
    if (start < from || end > to)
      this.#read(start, index === this.#behindLast ? Math.max(end, start + aheadBytes) : end);
    this.#behindLast = index + 1;
    return JSON.parse(this.#buffer.toString('utf8', start - this.#held.from, end - this.#held.from)) as Value;
  }

  #read(start: number, end: number): void {
    const length = Math.min(end, this.#bytes) - start;
    this.#held = { from: 0, to: 0 };
    if (this.#buffer.length < length) this.#buffer = Buffer.alloc(length * 2);
    for (let read = 0; read < length; ) {
      const got = readSync(this.#file, this.#buffer, read, length - read, start + read);
      if (got === 0) throw new Error('the temporary file of an import is shorter than it was');
      read += got;
    }
    this.#held = { from: start, to: start + length };
  }

  *[Symbol.iterator](): Generator<Value, void, undefined> {
    for (let index = 0; index < this.#count; index += 1) yield this.at(index);
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    closeSync(this.#file);
    await rm(this.#folder, { recursive: true, force: true });
  }
}
