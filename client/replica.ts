import type { Cursor } from '../protocol/cursor.ts';
import type { RowEntry, TableEntry } from '../protocol/entry.ts';
import type { CurrentRow } from '../protocol/errors.ts';
import type { Filter } from '../protocol/filter.ts';
import { orderedCells, reshapeRow, reshapesRows } from '../protocol/reshape.ts';
import type { TableDefinition } from '../protocol/table.ts';
import { RowcastError } from './errors.ts';
import type { EntryGroup, GroupEvent, StateEvent, WatchChange, WatchEvent, WatchState } from './events.ts';
import { Join, type JoinOptions, StartOver } from './join.ts';
import type { Snapshot } from './ledger-reads.ts';
import { groupCursor, Projection } from './projection.ts';
import type { Timing } from './timing.ts';
import type { Unproven } from './trust/proof-debt.ts';

export interface ReplicaOptions {
  /** Only rows that match. */
  readonly filter?: Filter | undefined;
  /** Values in place of the commitments of sealed cells, verified: for administrators. Erased ones stay commitments. */
  readonly open?: boolean | undefined;
}

/** What a replica tells after it has applied it. `failed` is the last: it follows the table no more. */
export type ReplicaEvent = WatchEvent | { readonly type: 'failed'; readonly error: RowcastError };

export interface ReachedOptions {
  /** Milliseconds until `timeout` is thrown; 10,000 unless given. */
  readonly timeoutMs?: number | undefined;
}

/** For the ledger: what a replica is made of. */
export interface ReplicaParts {
  readonly join: Omit<JoinOptions, 'sink' | 'table' | 'filter' | 'from'>;
  readonly table: string;
  readonly filter: Filter | undefined;
  readonly closed: (replica: Replica) => void;
}

interface Waiter {
  readonly target: number | Cursor;
  readonly settle: (error?: RowcastError) => void;
}

/**
 * A table, or what of it matches a filter, held in memory and kept up to date.
 *
 * @example
 * const replica = ledger.replica('rate');
 * await replica.ready();
 * const { seq } = await ledger.update('rate', 'EUR', { value: '1.10' });
 * await replica.reached(seq);        // now it holds what was just written
 * replica.rows.get('EUR')?.row.value // '1.10'
 */
export class Replica implements AsyncDisposable {
  readonly #timing: Timing;
  readonly #projection: Projection;
  readonly #filtered: boolean;
  readonly #join: Join;
  readonly #listeners = new Set<(event: ReplicaEvent) => void>();
  readonly #waiters = new Set<Waiter>();
  readonly #running: Promise<void>;
  #rows = new Map<string, CurrentRow>();
  #definition: TableDefinition | undefined;
  #cursor: Cursor | undefined;
  #state: WatchState = 'connecting';
  #failure: RowcastError | undefined;

  constructor({ join, table, filter, closed }: ReplicaParts) {
    this.#timing = join.timing;
    this.#projection = new Projection(filter);
    this.#filtered = filter !== undefined;
    this.#join = new Join({
      ...join,
      table,
      filter,
      from: undefined,
      sink: {
        // It applies at once what it is given, so it is never full.
        isFull: false,
        room: () => Promise.resolve(),
        begin: () => undefined,
        reset: (snapshot) => this.#reset(snapshot),
        groups: (groups, epoch) => this.#groups(groups, epoch),
        position: (cursor) => this.#moveTo(cursor),
        state: (event) => this.#show(event),
        trust: (event) => this.#tell(event),
      },
    });
    this.#running = this.#run().finally(() => closed(this));
  }

  /** The rows by key, live; between two events it does not change. */
  get rows(): ReadonlyMap<string, CurrentRow> {
    return this.#rows;
  }

  /** The table as it is; undefined before the first snapshot and while there is no such table. */
  get definition(): TableDefinition | undefined {
    return this.#definition;
  }

  /** What the rows are as of; undefined before the first snapshot. */
  get cursor(): Cursor | undefined {
    return this.#cursor;
  }

  get state(): WatchState {
    return this.#state;
  }

  /** Every change that was applied with a seq up to here was verified; 0 before the first proof. */
  get verified(): number {
    return this.#join.verified;
  }

  /** What the server has not proven for 30 s; undefined as long as all is well. */
  get unproven(): Unproven | undefined {
    return this.#join.unproven;
  }

  /** Why it follows the table no more, when it does not. */
  get failure(): RowcastError | undefined {
    return this.#failure;
  }

  /** Resolves when it first holds the table. @throws RowcastError `timeout`, or why it cannot */
  ready(options: ReachedOptions = {}): Promise<void> {
    return this.reached(0, options);
  }

  /**
   * Resolves when the rows show everything up to this seq; so a command's own `seq` reads what it wrote. With a cursor,
   * a replica that has gone over into another epoch throws `wrong_epoch`.
   * @throws RowcastError `timeout`, `wrong_epoch`, `closed`, or why it follows the table no more
   */
  async reached(target: number | Cursor, { timeoutMs = 10_000 }: ReachedOptions = {}): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    await new Promise<void>((resolve, reject) => {
      const waiter: Waiter = {
        target,
        settle: (error) => {
          this.#waiters.delete(waiter);
          cancel();
          if (error === undefined) resolve();
          else reject(error);
        },
      };
      const cancel = this.#timing.after(timeoutMs, () => {
        const at = this.#cursor === undefined ? 'has nothing yet' : `is at ${this.#cursor.seq}`;
        waiter.settle(new RowcastError('timeout', `not reached within ${timeoutMs} ms; the replica ${at}`));
      });
      this.#waiters.add(waiter);
      this.#check(waiter);
    });
  }

  /** Tells of every event after it was applied; the answer ends that. */
  subscribe(listener: (event: ReplicaEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  async close(): Promise<void> {
    this.#join.stop();
    await this.#running;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #run(): Promise<void> {
    try {
      await this.#join.run();
      this.#failure = new RowcastError('closed', 'the replica was closed');
    } catch (error) {
      this.#failure =
        error instanceof RowcastError ? error : new RowcastError('protocol', 'the replica failed', { cause: error });
      this.#tell({ type: 'failed', error: this.#failure });
    }
    for (const { settle } of [...this.#waiters]) settle(this.#failure);
  }

  #show(event: StateEvent): void {
    this.#state = event.state;
    this.#tell(event);
  }

  #reset({ definition, rows, cursor }: Snapshot): void {
    this.#projection.begin(definition);
    this.#definition = definition;
    this.#rows = new Map(rows.map((row) => [row.key, row]));
    this.#cursor = cursor;
    this.#tell({ type: 'reset', definition, rows, cursor });
    this.#moveTo(cursor);
  }

  #groups(groups: readonly EntryGroup[], epoch: string): void {
    for (const group of groups) {
      const event = this.#projection.groupEvent(group, epoch);
      if (event !== undefined) this.#apply(event);
    }
    const last = groups.at(-1);
    if (last !== undefined) this.#moveTo(groupCursor(last, epoch));
  }

  #apply(event: GroupEvent): void {
    for (const change of event.changes) this.#applyChange(change);
    this.#cursor = event.cursor;
    this.#tell(event);
    if (this.#projection.problem !== undefined) throw this.#projection.problem;
    // Rows that the filter had kept out may match the table that was altered; nobody but the server knows them.
    if (this.#filtered && event.changes.some(reshapes)) throw new StartOver('the filter has to be asked anew');
  }

  #applyChange(change: WatchChange): void {
    if (change.kind === 'table') this.#applyTable(change.entry);
    else if (change.kind === 'erase') return;
    else if (change.kind === 'leave') this.#rows.delete(change.entry.key);
    else this.#rows.set(change.entry.key, toCurrentRow(change.entry));
  }

  #applyTable({ op, definition, was, steps }: TableEntry): void {
    this.#definition = definition;
    if (op !== 'alter') this.#rows.clear();
    if (steps === undefined || was === undefined || definition === undefined || !reshapesRows(steps)) return;
    for (const [key, current] of this.#rows) {
      const row = orderedCells(definition.columns, reshapeRow(was, steps, current.row));
      this.#rows.set(key, { ...current, row });
    }
  }

  #moveTo(cursor: Cursor): void {
    this.#cursor = cursor;
    for (const waiter of [...this.#waiters]) this.#check(waiter);
  }

  #check({ target, settle }: Waiter): void {
    const cursor = this.#cursor;
    if (cursor === undefined) return;
    const [seq, epoch] = typeof target === 'number' ? [target, cursor.epoch] : [target.seq, target.epoch];
    if (epoch !== cursor.epoch) {
      settle(new RowcastError('wrong_epoch', `the replica is in epoch ${cursor.epoch}, not in ${epoch}`));
    } else if (cursor.seq >= seq) {
      settle();
    }
  }

  #tell(event: ReplicaEvent): void {
    for (const listener of [...this.#listeners]) {
      try {
        listener(event);
      } catch (error) {
        // A listener's mistake is its own: it surfaces as uncaught, and the replica stays right.
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}

function reshapes(change: WatchChange): boolean {
  return change.kind === 'table' && change.entry.steps !== undefined && reshapesRows(change.entry.steps);
}

function toCurrentRow({ key, version, seq, at, by, row = {} }: RowEntry): CurrentRow {
  return { key, version, seq, at, by, row };
}
