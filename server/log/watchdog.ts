import type { Logger } from 'pino';
import type { Checkpoint } from '../../proof/checkpoint.ts';
import { ProofError } from '../../proof/hash.ts';
import type { Database } from '../database/database.ts';
import { snapshot } from '../database/snapshot.ts';
import type { Checkpoints } from './checkpoints.ts';
import { readHead } from './head.ts';
import type { KeptCheckpoint } from './kept-checkpoint.ts';
import { checkAgainst, checkEnd, checkTiles, checkTree } from './self-check.ts';
import type { Fault } from './tampered.ts';
import { tileLeaves } from './tree.ts';

export interface WatchdogOptions {
  readonly database: Database;
  readonly checkpoints: Checkpoints;
  readonly kept: KeptCheckpoint;
  /** Whether a new life of the ledger was begun at this start: then what was signed in the former one is no measure. */
  readonly isNewLife: boolean;
  /** Entries that are hashed again at the start, the newest ones; the rest follows in the background. */
  readonly startChangesMax: number;
  /** How fast the whole log is gone through in the background, round after round; 0 for not at all. */
  readonly changesPerSecond: number;
  /** Called once, with the first fault. */
  readonly onFault: (fault: Fault) => void;
  readonly log: Logger;
}

const turnMs = 1_000;
/** Turns between two looks at the head and two writings of the checkpoint. */
const headTurns = 5;

/**
 * Looks after the log: at the start the newest entries, and the checkpoint that this server had signed before it was
 * stopped; then, for as long as it runs, everything, over and over, and whether the log still begins with what
 * was published. It reads the entries' bytes again every time, as comparing kept hashes with kept hashes proves nothing
 * (SEMANTICS S24).
 */
export class Watchdog {
  readonly #options: WatchdogOptions;
  #timer: NodeJS.Timeout | undefined;
  #working: Promise<void> | undefined;
  #turns = 0;
  #tile = 0;
  #stopped = false;

  constructor(options: WatchdogOptions) {
    this.#options = options;
  }

  /** The first fault that can be found before the server starts. Without one, a new life has its checkpoint from here on. */
  async checkAtStart(): Promise<Fault | undefined> {
    const { checkpoints, kept, isNewLife } = this.#options;
    const signed = await kept.read(checkpoints.verifierKey);
    if (signed !== undefined && 'otherLife' in signed) {
      if (!isNewLife) return { seq: 1, what: signed.otherLife };
      const fault = await this.#lookAtStart(undefined);
      if (fault === undefined) await kept.keep(checkpoints.note);
      return fault;
    }
    return await this.#lookAtStart(signed);
  }

  async #lookAtStart(signed: Checkpoint | undefined): Promise<Fault | undefined> {
    const { database, startChangesMax } = this.#options;
    return await snapshot(database, async (transaction) => {
      const { seq: head } = await readHead(transaction);
      const tiles = Math.floor(head / tileLeaves);
      const from = Math.max(0, Math.floor((head - startChangesMax) / tileLeaves));
      return (
        (startChangesMax > 0 ? await checkTiles(transaction, { from: Math.min(from, tiles), to: tiles }) : undefined) ??
        (await checkTree(transaction)) ??
        (signed === undefined ? undefined : await checkAgainst(transaction, { ...signed, head }))
      );
    });
  }

  run(): void {
    this.#timer = setInterval(() => {
      this.#working ??= this.#turn().finally(() => {
        this.#working = undefined;
      });
    }, turnMs);
  }

  /** Keeps the last checkpoint for the next start. */
  async stop(): Promise<void> {
    const found = this.#stopped;
    this.#stop();
    await this.#working;
    // What was signed before a fault stays, so that the next start finds the same.
    if (!found) await this.#options.kept.keep(this.#options.checkpoints.note);
  }

  #stop(): void {
    this.#stopped = true;
    clearInterval(this.#timer);
  }

  async #turn(): Promise<void> {
    try {
      this.#turns += 1;
      const fault = (await this.#nextTiles()) ?? (this.#turns % headTurns === 0 ? await this.#lookAtEnd() : undefined);
      if (fault !== undefined) this.#report(fault);
    } catch (error) {
      if (error instanceof ProofError) this.#report({ seq: 1, what: error.message });
      else this.#options.log.warn({ err: error }, 'the log could not be checked; it is tried again');
    }
  }

  #report(fault: Fault): void {
    if (this.#stopped) return;
    this.#stop();
    this.#options.onFault(fault);
  }

  async #nextTiles(): Promise<Fault | undefined> {
    const { database, changesPerSecond } = this.#options;
    if (changesPerSecond === 0) return undefined;
    const { seq } = await readHead(database);
    const tiles = Math.floor(seq / tileLeaves);
    if (this.#tile >= tiles) this.#tile = 0;
    const from = this.#tile;
    this.#tile = Math.min(tiles, from + Math.max(1, Math.floor(changesPerSecond / tileLeaves)));
    return this.#tile > from ? await checkTiles(database, { from, to: this.#tile }) : undefined;
  }

  async #lookAtEnd(): Promise<Fault | undefined> {
    const { database, checkpoints, kept } = this.#options;
    const { size, root, note } = checkpoints;
    const fault = await snapshot(database, async (transaction) => {
      const { seq: head } = await readHead(transaction);
      const damaged = (await checkEnd(transaction)) ?? (await checkTree(transaction));
      return damaged ?? (await checkAgainst(transaction, { size, root, head }));
    });
    if (fault === undefined) await kept.keep(note);
    return fault;
  }
}
