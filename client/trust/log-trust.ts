import { type Checkpoint, originOf, parseVerifierKey, type VerifierKey } from '../../proof/checkpoint.ts';
import type { Frontier } from '../../proof/frontier.ts';
import { type Hash, hashBytes, ProofError } from '../../proof/hash.ts';
import { peakRanges } from '../../proof/ranges.ts';
import type { HeadMessage } from '../../protocol/feed.ts';
import { isAhead, RowcastError } from '../errors.ts';
import { pause, type Timing } from '../timing.ts';
import type { CheckpointStore } from './checkpoint-store.ts';
import { TamperedError, type TrustFault } from './fault.ts';
import { type KeptCheckpoint, openKept } from './kept-checkpoint.ts';
import { type FormerLife, formerLives, type NewLife } from './lives.ts';
import { openNote } from './opened-notes.ts';
import type { ProofReads, Tree } from './proof-reads.ts';

export interface LogTrustOptions {
  readonly reads: ProofReads;
  readonly store: CheckpointStore;
  readonly timing: Timing;
}

/** The last checkpoint that was verified, and of which life of the ledger it is. */
export interface Verified extends Checkpoint {
  readonly epoch: string;
}

/** The same as it is told. */
export interface VerifiedCheckpoint extends Verified {
  /**
   * How far the log had been verified at an earlier connection, which this one continues. Undefined when it was met for the
   * first time: there was nothing to compare it with, and its key was believed.
   */
  readonly kept?: number | undefined;
}

/**
 * Shows from the entries themselves that the log of one signed tree goes on to another: the frontier of the second, if so.
 * Undefined when it cannot: then the server has to prove it.
 */
type Witness = (before: Verified, present: Tree) => Promise<Frontier | undefined>;

/** How long a server may show less than it did before it is said to have forgotten: another one may be a little behind. */
export const behindMs = 5_000;
const behindPauseMs = 1_000;
/** How often the checkpoint is written while one watches, in milliseconds. */
const keepMs = 10_000;
/** Checkpoints that were verified last and are remembered: about a minute of heads. */
const recentMax = 64;

/**
 * Holds a ledger to what it has signed. At the first contact it is believed, and its key and checkpoint are kept; from
 * then on every checkpoint, in this process or a later one, must be signed by that key and begin with the one before.
 * A fault is final: whatever is asked afterwards answers with it, and the kept checkpoint stays as the evidence.
 *
 * Another epoch is another log, which nothing binds to the one before: it is believed like at a first contact, that is
 * said ({@link newLife}), and what was kept of the former life stays.
 */
export class LogTrust {
  readonly #reads: ProofReads;
  readonly #store: CheckpointStore;
  readonly #timing: Timing;
  #key: { readonly text: string; readonly key: VerifierKey } | undefined;
  #verified: (Verified & { readonly note: string }) | undefined;
  #frontier: { readonly epoch: string; readonly tree: Frontier } | undefined;
  #fault: TamperedError | undefined;
  #former: readonly FormerLife[] = [];
  #newLife: NewLife | undefined;
  #remembered: Verified | undefined;
  #asked = false;
  #keptAt = Number.NEGATIVE_INFINITY;
  #keptNote: string | undefined;
  /** Of the checkpoint in the store, as this process has read or written it last. */
  #storedNote: string | undefined;
  /** Roots of this life by size, as they were verified last. */
  readonly #recent = new Map<number, Hash>();
  #behindSince: number | undefined;
  #line: Promise<unknown> = Promise.resolve();

  constructor({ reads, store, timing }: LogTrustOptions) {
    this.#reads = reads;
    this.#store = store;
    this.#timing = timing;
  }

  /** Undefined before the first contact, and with a server that signs nothing. */
  get verified(): Verified | undefined {
    return this.#verified;
  }

  /** The tree over the first `size` entries, if it is the one that was last seen to have the root of what was verified. */
  frontier(size: number, epoch: string): Frontier | undefined {
    const known = this.#frontier;
    return known?.epoch === epoch && known.tree.size === size ? known.tree.copy() : undefined;
  }

  get fault(): TrustFault | undefined {
    return this.#fault?.fault;
  }

  /** The other lives of the ledger that were met here, in this process or an earlier one; known after the first contact. */
  get former(): readonly FormerLife[] {
    return this.#former;
  }

  /** The present life, when it was first met by this process, or after another one, and others were met before. */
  get newLife(): NewLife | undefined {
    return this.#newLife;
  }

  /** What an earlier run had verified of this log. */
  get remembered(): Verified | undefined {
    return this.#remembered;
  }

  /**
   * Asks for the present checkpoint and demands that it continues what was verified before. Undefined when the server is
   * too old to sign.
   * @throws TamperedError, or RowcastError when the server cannot be asked
   */
  contact(signal: AbortSignal): Promise<Verified | undefined> {
    return this.#inTurn(() => this.#ask(signal));
  }

  /**
   * Demands that the checkpoint of a head continues what was verified before. Undefined when it says nothing new. What the
   * server says against its own log is believed: it has nothing to gain by that.
   * @param witness shows it without asking the server, if it can
   * @throws TamperedError, or RowcastError when the server cannot be asked
   */
  meet({ epoch, seq, checkpoint: note, fault }: HeadMessage, witness?: Witness): Promise<Verified | undefined> {
    return this.#inTurn(async () => {
      if (fault !== undefined) throw this.#declare('changed', fault.seq, fault.what);
      if (note === undefined) {
        if (this.#verified?.epoch !== epoch) return undefined;
        throw this.#declare('signer', seq + 1, 'it is not signed any more');
      }
      if (this.#verified?.epoch !== epoch) await this.#learn(epoch);
      this.#demandSize(epoch, seq, note);
      const met = await this.#meet(epoch, note, witness);
      if (met instanceof Behind) return await this.#meetOld();
      this.#behindSince = undefined;
      return met;
    });
  }

  /**
   * An old head says little: a welcome is as old as the feed's socket, and a slow reader comes to heads late. When nothing
   * newer has come for a while, the server is asked where it is.
   */
  async #meetOld(): Promise<Verified | undefined> {
    this.#behindSince ??= this.#timing.now();
    if (this.#timing.now() - this.#behindSince <= behindMs) return undefined;
    this.#behindSince = undefined;
    return await this.#ask(new AbortController().signal);
  }

  /** Another server may be a little behind: it has as long to show what this one has verified, and what it has signed. */
  async #ask(signal: AbortSignal): Promise<Verified | undefined> {
    for (let tries = behindMs / behindPauseMs; ; tries -= 1) {
      try {
        const met = await this.#askOnce();
        if (!(met instanceof Behind)) return met;
        if (tries <= 0) throw this.#forgot(met);
      } catch (error) {
        if (!isAhead(error)) throw error;
        if (tries <= 0) throw this.disown(error);
      }
      await pause(this.#timing, behindPauseMs, signal);
    }
  }

  async #askOnce(): Promise<Verified | Behind | undefined> {
    const reply = await this.#present();
    if (reply === undefined) {
      // Who has signed before, and says that it cannot, hides something.
      if ((await this.#store.met()).length === 0) return undefined;
      throw this.#declare('signer', 1, 'it was signed before, and is not any more');
    }
    await this.#know(reply.verifier, reply.epoch);
    this.#asked = true;
    return await this.#meet(reply.epoch, reply.checkpoint ?? '');
  }

  /** A head and its checkpoint speak of the same log. */
  #demandSize(epoch: string, seq: number, note: string): void {
    const key = this.#key?.key;
    if (key === undefined || key.name !== originOf(epoch)) return;
    const { size } = this.#signed(() => openNote(note, key));
    if (size !== seq)
      throw this.#declare('forked', Math.min(size, seq) + 1, `it is said to end at ${seq}, and was signed at ${size}`);
  }

  /** Declares a fault that was found elsewhere. */
  declare(fault: TrustFault): TamperedError {
    this.#fault ??= new TamperedError(fault);
    return this.#fault;
  }

  /** Declares that the server cannot prove what it has signed, as its log is shorter, and for longer than another one is behind. */
  disown({ message }: RowcastError): TamperedError {
    const what = `it has signed more entries than it says that there are: ${message}`;
    return this.declare({ kind: 'forgot', first: 1, last: this.#verified?.size, what });
  }

  async #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const turn = this.#line.then(async () => {
      if (this.#fault !== undefined) throw this.#fault;
      return await work();
    });
    // Whoever waits for the turn itself hears of its failure; the next in line starts anew.
    this.#line = turn.catch(() => undefined);
    return await turn;
  }

  async #present() {
    try {
      return await this.#reads.checkpoint();
    } catch (error) {
      if (error instanceof RowcastError && error.code === 'unknown_type') return undefined;
      throw error;
    }
  }

  /** A head of a life of the ledger that is not known yet: its key is asked for. */
  async #learn(epoch: string): Promise<void> {
    const reply = await this.#present();
    if (reply !== undefined && reply.epoch === epoch) await this.#know(reply.verifier, epoch);
  }

  /** Takes the key that a log is signed with: the first one is believed, another one never. */
  async #know(text: string, epoch: string): Promise<void> {
    const key = this.#signed(() => parseVerifierKey(text));
    if (key.name !== originOf(epoch)) {
      throw this.#declare('signer', 1, `its key is that of another log, ${key.name}`);
    }
    const known = this.#key?.key.name === key.name ? this.#key.text : undefined;
    const kept = known === undefined ? await this.#store.read(key.name) : undefined;
    if ((known ?? kept?.verifier ?? text) !== text) {
      throw this.#declare('signer', 1, 'it is signed with another key than before');
    }
    if (known === undefined) await this.#beginLife({ text, key }, epoch, kept);
  }

  /** Goes on from what an earlier run has verified of this life; what was verified of another one is kept. */
  async #beginLife(key: { readonly text: string; readonly key: VerifierKey }, epoch: string, kept?: KeptCheckpoint) {
    const wasInAnother = this.#key !== undefined;
    await this.#keepLast();
    this.#former = formerLives(await this.#store.met(), key.key.name);
    this.#newLife =
      (kept === undefined || wasInAnother) && this.#former.length > 0 ? { epoch, former: this.#former } : undefined;
    this.#verified = kept && { ...openKept(kept), epoch, note: kept.note };
    this.#remembered = this.#verified;
    this.#storedNote = kept?.note;
    this.#keptNote = undefined;
    this.#keptAt = Number.NEGATIVE_INFINITY;
    this.#behindSince = undefined;
    this.#asked = false;
    this.#recent.clear();
    this.#key = key;
  }

  async #meet(epoch: string, note: string, witness?: Witness): Promise<Verified | Behind | undefined> {
    const key = this.#key?.key;
    if (key === undefined || key.name !== originOf(epoch)) return undefined;
    const before = this.#verified?.epoch === epoch ? this.#verified : undefined;
    const isNew = note !== before?.note;
    const present = isNew ? this.#signed(() => openNote(note, key)) : before;
    let grown: Frontier | undefined;
    if (before !== undefined && isNew) {
      if (present.size < before.size) return new Behind(before.size, present.size);
      grown = await witness?.(before, present);
      if (grown === undefined) await this.#demand(before, present, epoch);
    }
    this.#verified = { ...present, epoch, note };
    this.#remember(present);
    if (grown !== undefined) this.#frontier = { epoch, tree: grown };
    await this.#keep(grown);
    return this.#verified;
  }

  async #demand(before: Verified, present: Checkpoint, epoch: string): Promise<void> {
    try {
      await this.#reads.consistency({ from: before, to: present, epoch });
    } catch (error) {
      if (!(error instanceof ProofError)) throw error;
      if (before.size === present.size) {
        throw this.#declare('forked', 1, `two different logs of ${present.size} entries were signed`, present.size);
      }
      throw await this.#rewritten(before, epoch);
    }
  }

  /** Where a log that was rewritten begins to differ, as far as what was kept tells. */
  async #rewritten({ size }: Verified, epoch: string): Promise<TamperedError> {
    const peaks = await this.#keptPeaks(size);
    const now = await this.#reads.frontier(size, epoch).catch(() => undefined);
    const at = peaks?.findIndex((peak, index) => peak !== now?.peaks[index]) ?? -1;
    const range = peakRanges(size)[at] ?? { from: 0, to: size };
    const [first, last] = [range.from + 1, range.to];
    const where = first === last ? `entry ${first}` : `an entry between ${first} and ${last}`;
    return this.#declare('rewritten', first, `${where} is another than when this log was verified before`, last);
  }

  async #keptPeaks(size: number): Promise<Hash[] | undefined> {
    const key = this.#key?.key;
    const kept = key && (await this.#store.read(key.name));
    if (kept === undefined) return undefined;
    const isThis = openKept(kept).size === size;
    return isThis ? (kept.peaks.match(new RegExp(`.{${hashBytes * 2}}`, 'g')) ?? []) : undefined;
  }

  #forgot({ before, size }: Behind): TamperedError {
    return this.#declare('forgot', size + 1, `it has ${size} entries, and had ${before} when it was verified before`);
  }

  /** Writes the checkpoint with the roots of its subtrees; now and then only, as one watches for hours. */
  async #keep(known: Frontier | undefined): Promise<void> {
    const [verified, key] = [this.#verified, this.#key];
    // The welcome is as old as the feed's socket; what is kept first is where the log is now, as entries go on from there.
    if (!this.#asked || verified === undefined || key === undefined) return;
    if (this.#timing.now() - this.#keptAt < keepMs) return;
    if (!(await this.#goesOnFromStored(verified, key.key))) {
      // Somebody else keeps it; of many who watch one log, not each is to look again with every head.
      this.#keptAt = this.#timing.now();
      return;
    }
    const frontier = known ?? (await this.#askFrontier(verified));
    if (frontier === undefined) return;
    if (frontier.root !== verified.root) {
      throw this.#declare('forked', 1, `its entries are not those of the checkpoint that it has signed`, verified.size);
    }
    this.#frontier = { epoch: verified.epoch, tree: frontier };
    await this.#write(key.text, verified.note, frontier.text);
    this.#keptAt = this.#timing.now();
    this.#keptNote = verified.note;
  }

  async #write(verifier: string, note: string, peaks: string): Promise<void> {
    await this.#store.write({ verifier, note, peaks, at: new Date(this.#timing.now()).toISOString() });
    this.#storedNote = note;
  }

  #remember({ size, root }: Checkpoint): void {
    this.#recent.delete(size);
    this.#recent.set(size, root);
    const [oldest] = this.#recent.keys();
    if (this.#recent.size > recentMax && oldest !== undefined) this.#recent.delete(oldest);
  }

  async #askFrontier({ size, epoch }: Verified): Promise<Frontier | undefined> {
    try {
      return await this.#reads.frontier(size, epoch);
    } catch (error) {
      // The server itself says that its tree is damaged: what was kept stays, and who reads the entries finds which.
      if (error instanceof RowcastError && error.code === 'tampered') return undefined;
      throw error;
    }
  }

  /**
   * What another process has kept meanwhile is held against what is to be kept now: two who are shown two logs find out.
   * False when theirs is longer: it stays, or what lies between could be cut off unnoticed.
   */
  async #goesOnFromStored(verified: Verified, key: VerifierKey): Promise<boolean> {
    const stored = await this.#store.read(key.name);
    if (stored === undefined || stored.note === this.#storedNote) return true;
    const theirs = this.#signed(() => openNote(stored.note, key));
    if (theirs.size > verified.size) return false;
    // They were shown what was verified here on the way: the proof would be the same.
    if (this.#recent.get(theirs.size) === theirs.root) return true;
    await this.#demand({ ...theirs, epoch: verified.epoch }, verified, verified.epoch);
    return true;
  }

  /**
   * Keeps what was verified since the checkpoint was last written. Nothing is asked for that any more, so it comes without the
   * roots of its subtrees: a log that is rewritten later is found, and where it was is not told as closely.
   */
  async close(): Promise<void> {
    await this.#line.catch(() => undefined);
    if (this.#fault === undefined) await this.#keepLast();
  }

  async #keepLast(): Promise<void> {
    const [verified, key] = [this.#verified, this.#key];
    if (verified === undefined || key === undefined) return;
    if (this.#keptNote === undefined || this.#keptNote === verified.note) return;
    // Another process has kept one since, and knows how that one is proven.
    if ((await this.#store.read(key.key.name))?.note !== this.#storedNote) return;
    await this.#write(key.text, verified.note, '');
  }

  #signed<Result>(read: () => Result): Result {
    try {
      return read();
    } catch (error) {
      if (error instanceof ProofError) throw this.#declare('signer', 1, error.message);
      throw error;
    }
  }

  #declare(kind: TrustFault['kind'], first: number, what: string, last?: number): TamperedError {
    return this.declare({ kind, first, last, what });
  }
}

/** A checkpoint over fewer entries than were verified before. */
class Behind {
  readonly before: number;
  readonly size: number;

  constructor(before: number, size: number) {
    this.before = before;
    this.size = size;
  }
}
