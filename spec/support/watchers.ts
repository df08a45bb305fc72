import type { Cursor, Ledger, Watch, WatchEvent, WatchState } from '../../client/index.ts';
import { applied, digestRows, type History, type ReplicaRecord, type WatcherRecord } from './history.ts';

export interface Watching {
  readonly name: string;
  /** The whole ledger when left out. */
  readonly table?: string;
  /** Needed for the whole ledger: only so is it known where it began. */
  readonly from?: Cursor;
}

/** How long a watcher may take to see what is in the log, once the faults have ended: the liveness of P7. */
const reachedMs = 30_000;

interface Waiter {
  readonly seq: number;
  readonly settle: (reached: boolean) => void;
}

/** A watcher that writes down all that it is shown, and can be waited for. */
export class Watcher {
  readonly record: WatcherRecord;
  /** Resolves when it has its snapshot. */
  readonly began: Promise<void>;
  readonly #watch: Watch;
  readonly #running: Promise<void>;
  readonly #waiters = new Set<Waiter>();
  readonly #stateWaiters = new Set<{ readonly state: WatchState; readonly resolve: () => void }>();
  #state: WatchState = 'connecting';
  #position = 0;
  #begin: () => void = () => undefined;

  constructor(ledger: Ledger, history: History, { name, table, from }: Watching) {
    this.record = { name, table, lives: [] };
    history.watchers.push(this.record);
    this.began = new Promise((resolve) => {
      this.#begin = resolve;
    });
    if (from !== undefined) this.#enter(from.seq, undefined);
    this.#watch = ledger.watch({ table, from });
    this.#running = this.#run();
  }

  get position(): number {
    return this.#position;
  }

  /** Resolves when the watch says that it stands so. */
  stands(state: WatchState): Promise<void> {
    if (this.#state === state) return Promise.resolve();
    return new Promise((resolve) => this.#stateWaiters.add({ state, resolve }));
  }

  /** Whether it was shown this seq, or one beyond it, within half a minute. */
  reached(seq: number, timeoutMs: number = reachedMs): Promise<boolean> {
    if (this.#position >= seq) return Promise.resolve(true);
    return new Promise((resolve) => {
      const waiter: Waiter = {
        seq,
        settle: (reached) => {
          clearTimeout(timer);
          this.#waiters.delete(waiter);
          resolve(reached);
        },
      };
      const timer = setTimeout(() => waiter.settle(false), timeoutMs);
      this.#waiters.add(waiter);
    });
  }

  /** @throws what ended the watch, if something did */
  async close(): Promise<void> {
    await this.#watch.close();
    await this.#running;
  }

  async #run(): Promise<void> {
    try {
      for await (const event of this.#watch) this.#take(event);
    } finally {
      for (const { settle } of [...this.#waiters]) settle(false);
    }
  }

  #take(event: WatchEvent): void {
    if (event.type === 'state') this.#enterState(event.state);
    else if (event.type === 'reset') this.#enter(event.cursor.seq, digestRows(event.rows));
    else if (event.type === 'group') {
      const group = event.changes.map(({ entry }) => applied(entry));
      this.record.lives.at(-1)?.groups.push(group);
      this.#moveTo(group.at(-1)?.seq ?? 0);
    }
  }

  #enterState(state: WatchState): void {
    this.#state = state;
    for (const waiter of [...this.#stateWaiters]) {
      if (waiter.state !== state) continue;
      this.#stateWaiters.delete(waiter);
      waiter.resolve();
    }
  }

  #enter(from: number, snapshot: string | undefined): void {
    this.record.lives.push({ from, groups: [], ...(snapshot === undefined ? {} : { snapshot }) });
    this.#moveTo(from);
    this.#begin();
  }

  #moveTo(seq: number): void {
    this.#position = seq;
    for (const waiter of [...this.#waiters]) if (waiter.seq <= seq) waiter.settle(true);
  }
}

/** Takes down a replica once it shows this seq. */
export async function recordReplica(
  ledger: Ledger,
  { name, table, seq }: { readonly name: string; readonly table: string; readonly seq: number },
): Promise<ReplicaRecord> {
  const replica = ledger.replica(table);
  await replica.reached(seq, { timeoutMs: reachedMs });
  const record = { name, table, seq: replica.cursor?.seq ?? -1, rows: new Map(replica.rows) };
  await replica.close();
  return record;
}
