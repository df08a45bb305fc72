import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Checkpoint, openCheckpoint, parseVerifierKey } from '../../proof/checkpoint.ts';
import { ProofError } from '../../proof/hash.ts';

const fileName = 'checkpoint';

/**
 * The last checkpoint that this server has signed, beside its keys and outside the database: what it holds the log
 * against when it starts again.
 */
export class KeptCheckpoint {
  readonly #path: string;
  #kept: string | undefined;

  constructor(folder: string) {
    this.#path = join(folder, fileName);
  }

  /** The checkpoint, if it is of this log and signed by this server; undefined when there is none or it is another log's. */
  async read(verifierKey: string): Promise<Checkpoint | undefined> {
    const note = await readFile(this.#path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });
    if (note === undefined) return undefined;
    this.#kept = note;
    const key = parseVerifierKey(verifierKey);
    if (!note.startsWith(`${key.name}\n`)) return undefined;
    try {
      return openCheckpoint(note, key);
    } catch (error) {
      if (!(error instanceof ProofError)) throw error;
      throw new ProofError(`${this.#path}: ${error.message}; put the right file or the right signing.key back`);
    }
  }

  /** Keeps a newer one. Whole or not at all: a server that is killed meanwhile finds the one before. */
  async keep(note: string): Promise<void> {
    if (note === this.#kept) return;
    const half = `${this.#path}.${process.pid}`;
    await writeFile(half, note, { mode: 0o600 });
    await rename(half, this.#path);
    this.#kept = note;
  }
}
