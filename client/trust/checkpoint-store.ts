import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { nanoid } from 'nanoid';
import { z } from 'zod';
import type { ServerAddress } from '../../protocol/address.ts';

const keptSchema = z.object({
  /** What checkpoints are verified with: `NAME+ID+KEY`. */
  verifier: z.string(),
  /** The signed checkpoint. */
  note: z.string(),
  /** The roots of its largest subtrees, in hexadecimal: they tell where a log that was changed begins to differ. */
  peaks: z.string(),
});
export type KeptCheckpoint = z.infer<typeof keptSchema>;

/** Where a client keeps the last checkpoint that it has verified. */
export interface CheckpointStore {
  /** @throws Error when there is one that cannot be read: it is not passed over */
  read(): Promise<KeptCheckpoint | undefined>;
  write(kept: KeptCheckpoint): Promise<void>;
}

/** Kept for as long as the process runs. */
export class MemoryStore implements CheckpointStore {
  #kept: KeptCheckpoint | undefined;

  async read(): Promise<KeptCheckpoint | undefined> {
    return this.#kept;
  }

  async write(kept: KeptCheckpoint): Promise<void> {
    this.#kept = kept;
  }
}

/** Kept in a file for each server that was named. */
export class FileStore implements CheckpointStore {
  readonly #folder: string;
  readonly #path: string;

  constructor(folder: string, { host, commandsPort }: ServerAddress) {
    this.#folder = folder;
    const name = `checkpoint-${host}-${commandsPort}`.replace(/[^A-Za-z0-9.-]/g, '_');
    this.#path = join(folder, `${name}.json`);
  }

  async read(): Promise<KeptCheckpoint | undefined> {
    const text = await readFile(this.#path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });
    if (text === undefined) return undefined;
    try {
      return keptSchema.parse(JSON.parse(text));
    } catch (cause) {
      const message = `${this.#path} is no checkpoint; put the right file back, or delete it to trust the server anew`;
      throw new Error(message, { cause });
    }
  }

  /** Whole or not at all. */
  async write(kept: KeptCheckpoint): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    // Of each writer its own: the connections of one process, of which a gateway has several, share the file.
    const half = `${this.#path}.${process.pid}.${nanoid(8)}`;
    await writeFile(half, `${JSON.stringify(kept)}\n`, { mode: 0o600 });
    await rename(half, this.#path);
  }
}

/** The key that was kept of the log of that name, at whatever address it was met; undefined when it never was. */
export async function findKeptKey(folder: string, origin: string): Promise<string | undefined> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  for (const name of names.filter((one) => /^checkpoint-.*\.json$/.test(one))) {
    const kept = keptSchema.safeParse(JSON.parse(await readFile(join(folder, name), 'utf8')));
    if (kept.success && kept.data.verifier.startsWith(`${origin}+`)) return kept.data.verifier;
  }
  return undefined;
}
