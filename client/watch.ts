import type { Cursor } from '../protocol/cursor.ts';
import type { Filter } from '../protocol/filter.ts';
import { onAbort } from './abort.ts';
import { RowcastError } from './errors.ts';
import { EventQueue, type EventQueueLimits } from './event-queue.ts';
import type { EntryGroup, StateEvent, WatchEvent, WatchState } from './events.ts';
import { Join, type JoinOptions } from './join.ts';
import type { Snapshot } from './ledger-reads.ts';
import { groupCursor, Projection } from './projection.ts';
import type { Unproven } from './trust/proof-debt.ts';

/** What to watch. */
export interface WatchOptions {
  /** One table; the whole ledger when left out. */
  readonly table?: string | undefined;
  /** Only rows that match; of one table only. */
  readonly filter?: Filter | undefined;
  /** Resume behind this cursor (`seq@epoch`), without a snapshot. */
  readonly from?: Cursor | string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Values in place of the commitments of sealed cells, verified: for administrators. Erased ones stay commitments. */
  readonly open?: boolean | undefined;
}

/** For the ledger: what a watch is made of. */
export interface WatchParts {
  readonly join: Omit<JoinOptions, 'sink' | 'table' | 'filter' | 'from'>;
  readonly table: string | undefined;
  readonly filter: Filter | undefined;
  readonly from: Cursor | undefined;
  readonly signal: AbortSignal | undefined;
  readonly queueLimits?: EventQueueLimits | undefined;
  readonly closed: (watch: Watch) => void;
}

/** Rough bytes of a row in memory, for the limit of the queue. */
const rowBytes = 256;

/**
 * The changes of a table, or of the whole ledger, from a snapshot or a cursor on: each once, in order, a command's
 * changes together, whatever happens to the connection. Iterate over it at your own pace; leaving the loop closes it.
 *
 * It throws what it cannot go on after: `table_not_found`, `bad_request` (the filter does not fit the table), and, when it
 * was begun with `from`, `wrong_epoch`, `ahead_of_server` and `too_old`.
 *
 * @example
 * for await (const event of ledger.watch({ table: 'rate' })) {
 *   if (event.type === 'reset') show(event.rows);
 *   if (event.type === 'group') apply(event.changes);
 * }
 */
export class Watch implements AsyncIterableIterator<WatchEvent, undefined>, AsyncDisposable {
  readonly #queue: EventQueue;
  readonly #projection: Projection;
  readonly #join: Join;
  readonly #running: Promise<void>;
  #state: WatchState = 'connecting';

  constructor({ join, table, filter, from, signal, queueLimits, closed }: WatchParts) {
    this.#queue = new EventQueue(queueLimits);
    this.#projection = new Projection(filter);
    const queue = this.#queue;
    this.#join = new Join({
      ...join,
      table,
      filter,
      from,
      sink: {
        get isFull() {
          return queue.isFull;
        },
        room: () => queue.room(),
        reset: (snapshot) => this.#reset(snapshot),
        begin: (definition) => this.#projection.begin(definition),
        groups: (groups, epoch, bytes) => this.#groups(groups, epoch, bytes),
        position: (cursor) => queue.move(cursor),
        state: (event) => this.#show(event),
        trust: (event) => queue.push(event, undefined, 0),
      },
    });
    const run = this.#run();
    const forget = onAbort(signal, () => this.#stop());
    this.#running = run.finally(() => {
      forget();
      closed(this);
    });
  }

  /** Where it stands now; the events tell when each state was reached among the changes. */
  get state(): WatchState {
    return this.#state;
  }

  /** Resumes behind everything that was taken from this watch; undefined before it has begun. */
  get cursor(): Cursor | undefined {
    return this.#queue.cursor;
  }

  /** Everything that was delivered with a seq up to here was verified; 0 before the first proof. */
  get verified(): number {
    return this.#join.verified;
  }

  /** What the server has not proven for 30 s; undefined as long as all is well. */
  get unproven(): Unproven | undefined {
    return this.#join.unproven;
  }

  next(): Promise<IteratorResult<WatchEvent, undefined>> {
    return this.#queue.next();
  }

  async return(): Promise<IteratorResult<WatchEvent, undefined>> {
    await this.close();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Ends the iteration; what was not taken is dropped. Resolves when its socket is closed. */
  async close(): Promise<void> {
    this.#stop();
    await this.#running;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #stop(): void {
    this.#queue.end();
    this.#join.stop();
  }

  async #run(): Promise<void> {
    try {
      await this.#join.run();
      this.#queue.end();
    } catch (error) {
      this.#queue.fail(
        error instanceof RowcastError ? error : new RowcastError('protocol', 'the watch failed', { cause: error }),
      );
    }
  }

  #show(event: StateEvent): void {
    this.#state = event.state;
    this.#queue.push(event, undefined, 0);
  }

  #reset({ definition, rows, cursor }: Snapshot): void {
    this.#projection.begin(definition);
    this.#queue.push({ type: 'reset', definition, rows, cursor }, cursor, rows.length * rowBytes);
  }

  #groups(groups: readonly EntryGroup[], epoch: string, bytes: number): void {
    for (const group of groups) {
      const event = this.#projection.groupEvent(group, epoch);
      if (event === undefined) this.#queue.move(groupCursor(group, epoch));
      else this.#queue.push(event, event.cursor, bytes / groups.length);
      if (this.#projection.problem !== undefined) throw this.#projection.problem;
    }
  }
}
