import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Checkpoint, openCheckpoint, parseVerifierKey } from '../../proof/checkpoint.ts';
import { ProofError } from '../../proof/hash.ts';
import { writeNewFile } from '../new-file.ts';

const fileName = 'checkpoint';
/** Of an origin that is shown, in UTF-16 units. */
const originUnitsMax = 80;
/** Origin, size and root, and signatures up to the last line feed: a note that was not cut off. */
const whole = /^[^\n]+\n\d+\n[^\n]+\n\n(?:— [^\n]+\n)+$/;

/** The last checkpoint is of another life of the ledger than the database: why that is not in order. */
export interface OtherLife {
  readonly otherLife: string;
}

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

  /**
   * The checkpoint; undefined when there is none. The epoch of the log is what the database says, which may be what was
   * tampered with: so a checkpoint of another life is told, as only who has begun one knows that it is in order.
   * @throws ProofError when it is of this life, and not signed by this server; also when it is no checkpoint at all
   */
  async read(verifierKey: string): Promise<Checkpoint | OtherLife | undefined> {
    const note = await readFile(this.#path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });
    if (note === undefined) return undefined;
    if (!whole.test(note)) throw new ProofError(this.#unreadable(note));
    this.#kept = note;
    const key = parseVerifierKey(verifierKey);
    const origin = note.split('\n', 1)[0]?.slice(0, originUnitsMax) ?? '';
    if (origin !== key.name) {
      return {
        otherLife: `it is of the life ${key.name}, and what was signed last, in ${this.#path}, of the life ${origin}`,
      };
    }
    try {
      return openCheckpoint(note, key);
    } catch (error) {
      if (!(error instanceof ProofError)) throw error;
      throw new ProofError(`${this.#path}: ${error.message}; put the right file or the right signing.key back`);
    }
  }

  /** Keeps a newer one. Whole or not at all: a server that is killed meanwhile, or has no power any more, finds the one before. */
  async keep(note: string): Promise<void> {
    if (note === this.#kept) return;
    await writeNewFile(this.#path, { replace: true }, async (file) => {
      await file.writeFile(note);
      await file.sync();
    });
    this.#kept = note;
  }

  #unreadable(note: string): string {
    const how = note.trim() === '' ? 'is empty' : 'is cut off, or was written by something else';
    return (
      `${this.#path}, which holds the last checkpoint that was signed, cannot be read: it ${how}. That says nothing of the log: ` +
      'compare it with what clients hold (rowcast verify) or with a backup, remove the file, and start again'
    );
  }

  /** Forgets it: it is of a life that has ended. */
  async remove(): Promise<void> {
    await rm(this.#path, { force: true });
    this.#kept = undefined;
  }
}
