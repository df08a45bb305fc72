import type { Hash } from '../../../proof/hash.ts';

/** What a sidecar holds besides its first line. */
export interface Proof {
  readonly checkpoint: string;
  readonly verifier: string;
  /** The changes of the table itself, as lines of the log. */
  readonly table: readonly string[];
  /** The entries that the records are told by, in the order of the file; none when the file has them. */
  readonly entries: readonly string[];
  readonly hashes: readonly Hash[];
}

/** Is shown what goes into a file, and finds the proofs for it. */
export interface Prover<Item> {
  take(items: readonly Item[]): Promise<void>;
  /** Once everything was taken. @throws TamperedError when what the server gave is not what it has signed */
  finish(): Promise<Proof>;
}
