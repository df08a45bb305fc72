import type { Frontier } from '../../proof/frontier.ts';
import { type Hash, leafHash, ProofError } from '../../proof/hash.ts';
import type { HeadMessage } from '../../protocol/feed.ts';
import type { Timing } from '../timing.ts';
import { TamperedError } from './fault.ts';
import type { LogTrust, Verified } from './log-trust.ts';
import type { ProofReads } from './proof-reads.ts';

export interface EntryCheckOptions {
  readonly trust: LogTrust;
  readonly reads: ProofReads;
  readonly timing: Timing;
  /** Called once, with what is wrong. */
  readonly onFault: (error: TamperedError) => void;
}

/** Entries that wait to be verified; beyond, the reader waits. */
const pendingMax = 500_000;
/** Entries of others between two of ours, of which the hashes are fetched; beyond, a proof is shorter. */
const gapMax = 10_000;
/** Entries hashed into the tree in one go; then timers and sockets have their turn. */
const turnEntries = 5_000;

interface Pending {
  readonly seq: number;
  readonly leaf: Hash;
}

/**
 * Holds what a watch delivers against the log that was signed. Each entry is hashed from the bytes that came; at each
 * head the hashes, and those of the entries between them, are put onto the tree that was verified up to there, and the
 * tree that results must be the beginning of the one that the head's checkpoint signs.
 *
 *   delivered ──hash──▶ pending ──at a head──▶ frontier ──consistency──▶ checkpoint: verified up to its size
 */
export class EntryCheck {
  readonly #options: EntryCheckOptions;
  #pending: Pending[] = [];
  #frontier: Frontier | undefined;
  #head: HeadMessage | undefined;
  #working: Promise<void> | undefined;
  #verified = 0;
  #stopped = false;
  #room: (() => void)[] = [];

  constructor(options: EntryCheckOptions) {
    this.#options = options;
  }

  /** Everything that was delivered with a seq up to here is in the log that was signed. */
  get verified(): number {
    return this.#verified;
  }

  /** Takes the lines of entries as they came. */
  take(lines: readonly string[]): void {
    for (const line of lines) {
      const seq = seqOf(line);
      if (seq === undefined) {
        this.#fail(this.#options.trust.declare({ kind: 'forked', first: 1, what: 'what was delivered is no entry' }));
        return;
      }
      this.#pending.push({ seq, leaf: leafHash(line) });
      if (seq <= this.#verified) this.#verified = seq - 1;
    }
  }

  /** A head has come: what it signs is verified, unless that is being done; then the latest head is next. */
  head(head: HeadMessage): void {
    if (this.#stopped) return;
    this.#head = head;
    this.#working ??= this.#work().finally(() => {
      this.#working = undefined;
    });
  }

  /** Resolves when not too much waits to be verified. */
  async room(): Promise<void> {
    if (this.#pending.length < pendingMax || this.#stopped) return;
    await new Promise<void>((resolve) => this.#room.push(resolve));
  }

  /** What was delivered before is void: a new snapshot begins. */
  clear(): void {
    this.#pending = [];
    this.#frontier = undefined;
    this.#release();
  }

  stop(): void {
    this.#stopped = true;
    this.clear();
  }

  async #work(): Promise<void> {
    for (let head = this.#head; head !== undefined && !this.#stopped; head = this.#head) {
      this.#head = undefined;
      try {
        const verified = await this.#options.trust.meet(head);
        if (verified !== undefined) await this.#verifyUpTo(verified);
      } catch (error) {
        if (error instanceof TamperedError) this.#fail(error);
        // Anything else is the connection's: the next head, a second from now, tries again, and nothing was called verified.
        return;
      }
    }
  }

  #fail(error: TamperedError): void {
    if (this.#stopped) return;
    this.stop();
    this.#options.onFault(error);
  }

  async #verifyUpTo(checkpoint: Verified): Promise<void> {
    const pending = this.#pending;
    const ready = pending.filter(({ seq }) => seq <= checkpoint.size).sort((a, b) => a.seq - b.seq);
    if (ready.length > 0) await this.#verify(ready, checkpoint);
    // What was void meanwhile was neither verified nor is it pending any more.
    if (pending !== this.#pending) return;
    this.#pending = pending.filter(({ seq }) => seq > checkpoint.size);
    this.#verified = checkpoint.size;
    this.#release();
  }

  async #verify(ready: readonly Pending[], checkpoint: Verified): Promise<void> {
    let frontier = this.#frontier;
    let first = ready[0]?.seq ?? 1;
    for (const [index, { seq, leaf }] of ready.entries()) {
      const gap = frontier === undefined ? -1 : seq - 1 - frontier.size;
      if (frontier === undefined || gap < 0 || gap > gapMax) {
        if (frontier !== undefined) await this.#confirm(frontier, { ready, first, checkpoint });
        frontier = await this.#seat(seq - 1, checkpoint);
        first = seq;
      } else if (gap > 0) {
        for (const other of await this.#leaves(frontier.size, seq - 1, checkpoint)) frontier.push(other);
      }
      frontier.push(leaf);
      if (index % turnEntries === turnEntries - 1) await this.#options.timing.turn();
    }
    if (frontier !== undefined) await this.#confirm(frontier, { ready, first, checkpoint });
    this.#frontier = frontier;
  }

  /** The tree over the first entries, which is shown to be the beginning of what was signed. */
  #seat(size: number, checkpoint: Verified): Promise<Frontier> {
    const { reads, trust } = this.#options;
    return reads.provenFrontier(size, checkpoint, trust);
  }

  async #leaves(after: number, to: number, { epoch }: Verified): Promise<Hash[]> {
    try {
      return await this.#options.reads.leaves(after, to, epoch);
    } catch (error) {
      if (!(error instanceof ProofError)) throw error;
      const what = `entries between ${after + 1} and ${to} are missing: ${error.message}`;
      throw this.#options.trust.declare({ kind: 'rewritten', first: after + 1, last: to, what });
    }
  }

  async #confirm(
    frontier: Frontier,
    { ready, first, checkpoint }: { ready: readonly Pending[]; first: number; checkpoint: Verified },
  ): Promise<void> {
    const { reads, trust } = this.#options;
    const { epoch } = checkpoint;
    try {
      await reads.consistency({ from: frontier, to: checkpoint, epoch });
    } catch (error) {
      if (!(error instanceof ProofError)) throw error;
      const bad = await this.#firstBad(ready, { after: first - 1, to: frontier.size, checkpoint });
      const what =
        bad === undefined
          ? `the entries from ${first} to ${frontier.size} are not in what it has signed`
          : `entry ${bad} was delivered otherwise than it stands in the log`;
      throw trust.declare({ kind: 'forked', first: bad ?? first, last: bad ?? frontier.size, what });
    }
  }

  async #firstBad(
    ready: readonly Pending[],
    { after, to, checkpoint }: { after: number; to: number; checkpoint: Verified },
  ): Promise<number | undefined> {
    const leaves = await this.#leaves(after, to, checkpoint);
    return ready.find(({ seq, leaf }) => seq > after && seq <= to && leaves[seq - after - 1] !== leaf)?.seq;
  }

  #release(): void {
    for (const resume of this.#room.splice(0)) resume();
  }
}

/** Entries begin with their seq; undefined of what is none. */
function seqOf(line: string): number | undefined {
  const [, seq] = /^\{"seq":([1-9]\d{0,15})[,}]/.exec(line) ?? [];
  return seq === undefined ? undefined : Number(seq);
}
