import type { Cursor, GroupEvent, Ledger, Watch } from '../../../index.ts';
import { RowcastError } from '../../../index.ts';
import type { Position } from './frames.ts';
import { Ring } from './ring.ts';

/** Milliseconds between two tellings of the position when nothing else happens. */
const positionMs = 2_000;
/** Milliseconds for which changes are gathered when many read: a write to each of them costs more than what is in it. */
const gatherMs = 20;
/** From so many readers on. */
const manyReaders = 16;
/** Until a watch that failed is begun anew. */
const retryMs = 1_000;

/**
 * One watch of the whole ledger for any number of readers. It keeps the newest changes in a ring, in which each reader
 * has its own place, so a slow one holds nobody up and costs no memory.
 */
export class Hub {
  readonly ring = new Ring();
  readonly #ledger: Ledger;
  readonly #open: boolean;
  readonly #abort = new AbortController();
  readonly #listeners = new Set<() => void>();
  readonly #beat: NodeJS.Timeout;
  #watch: Watch | undefined;
  #state: Position['state'] = 'connecting';
  #since = new Date().toISOString();
  #head = 0;
  #verified = 0;
  #failure: RowcastError | undefined;
  #flush: NodeJS.Timeout | undefined;

  constructor(ledger: Ledger, { open }: { readonly open: boolean }) {
    this.#ledger = ledger;
    this.#open = open;
    this.#beat = setInterval(() => this.#tell(), positionMs);
    void this.#run();
  }

  get ledger(): Ledger {
    return this.#ledger;
  }

  get open(): boolean {
    return this.#open;
  }

  get position(): Position {
    const cursor = this.#watch?.cursor ?? this.ring.end;
    const head = Math.max(this.#head, cursor?.seq ?? 0);
    this.#verified = Math.max(this.#verified, this.#watch?.verified ?? 0);
    return { state: this.#state, since: this.#since, cursor, head, verified: this.#verified };
  }

  /** Why there is no watch now, when there is none; it is tried again. */
  get failure(): RowcastError | undefined {
    return this.#failure;
  }

  get isClosed(): boolean {
    return this.#abort.signal.aborted;
  }

  get readers(): number {
    return this.#listeners.size;
  }

  /** Calls back when there are new changes, when the state changed and every two seconds; the answer ends that. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): void {
    this.#abort.abort();
    clearInterval(this.#beat);
    clearTimeout(this.#flush);
    this.#tell();
  }

  async #run(): Promise<void> {
    while (!this.isClosed) {
      try {
        await this.#follow();
      } catch (error) {
        this.#failure =
          error instanceof RowcastError ? error : new RowcastError('internal', String(error), { cause: error });
        this.#enter('disconnected', new Date().toISOString());
      }
      if (!this.isClosed) await new Promise((resolve) => setTimeout(resolve, retryMs));
    }
  }

  async #follow(): Promise<void> {
    const watch = this.#ledger.watch({ open: this.#open, from: this.ring.end, signal: this.#abort.signal });
    this.#watch = watch;
    for await (const event of watch) {
      this.#failure = undefined;
      if (event.type === 'group') this.#take(event);
      if (event.type !== 'state') continue;
      this.#head = Math.max(this.#head, event.head ?? 0);
      this.#begin(watch.cursor);
      this.#enter(event.state, event.since);
    }
  }

  /** A ring with nothing in it begins where the watch stands. */
  #begin(cursor: Cursor | undefined): void {
    if (cursor !== undefined && cursor.epoch !== this.ring.end?.epoch) this.ring.begin(cursor);
  }

  #take(event: GroupEvent): void {
    this.#begin(event.cursor);
    this.ring.push(event);
    if (this.#flush !== undefined) return;
    this.#flush = setTimeout(() => this.#tell(), this.#listeners.size < manyReaders ? 0 : gatherMs);
  }

  #enter(state: Position['state'], since: string): void {
    this.#state = state;
    this.#since = since;
    this.#tell();
  }

  #tell(): void {
    clearTimeout(this.#flush);
    this.#flush = undefined;
    for (const listener of [...this.#listeners]) listener();
  }
}
