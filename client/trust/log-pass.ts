import { Frontier } from '../../proof/frontier.ts';
import { type Hash, leafHash, ProofError } from '../../proof/hash.ts';
import { Fold, FoldError } from '../../protocol/fold.ts';
import type { CommandChannel } from '../command-channel.ts';
import { RowcastError } from '../errors.ts';
import { parseEntry } from '../lines.ts';
import { readLinesPages } from '../log-reader.ts';
import type { TamperedError } from './fault.ts';
import type { LogTrust, Verified } from './log-trust.ts';
import type { ProofReads } from './proof-reads.ts';

export interface LogPassOptions {
  readonly channel: CommandChannel;
  readonly trust: LogTrust;
  readonly reads: ProofReads;
  readonly signal: AbortSignal;
  /** Called after every page, with the seq that was reached. */
  readonly onProgress: (seq: number) => void;
}

/**
 * One reading of the log from its start, or from a place whose tree was proven: every entry is hashed from the bytes
 * that came and put onto the tree, and from the start also onto the tables that they add up to.
 */
export class LogPass {
  readonly #options: LogPassOptions;
  readonly #epoch: string;
  readonly #start: number;
  readonly #frontier: Frontier;
  /** What the entries add up to; undefined when they were not read from the first one. */
  readonly fold: Fold | undefined;
  #bytes = 0;

  constructor(options: LogPassOptions, epoch: string, start: Frontier = new Frontier()) {
    this.#options = options;
    this.#epoch = epoch;
    this.#start = start.size;
    this.#frontier = start.copy();
    this.fold = start.size === 0 ? new Fold() : undefined;
  }

  /** Seq of the last entry that was read. */
  get seq(): number {
    return this.#frontier.size;
  }

  get entries(): number {
    return this.#frontier.size - this.#start;
  }

  /** UTF-8 bytes of the entries, line ends included. */
  get bytes(): number {
    return this.#bytes;
  }

  get root(): Hash {
    return this.#frontier.root;
  }

  /** Reads on up to a seq. @throws TamperedError when the entries cannot follow each other, or end before */
  async advance(to: number, signed: Verified): Promise<void> {
    const { channel, signal, onProgress } = this.#options;
    if (to <= this.seq) return;
    const request = { type: 'log.read', after: this.seq, epoch: this.#epoch, limit: to - this.seq } as const;
    try {
      for await (const { lines, bytes } of readLinesPages(channel, request, { signal })) {
        this.#bytes += bytes;
        for (const line of lines) this.#frontier.push(leafHash(line));
        if (this.fold !== undefined) for (const line of lines) this.fold.apply(parseEntry(line));
        onProgress(this.seq);
      }
    } catch (error) {
      if (error instanceof FoldError) throw await this.#accuse(signed, error.message, error.seq);
      throw error;
    }
    if (this.seq === to) return;
    throw this.#options.trust.declare({
      kind: 'changed',
      first: this.seq + 1,
      what: `entry ${this.seq + 1} and those behind it are missing; there were ${to}`,
    });
  }

  /** Holds what was read against a checkpoint of its size. @throws TamperedError with the first bad seq */
  async check(signed: Verified): Promise<void> {
    if (this.root === signed.root) return;
    throw await this.#accuse(signed, `its entries are not those of the ${signed.size} that were signed`, undefined);
  }

  /** Which entry it is that was changed, told by the hashes that the server kept, if these are what it has signed. */
  async #accuse(signed: Verified, otherwise: string, seq: number | undefined): Promise<TamperedError> {
    const { trust } = this.#options;
    const bad = await this.#firstBad(signed);
    if (bad !== undefined) {
      return trust.declare({
        kind: 'changed',
        first: bad,
        last: bad,
        what: `entry ${bad} is not the one that was signed`,
      });
    }
    return trust.declare({ kind: 'changed', first: seq ?? this.#start + 1, last: seq ?? signed.size, what: otherwise });
  }

  /** Reads entries and hashes side by side; undefined when the hashes are not those that were signed either. */
  async #firstBad({ size }: Verified): Promise<number | undefined> {
    const { channel, reads, signal } = this.#options;
    const request = { type: 'log.read', after: this.#start, epoch: this.#epoch, limit: size - this.#start } as const;
    let at = this.#start;
    try {
      for await (const { lines, count } of readLinesPages(channel, request, { signal })) {
        const leaves = await reads.leaves(at, Math.min(at + count, size), this.#epoch);
        const wrong = leaves.findIndex((leaf, index) => leafHash(lines[index] ?? '') !== leaf);
        if (wrong >= 0) return at + wrong + 1;
        at += count;
      }
    } catch (error) {
      if (error instanceof ProofError) return at + 1;
      if (error instanceof RowcastError && error.code === 'tampered') return undefined;
      throw error;
    }
    return at < size ? at + 1 : undefined;
  }
}
