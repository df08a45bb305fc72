import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/**
 * A file that comes to be whole or not at all: it is written beside its place, and moved there when the disk has it.
 * After a crash a hidden `.NAME.PID.part` may be left, and never half a file under the right name.
 */
export class NewFile implements AsyncDisposable {
  readonly #path: string;
  readonly #part: string;
  readonly #handle: FileHandle;
  #isOpen = true;

  private constructor(path: string, part: string, handle: FileHandle) {
    this.#path = path;
    this.#part = part;
    this.#handle = handle;
  }

  /** @throws the system's error when nothing can be written there */
  static async beside(path: string): Promise<NewFile> {
    const part = join(dirname(path), `.${basename(path)}.${process.pid}.part`);
    return new NewFile(path, part, await open(part, 'w', 0o666));
  }

  async write(text: string): Promise<void> {
    await this.#handle.writeFile(text);
  }

  /** Gives it its name, in place of what had that name before. */
  async keep(): Promise<void> {
    await this.#handle.sync();
    await this.#close();
    await rename(this.#part, this.#path);
    await syncFolder(dirname(this.#path));
  }

  /** Takes away what was not kept. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close();
    await rm(this.#part, { force: true });
  }

  async #close(): Promise<void> {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    await this.#handle.close();
  }
}

/** The name too is on the disk then. Windows has no such thing. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
