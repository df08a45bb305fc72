import { openCheckpoint, parseVerifierKey } from '../../../proof/checkpoint.ts';
import { type Hash, leafHash, ProofError } from '../../../proof/hash.ts';
import { Selection } from '../../../proof/selection.ts';
import type { Cursor } from '../../../protocol/cursor.ts';
import { RowcastError } from '../../errors.ts';
import { pause, type Timing } from '../../timing.ts';
import { TamperedError } from '../../trust/fault.ts';
import type { LogTrust } from '../../trust/log-trust.ts';
import type { ProofReads } from '../../trust/proof-reads.ts';

export interface LeafWalkParts {
  readonly reads: ProofReads;
  /** Holds the checkpoint against what was verified before; without it, it is believed. */
  readonly trust: LogTrust | undefined;
  readonly timing: Timing;
  readonly signal: AbortSignal;
}

/** How long the server may take to sign what it has written, in milliseconds. */
const signMs = 5_000;
const signPauseMs = 100;
/** Hashes that are asked for at once. */
const pageLeaves = 10_000;

/** Signed, and found to be the root of the leaves that were walked over. */
export interface SignedSelection {
  readonly checkpoint: string;
  readonly verifier: string;
  readonly hashes: readonly Hash[];
}

/**
 * Walks over the leaves of the log once, from the first to the last that is signed, and makes the proof for the entries
 * that it is shown on the way. It reads 44 bytes for each entry of the log, and keeps only the proof.
 */
export class LeafWalk {
  readonly #parts: LeafWalkParts;
  readonly #cursor: Cursor;
  readonly #selection = new Selection();
  #page: Hash[] = [];
  #at = 0;

  /** @param cursor up to where entries will be shown */
  constructor(parts: LeafWalkParts, cursor: Cursor) {
    this.#parts = parts;
    this.#cursor = cursor;
  }

  /** Goes on to an entry, which lies behind the one before. @throws TamperedError when it is not the one of the tree */
  async choose(seq: number, line: string): Promise<void> {
    await proven(this.#choose(seq, line));
  }

  /** @throws TamperedError when what was walked over is not what was signed, or nothing proves that it is */
  async finish(): Promise<SignedSelection> {
    return await proven(this.#finish());
  }

  async #choose(seq: number, line: string): Promise<void> {
    while (this.#selection.size < seq - 1) this.#selection.push(await this.#next(this.#cursor.seq), false);
    const leaf = await this.#next(this.#cursor.seq);
    if (leafHash(line) !== leaf) throw tampered(seq, `entry ${seq} is not the one that the tree has`);
    this.#selection.push(leaf, true);
  }

  async #finish(): Promise<SignedSelection> {
    const { checkpoint, verifier, size, root } = await this.#signed();
    while (this.#selection.size < size) this.#selection.push(await this.#next(size), false);
    if (this.#selection.root !== root) throw tampered(1, 'its entries are not those of the checkpoint that was signed');
    return { checkpoint, verifier, hashes: this.#selection.proof };
  }

  async #next(last: number): Promise<Hash> {
    if (this.#at === this.#page.length) {
      const { size } = this.#selection;
      const to = Math.min(size + pageLeaves, Math.max(last, size + 1));
      this.#page = await this.#parts.reads.leaves(size, to, this.#cursor.epoch);
      this.#at = 0;
    }
    const leaf = this.#page[this.#at];
    if (leaf === undefined)
      throw new RowcastError('protocol', `the server gave no hash for ${this.#selection.size + 1}`);
    this.#at += 1;
    return leaf;
  }

  /** A checkpoint over everything that was shown, which continues what was verified before. */
  async #signed() {
    const { reads, trust, timing, signal } = this.#parts;
    const { seq, epoch } = this.#cursor;
    for (let leftMs = signMs; ; leftMs -= signPauseMs) {
      const { checkpoint = '', verifier, epoch: present } = await reads.checkpoint();
      if (present !== epoch) throw new RowcastError('wrong_epoch', `the ledger began a new life, ${present}`);
      const signed = openCheckpoint(checkpoint, parseVerifierKey(verifier));
      if (signed.size >= Math.max(seq, this.#selection.size)) {
        const met = await trust?.contact(signal);
        if (met !== undefined) await reads.consistency({ from: signed, to: met, epoch });
        return { checkpoint, verifier, size: signed.size, root: signed.root };
      }
      if (leftMs <= 0) throw tampered(signed.size + 1, `it has entries up to ${seq}, and has signed ${signed.size}`);
      await pause(timing, signPauseMs, signal);
    }
  }
}

/** A proof that is missing or wrong means that the log is not what was signed. */
async function proven<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    throw error instanceof ProofError ? tampered(1, error.message) : error;
  }
}

function tampered(first: number, what: string): TamperedError {
  return new TamperedError({ kind: 'changed', first, what });
}
