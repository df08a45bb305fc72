import type { Frontier } from '../../proof/frontier.ts';
import { type Hash, leafHash, ProofError } from '../../proof/hash.ts';
import type { HeadMessage } from '../../protocol/feed.ts';
import { isAhead, RowcastError } from '../errors.ts';
import type { EntryLines } from '../lines.ts';
import type { Timing } from '../timing.ts';
import { TamperedError } from './fault.ts';
import { behindMs, type LogTrust, type Verified } from './log-trust.ts';
import { type Leaves, PendingLeaves } from './pending-leaves.ts';
import { ProofDebt, type Unproven } from './proof-debt.ts';
import type { ProofReads, Tree } from './proof-reads.ts';

export interface EntryCheckOptions {
  readonly trust: LogTrust;
  readonly reads: ProofReads;
  readonly timing: Timing;
  /** Called once, with what is wrong. */
  readonly onFault: (error: TamperedError) => void;
  /** Called when a proof is overdue, and with undefined when it has come. */
  readonly onUnproven: (unproven: Unproven | undefined) => void;
}

/** Entries that wait to be verified; beyond, the reader waits. */
const pendingMax = 500_000;
/** Entries of others between two of ours, of which the hashes are fetched; beyond, a proof is shorter. */
const gapMax = 10_000;
/** Entries hashed into the tree in one go; then timers and sockets have their turn. */
const turnEntries = 5_000;

/**
 * Holds what a watch delivers against the log that was signed. Each entry is hashed from the bytes that came; at each
 * head the hashes, and those of the entries between them, are put onto the tree that was verified up to there, and the
 * tree that results must be the beginning of the one that the head's checkpoint signs. Who was delivered all that lies
 * between two checkpoints needs no proof for that: the tree itself comes to the one and then to the other.
 *
 *   delivered ──hash──▶ pending ──at a head──▶ frontier ──root, or consistency──▶ checkpoint: verified up to its size
 */
export class EntryCheck {
  readonly #options: EntryCheckOptions;
  readonly #pending = new PendingLeaves();
  readonly #debt: ProofDebt;
  #frontier: Frontier | undefined;
  #head: HeadMessage | undefined;
  #working: Promise<void> | undefined;
  #aheadSince: number | undefined;
  #verified = 0;
  #stopped = false;
  #room: (() => void)[] = [];

  constructor(options: EntryCheckOptions) {
    this.#options = options;
    this.#debt = new ProofDebt(options);
  }

  /** What the server has not proven for longer than a busy one takes; undefined as long as there is no such thing. */
  get unproven(): Unproven | undefined {
    return this.#debt.overdue;
  }

  /** Everything that was delivered with a seq up to here is in the log that was signed. */
  get verified(): number {
    return this.#verified;
  }

  /**
   * Takes entries as they came: what they call seq 7 must be leaf 7. They are hashed before they are read, as what that
   * leaves behind would have the garbage collector move all that was read.
   */
  take(came: EntryLines): void {
    const leaves = came.lines.map(leafHash);
    for (const [index, { seq }] of came.entries.entries()) {
      if (!Number.isSafeInteger(seq) || seq < 1) {
        this.#fail(this.#options.trust.declare({ kind: 'forked', first: 1, what: 'what was delivered is no entry' }));
        return;
      }
      this.#pending.add(seq, leaves[index] as Hash);
      if (seq <= this.#verified) this.#verified = seq - 1;
    }
  }

  /** A head has come: what it signs is verified, unless that is being done; then the latest head is next. */
  head(head: HeadMessage): void {
    if (this.#stopped) return;
    this.#head = head;
    this.#debt.owe(this.#verified, Math.max(head.seq, this.#pending.last ?? 0));
    this.#working ??= this.#work().finally(() => {
      this.#working = undefined;
    });
  }

  /** Whether so much waits to be verified that delivery has to. */
  get isFull(): boolean {
    return this.#pending.size >= pendingMax && !this.#stopped;
  }

  /** Resolves when not too much waits to be verified. */
  async room(): Promise<void> {
    if (!this.isFull) return;
    await new Promise<void>((resolve) => this.#room.push(resolve));
  }

  /** What was delivered before is void: a new snapshot begins. */
  clear(): void {
    this.#pending.clear();
    this.#frontier = undefined;
    this.#verified = 0;
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
        const verified = await this.#options.trust.meet(head, (before, present) => this.#growOver(before, present));
        if (verified !== undefined) await this.#verifyUpTo(verified);
        else if (head.checkpoint === undefined) this.#debt.excuse('the server signs nothing');
        this.#aheadSince = undefined;
      } catch (error) {
        // Anything but a fault is the connection's: the next head, a second from now, tries again, nothing was called verified.
        const fault = this.#faultOf(error);
        if (fault !== undefined) this.#fail(fault);
        else this.#debt.excuse(error instanceof Error ? error.message : String(error));
        return;
      }
    }
  }

  /**
   * A server that says itself that its log is not what it was is believed: it has nothing to gain by that. One that does not
   * have what it has signed is given the time that another one may be behind.
   */
  #faultOf(error: unknown): TamperedError | undefined {
    const { trust, timing } = this.#options;
    if (error instanceof TamperedError) return error;
    if (error instanceof RowcastError && error.code === 'tampered') {
      const what = `its server says so when it is to prove what it has brought: ${error.message}`;
      return trust.declare({ kind: 'changed', first: this.#verified + 1, what });
    }
    if (!isAhead(error)) return undefined;
    this.#aheadSince ??= timing.now();
    return timing.now() - this.#aheadSince > behindMs ? trust.disown(error) : undefined;
  }

  #fail(error: TamperedError): void {
    if (this.#stopped) return;
    this.stop();
    this.#options.onFault(error);
  }

  /**
   * Goes on from one checkpoint to the next with nothing but what was delivered: the tree over it, when it comes to the
   * root of both. Undefined when that cannot be shown so; then nothing has happened.
   */
  async #growOver(before: Verified, present: Tree): Promise<Frontier | undefined> {
    const { first } = this.#pending;
    const frontier = first === undefined ? undefined : this.#known(first - 1, before.epoch);
    if (frontier === undefined || frontier.size > before.size) return undefined;
    const { life } = this.#pending;
    const ready = this.#pending.takeUpTo(present.size);
    const grown = await this.#grow(frontier, ready, before);
    if (life !== this.#pending.life) return undefined;
    if (grown?.size === present.size && grown.root === present.root) {
      this.#frontier = grown;
      return grown.copy();
    }
    this.#pending.restore(ready);
    return undefined;
  }

  /** Undefined when the leaves do not follow, or the tree comes to the size of `before` with another root. */
  async #grow(frontier: Frontier, { seqs, hashes }: Leaves, before: Tree): Promise<Frontier | undefined> {
    const strays = (): boolean => frontier.size === before.size && frontier.root !== before.root;
    if (strays()) return undefined;
    for (const [index, leaf] of hashes.entries()) {
      if (seqs[index] !== frontier.size + 1) return undefined;
      frontier.push(leaf);
      if (strays()) return undefined;
      if (index % turnEntries === turnEntries - 1) await this.#options.timing.turn();
    }
    return frontier;
  }

  async #verifyUpTo(checkpoint: Verified): Promise<void> {
    const { life } = this.#pending;
    const ready = this.#pending.takeUpTo(checkpoint.size);
    try {
      const frontier = ready.seqs.length > 0 ? await this.#verify(ready, checkpoint) : this.#frontier;
      // What was void meanwhile was neither verified nor is it pending any more.
      if (life !== this.#pending.life) return;
      this.#frontier = frontier;
    } catch (error) {
      if (life === this.#pending.life) this.#pending.restore(ready);
      throw error;
    }
    // What has come meanwhile was not looked at, whatever the checkpoint's size.
    this.#verified = Math.min(checkpoint.size, (this.#pending.first ?? Number.POSITIVE_INFINITY) - 1);
    this.#debt.pay(this.#verified);
    this.#release();
  }

  async #verify(ready: Leaves, checkpoint: Verified): Promise<Frontier | undefined> {
    let frontier = this.#frontier?.copy();
    let first = ready.seqs[0] ?? 1;
    for (const [index, leaf] of ready.hashes.entries()) {
      const seq = ready.seqs[index] as number;
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
    return frontier;
  }

  /** The tree over the first entries, if it was verified before. */
  #known(size: number, epoch: string): Frontier | undefined {
    return this.#frontier?.size === size ? this.#frontier.copy() : this.#options.trust.frontier(size, epoch);
  }

  /** The tree over the first entries, which is shown to be the beginning of what was signed. */
  async #seat(size: number, checkpoint: Verified): Promise<Frontier> {
    const { reads, trust } = this.#options;
    return this.#known(size, checkpoint.epoch) ?? (await reads.provenFrontier(size, checkpoint, trust));
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
    { ready, first, checkpoint }: { ready: Leaves; first: number; checkpoint: Verified },
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
    ready: Leaves,
    { after, to, checkpoint }: { after: number; to: number; checkpoint: Verified },
  ): Promise<number | undefined> {
    const leaves = await this.#leaves(after, to, checkpoint);
    return ready.seqs.find((seq, index) => {
      return seq > after && seq <= to && leaves[seq - after - 1] !== ready.hashes[index];
    });
  }

  #release(): void {
    for (const resume of this.#room.splice(0)) resume();
  }
}
