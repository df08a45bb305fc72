import { randomBytes } from 'node:crypto';
import { type FileHandle, link, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** A file of that name is there, and may not be replaced. */
export class FileExistsError extends Error {
  override readonly name = 'FileExistsError';
}

export interface NewFileOptions {
  /** Whether a file of that name that is there already may be replaced. */
  readonly replace: boolean;
  /** Gives a file a second name; node's `link`, unless the file system is to be another than it is. */
  readonly giveName?: (from: string, to: string) => Promise<void>;
}

/** What file systems without hard links answer (exFAT, many network shares). */
const noLinks = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS']);

/**
 * Writes a file that nobody ever sees half of: under another name beside it, and when it is on the disk under its own.
 * When the work fails, or is interrupted, nothing is left. Only its owner can read it.
 * @throws FileExistsError when a file of that name is there and may not be replaced
 */
export async function writeNewFile<Result>(
  path: string,
  { replace, giveName = link }: NewFileOptions,
  work: (file: FileHandle) => Promise<Result>,
): Promise<Result> {
  const half = join(dirname(path), `.${basename(path)}.${randomBytes(4).toString('hex')}.part`);
  const file = await open(half, 'wx', 0o600);
  try {
    const result = await work(file).finally(() => file.close());
    if (replace) await rename(half, path);
    else await nameNew(half, path, giveName);
    await syncFolder(dirname(path));
    return result;
  } finally {
    await rm(half, { force: true });
  }
}

/** Gives the file its name only when nobody has it, even since it was looked for. */
async function nameNew(
  half: string,
  path: string,
  giveName: (from: string, to: string) => Promise<void>,
): Promise<void> {
  try {
    await giveName(half, path).catch(async (error: NodeJS.ErrnoException) => {
      if (!noLinks.has(error.code ?? '')) throw error;
      // The name is taken by an empty file, which the whole one then replaces.
      await (await open(path, 'wx', 0o600)).close();
      await rename(half, path);
    });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw new FileExistsError(`${path} is there already`);
  }
}

/** The name itself is durable too, where the system can do that. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  await folder.sync().finally(() => folder.close());
}
