import type { CheckpointSigner } from '../../proof/checkpoint.ts';
import type { Frontier } from '../../proof/frontier.ts';
import { type Hash, leafHash } from '../../proof/hash.ts';
import type { Change } from './record.ts';

/**
 * What this server vouches for: the tree over exactly those entries that it has published, hashed again from the bytes
 * that went out and held in memory, so that a log that is changed later in the database cannot be signed unnoticed.
 */
export class Checkpoints {
  readonly #signer: CheckpointSigner;
  #frontier: Frontier;
  /** With the changes of a group that is not published yet, as it is read in parts. */
  #ahead: Frontier | undefined;
  #note: string | undefined;

  /** @param frontier the tree as the server found it */
  constructor(signer: CheckpointSigner, frontier: Frontier) {
    this.#signer = signer;
    this.#frontier = frontier.copy();
  }

  /** What the notes are verified with: \`NAME+ID+KEY\`. */
  get verifierKey(): string {
    return this.#signer.verifierKey;
  }

  get size(): number {
    return this.#frontier.size;
  }

  get root(): Hash {
    return this.#frontier.root;
  }

  /** Takes what is published next. */
  take(changes: readonly Change[]): void {
    for (const { entry } of changes) this.#frontier.push(leafHash(entry));
    this.#note = undefined;
  }

  /** Takes changes that will be published when the rest of their group has been read. */
  takeAhead(changes: readonly Change[]): void {
    this.#ahead ??= this.#frontier.copy();
    for (const { entry } of changes) this.#ahead.push(leafHash(entry));
  }

  /** What was taken ahead is published. */
  adopt(): void {
    this.#frontier = this.#ahead ?? this.#frontier;
    this.#ahead = undefined;
    this.#note = undefined;
  }

  /** The signed note over what was published so far. Signed when it is asked for, as most sizes are passed over. */
  get note(): string {
    this.#note ??= this.#signer.sign({ size: this.#frontier.size, root: this.#frontier.root });
    return this.#note;
  }
}
