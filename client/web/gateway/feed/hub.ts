import {
  type Cursor,
  type GroupEvent,
  type Ledger,
  RowcastError,
  type RowcastErrorCode,
  type Watch,
} from '../../../index.ts';
import type { Position } from './frames.ts';
import { Ring } from './ring.ts';
import { Turnstile } from './turnstile.ts';

/** Milliseconds between two tellings of the position when nothing else happens. */
const positionMs = 2_000;
/**
 * Milliseconds for which changes are gathered, for each reader and at most: a write to each of them costs more than what
 * is in it, and all of them at once must not take longer than the next ones are away.
 */
const gatherMsPerReader = 0.1;
const gatherMsMax = 50;
/** Until a watch that failed is begun anew. */
const retryMs = 1_000;
/** Changes before the present with which the ring begins: readers of a gateway that was started again are not far back. */
const changesBehind = 5_000;
/** Readers that read the log by themselves at the same time. */
const catchUpsMax = 16;

/** What readers are told: that there are new changes, or that it is time to say where the gateway stands. */
export type Told = 'changes' | 'position';

/**
 * One watch of the whole ledger for any number of readers. It keeps the newest changes in a ring, in which each reader
 * has its own place, so a slow one holds nobody up and costs no memory.
 *
 * A watch that fails is begun anew where the ring ends. When that place is none any more (another life of the ledger, or
 * one that has lost changes), the ring begins anew too, and readers find out by themselves that they have to. After a
 * log that was tampered with nothing is read any more: that stays so until somebody has looked.
 */
export class Hub {
  readonly ring = new Ring();
  readonly catchUps = new Turnstile(catchUpsMax);
  readonly #ledger: Ledger;
  readonly #open: boolean;
  readonly #abort = new AbortController();
  readonly #listeners = new Set<(told: Told) => void>();
  /** Lives of the ledger that are over. */
  readonly #formerEpochs = new Set<string>();
  readonly #beat: NodeJS.Timeout;
  #watch: Watch | undefined;
  #cursor: Cursor | undefined;
  /** Where the log ended when the ring began. */
  #began: Cursor | undefined;
  #state: Position['state'] = 'connecting';
  #since = new Date().toISOString();
  #head = 0;
  #verified = 0;
  #failure: RowcastError | undefined;
  #flush: NodeJS.Timeout | undefined;

  constructor(ledger: Ledger, { open }: { readonly open: boolean }) {
    this.#ledger = ledger;
    this.#open = open;
    this.#beat = setInterval(() => this.#tell('position'), positionMs);
    void this.#run();
  }

  get ledger(): Ledger {
    return this.#ledger;
  }

  get open(): boolean {
    return this.#open;
  }

  get position(): Position {
    this.#look();
    const head = Math.max(this.#head, this.#cursor?.seq ?? 0);
    const problem = this.#failure && { code: this.#failure.code, message: this.#failure.message };
    const overdue = this.#watch?.unproven;
    const unproven = overdue && { since: overdue.since };
    const { cursor, verified } = { cursor: this.#cursor, verified: this.#verified };
    const [former] = this.#ledger.formerLives;
    return { state: this.#state, since: this.#since, cursor, head, verified, unproven, former, problem };
  }

  /** Behind which a reader hears what is made from now on, also before the ring is there; undefined until it has begun. */
  get present(): Cursor | undefined {
    const { end } = this.ring;
    return end !== undefined && this.ring.isBefore(this.#began ?? end) ? this.#began : end;
  }

  /** Whether it was closed: nothing will come any more. */
  get isClosed(): boolean {
    return this.#abort.signal.aborted;
  }

  /** Whether the log was tampered with: it is not read any more, by any reader either. */
  get isHalted(): boolean {
    return this.#failure?.code === 'tampered';
  }

  /** Calls back when there are new changes, when the state changed and every two seconds; the answer ends that. */
  subscribe(listener: (told: Told) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Whether the ledger is known to have begun another life since. */
  isFormer({ epoch }: Cursor): boolean {
    return this.#formerEpochs.has(epoch);
  }

  close(): void {
    this.#abort.abort();
    clearInterval(this.#beat);
    this.#tell('position');
  }

  async #run(): Promise<void> {
    while (!this.isClosed) {
      try {
        await this.#follow();
      } catch (error) {
        this.#fail(error instanceof RowcastError ? error : new RowcastError('internal', String(error)));
      }
      if (this.isHalted) return;
      if (!this.isClosed) await new Promise((resolve) => setTimeout(resolve, retryMs));
    }
  }

  async #follow(): Promise<void> {
    const { signal } = this.#abort;
    if (this.ring.end === undefined) this.ring.begin(await this.#start(signal));
    await using watch = this.#ledger.watch({ open: this.#open, from: this.ring.end, signal });
    this.#watch = watch;
    for await (const event of watch) {
      this.#look();
      if (event.type === 'group') this.#take(event);
      if (event.type !== 'state') continue;
      this.#head = Math.max(this.#head, event.head ?? 0);
      // Not before: a watch that is begun again has not yet found what the last one failed of.
      if (event.state === 'live') this.#failure = undefined;
      this.#enter(event.state, event.since);
    }
  }

  /** Where the watch stands: what it has verified moves on by itself, and so does its cursor, behind what it passed over. */
  #look(): void {
    if (this.#watch === undefined) return;
    this.#cursor = this.#watch.cursor ?? this.ring.end;
    this.#verified = Math.max(this.#verified, this.#watch.verified);
  }

  async #start(signal: AbortSignal): Promise<Cursor> {
    const { seq, epoch } = await this.#ledger.tables({ counts: false, signal });
    this.#began = { seq, epoch };
    return { seq: Math.max(0, seq - changesBehind), epoch };
  }

  #fail(error: RowcastError): void {
    if (this.isClosed) return;
    this.#look();
    this.#watch = undefined;
    if (!passing.has(error.code)) this.#failure = error;
    if (lostPlace.has(error.code)) {
      if (error.code === 'wrong_epoch' && this.ring.end !== undefined) this.#formerEpochs.add(this.ring.end.epoch);
      this.ring.begin(undefined);
      this.#cursor = undefined;
      this.#head = 0;
      this.#verified = 0;
    }
    this.#enter('disconnected', new Date().toISOString());
  }

  #take(event: GroupEvent): void {
    this.ring.push(event);
    this.#flush ??= setTimeout(
      () => {
        this.#flush = undefined;
        this.#tell('changes');
      },
      Math.min(this.#listeners.size * gatherMsPerReader, gatherMsMax),
    );
  }

  #enter(state: Position['state'], since: string): void {
    this.#state = state;
    this.#since = since;
    this.#tell('position');
  }

  #tell(told: Told): void {
    for (const listener of [...this.#listeners]) listener(told);
  }
}

/** Our place in the log means nothing to the server any more. */
const lostPlace: ReadonlySet<RowcastErrorCode> = new Set(['too_old', 'wrong_epoch', 'ahead_of_server']);

/** What waiting helps against, and says so by the state alone. */
const passing: ReadonlySet<RowcastErrorCode> = new Set(['timeout', 'busy', 'unavailable', 'closed', ...lostPlace]);
