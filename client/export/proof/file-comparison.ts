import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { fileFault } from './file-fault.ts';

/** Holds a file against what it should be, part by part, byte for byte. */
export class FileComparison implements AsyncDisposable {
  readonly #handle: FileHandle;
  readonly #hash = createHash('sha256');
  #bytes = 0;
  #lines = 0;

  private constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  /** @throws the system's error */
  static async of(path: string): Promise<FileComparison> {
    return new FileComparison(await open(path, 'r'));
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Demands that the file goes on with this. @throws RowcastError `tampered` that names the line */
  async expect(text: string): Promise<void> {
    const expected = Buffer.from(text);
    const found = await this.#read(expected.length);
    if (!found.equals(expected))
      throw fileFault(`line ${this.#lines + lineOfDifference(expected, found)} is not what the log has`);
    this.#hash.update(found);
    this.#bytes += found.length;
    this.#lines += text.split('\n').length - 1;
  }

  /** Demands that it ends here; answers its SHA-256 in hexadecimal. */
  async end(): Promise<string> {
    const { length } = await this.#read(1);
    if (length > 0) throw fileFault(`line ${this.#lines + 1} and what follows was not exported`);
    return this.#hash.digest('hex');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#handle.close();
  }

  async #read(length: number): Promise<Buffer> {
    const buffer = Buffer.alloc(length);
    let filled = 0;
    while (filled < length) {
      const { bytesRead } = await this.#handle.read(buffer, filled, length - filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return buffer.subarray(0, filled);
  }
}

/** On which line two texts begin to differ, from 1. */
function lineOfDifference(expected: Buffer, found: Buffer): number {
  let line = 1;
  for (let at = 0; at < expected.length && expected[at] === found[at]; at += 1) if (expected[at] === 10) line += 1;
  return line;
}
