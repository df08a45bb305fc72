import { fileFault } from './file-fault.ts';
import { fileLines } from './file-lines.ts';
import { type SidecarHeader, sidecarHeaderSchema, sidecarOf } from './sidecar.ts';

/** Reads the sidecar of a file, part by part. */
export class SidecarReader implements AsyncDisposable {
  readonly #lines: AsyncGenerator<string, void, undefined>;
  readonly #path: string;

  constructor(path: string) {
    this.#path = sidecarOf(path);
    this.#lines = fileLines(this.#path);
  }

  /** @throws RowcastError `tampered` when it is none, and the system's error when it is not there */
  async header(): Promise<SidecarHeader> {
    const [line = ''] = await this.take(1);
    const header = sidecarHeaderSchema.safeParse(parseJson(line));
    if (!header.success) throw fileFault(`${this.#path} is no proof of an export`);
    return header.data;
  }

  /** The next lines. */
  async take(count: number): Promise<string[]> {
    const lines: string[] = [];
    for await (const line of this.each(count)) lines.push(line);
    return lines;
  }

  async *each(count: number): AsyncGenerator<string, void, undefined> {
    for (let left = count; left > 0; left -= 1) {
      const next = await this.#lines.next();
      if (next.done === true) throw fileFault(`${this.#path} is cut off`);
      yield next.value;
    }
  }

  async end(): Promise<void> {
    if ((await this.#lines.next()).done !== true) throw fileFault(`${this.#path} goes on behind its end`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#lines.return();
  }
}

/** Undefined when it is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
