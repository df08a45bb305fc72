import type { Stats } from 'node:fs';
import { type FileHandle, open, readlink, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { nanoid } from 'nanoid';

export interface NewFileOptions {
  /** Only its owner may read it, whoever might read what stood there. */
  readonly isPrivate?: boolean | undefined;
}

/**
 * A file that comes to be whole or not at all: it is written beside its place, and moved there when the disk has it.
 * After a crash a hidden `.NAME.….part` may be left, and never half a file under the right name. Where a link points is
 * its place, and who may read what stood there may read it. A device or a pipe is no place for a file: it is written
 * into, as it is.
 */
export class NewFile implements AsyncDisposable {
  readonly #handle: FileHandle;
  /** Undefined when it is written straight into something that is no file. */
  readonly #move: { readonly from: string; readonly to: string } | undefined;
  #isOpen = true;

  private constructor(handle: FileHandle, move?: { readonly from: string; readonly to: string }) {
    this.#handle = handle;
    this.#move = move;
  }

  /** @throws the system's error when nothing can be written there */
  static async beside(path: string, { isPrivate = false }: NewFileOptions = {}): Promise<NewFile> {
    const old = await statOf(path);
    // A folder is refused here, by the system.
    if (old !== undefined && !old.isFile()) return new NewFile(await open(path, 'w'));
    const to = old === undefined ? await linkedPlace(path) : await realpath(path);
    // A name of its own each time: two who write the same file do not write into each other's.
    const from = join(dirname(to), `.${basename(to)}.${nanoid(8)}.part`);
    const handle = await open(from, 'wx', isPrivate || old !== undefined ? 0o600 : 0o666);
    const file = new NewFile(handle, { from, to });
    try {
      if (old !== undefined && !isPrivate) await handle.chmod(old.mode & 0o777);
    } catch (error) {
      await file[Symbol.asyncDispose]();
      throw error;
    }
    return file;
  }

  /** Whether a file will stand there; false for a device or a pipe. */
  get isFile(): boolean {
    return this.#move !== undefined;
  }

  async write(text: string): Promise<void> {
    await this.#handle.writeFile(text);
  }

  /** Puts all of it on the disk: nothing but its name can be missing then. */
  async finish(): Promise<void> {
    if (this.#move !== undefined) await this.#handle.sync();
    await this.#close();
  }

  /** Gives it its name when it is finished, in place of what had that name before. */
  async keep(): Promise<void> {
    if (this.#move === undefined) return;
    await rename(this.#move.from, this.#move.to);
    await syncFolder(dirname(this.#move.to));
  }

  /** Takes away what was not kept. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close();
    if (this.#move !== undefined) await rm(this.#move.from, { force: true });
  }

  async #close(): Promise<void> {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    await this.#handle.close();
  }
}

async function statOf(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Where nothing stands yet: the path itself, or what a link there points to. */
async function linkedPlace(path: string): Promise<string> {
  try {
    return resolve(dirname(path), await readlink(path));
  } catch (error) {
    if (['ENOENT', 'EINVAL'].includes(String((error as NodeJS.ErrnoException).code))) return path;
    throw error;
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
