import { nanoid } from 'nanoid';
import { type CommandReply, connect, type Ledger, RowcastError } from '../../client/index.ts';
import type { Command, RowStep } from '../../protocol/commands.ts';
import { Dice } from '../client/random.ts';
import type { History, Operation } from './history.ts';
import { administrator } from './server.ts';

/** The tables that traffic is made in. */
export const trafficTables = ['item', 'other'] as const;
const keysOfTable = 100;

/** An administrator whose every command is written down. */
export class Worker {
  readonly ledger: Ledger;
  readonly #history: History;
  readonly #timeoutMs: number;

  constructor(ledger: Ledger, history: History, timeoutMs: number) {
    this.ledger = ledger;
    this.#history = history;
    this.#timeoutMs = timeoutMs;
  }

  /** Opens a connection and logs in. A command may take `timeoutMs`, so long does the client retry by itself. */
  static async open(
    address: string | readonly string[],
    history: History,
    { timeoutMs = 60_000, token }: { readonly timeoutMs?: number; readonly token?: string | undefined } = {},
  ): Promise<Worker> {
    const ledger = connect(address, { timeoutMs, token });
    if (token === undefined) await ledger.login(administrator.name, administrator.password);
    return new Worker(ledger, history, timeoutMs);
  }

  /** Sends a command and writes down what became of it; undefined when it was not granted. */
  async send(body: Command, id: string = nanoid()): Promise<CommandReply | undefined> {
    const callNs = process.hrtime.bigint();
    const note = (outcome: Omit<Operation, 'id' | 'body' | 'callNs' | 'retNs'>): void => {
      this.#history.operations.push({ id, body, callNs, retNs: process.hrtime.bigint(), ...outcome });
    };
    try {
      const reply = await this.ledger.request(body, { id, timeoutMs: this.#timeoutMs });
      note({ status: 'ok', seq: reply.seq, changes: reply.changes ?? Number(reply.changed) });
      return reply;
    } catch (error) {
      if (!(error instanceof RowcastError)) throw error;
      note({ status: error.outcomeUnknown ? 'unknown' : 'refused', code: error.code });
      return undefined;
    }
  }

  /** The same, for what has to succeed. */
  async sendOk(body: Command): Promise<CommandReply> {
    const reply = await this.send(body);
    if (reply === undefined) throw new Error(`${body.type} was not granted: ${this.#history.operations.at(-1)?.code}`);
    return reply;
  }

  async createTables(): Promise<void> {
    for (const name of trafficTables) {
      const columns = [
        { name: 'id', type: 'text' as const },
        { name: 'n', type: 'integer' as const },
        { name: 'note', type: 'text' as const },
      ];
      await this.sendOk({ type: 'table.create', name, key: 'id', columns });
    }
  }

  /** The last change of a test: who has seen it, in a table, has seen all. One command over both tables. */
  async mark(): Promise<number> {
    const row = { id: `marker-${nanoid(6)}`, note: 'marker' };
    const commands = trafficTables.map((table) => ({ type: 'row.insert' as const, table, row }));
    const { seq } = await this.sendOk({ type: 'batch', commands });
    return seq;
  }
}

/** What of the commands is of which kind, in the rest of 1: updates. */
const shares = { batch: 0.12, upsert: 0.2, delete: 0.1, insert: 0.05 } as const;

/** Makes commands: most change a row, some are refused as the row is there already, or is not, or has another version. */
export class CommandMaker {
  readonly #dice: Dice;
  #count = 0;

  constructor(seed: number) {
    this.#dice = new Dice(seed);
  }

  next(): Command {
    const kind = this.#dice.next();
    if (kind >= shares.batch) return this.#step(this.#table());
    const commands = Array.from({ length: 2 + this.#dice.below(6) }, () => this.#upsert(this.#table()));
    return { type: 'batch', commands };
  }

  #table(): string {
    return this.#dice.chance(0.8) ? 'item' : 'other';
  }

  #step(table: string): RowStep {
    const kind = this.#dice.next();
    const key = this.#key();
    if (kind < shares.upsert) return this.#upsert(table);
    if (kind < shares.upsert + shares.delete) return { type: 'row.delete', table, key };
    if (kind < shares.upsert + shares.delete + shares.insert) {
      return { type: 'row.insert', table, row: { id: key, ...this.#cells() } };
    }
    const expect = this.#dice.chance(0.1) ? { version: 1 + this.#dice.below(5) } : undefined;
    return { type: 'row.update', table, key, row: this.#cells(), ...(expect === undefined ? {} : { expect }) };
  }

  #upsert(table: string): RowStep {
    return { type: 'row.upsert', table, row: { id: this.#key(), ...this.#cells() } };
  }

  #key(): string {
    return `k${this.#dice.below(keysOfTable)}`;
  }

  /** Never the same twice, so that a command that is granted changes something. */
  #cells(): { n: number; note: string } {
    this.#count += 1;
    return { n: this.#dice.below(1_000_000_000), note: `${this.#count} zwölf Boxkämpfer 🥊` };
  }
}

export interface WritersOptions {
  readonly addresses: readonly (string | readonly string[])[];
  readonly count: number;
  /** Commands that each worker has in flight at one time; 1 unless given. */
  readonly lanes?: number | undefined;
  readonly history: History;
  readonly seed: number;
  readonly timeoutMs?: number | undefined;
}

/** Several workers that write without a pause until they are stopped. */
export class Writers {
  readonly #history: History;
  readonly #running: Promise<void>[];
  readonly #workers: readonly Worker[];
  #stopped = false;
  #acknowledged = 0;
  readonly #waiting = new Set<{ readonly count: number; readonly resolve: () => void }>();

  private constructor(workers: readonly Worker[], { history, seed, lanes = 1 }: WritersOptions) {
    this.#workers = workers;
    this.#history = history;
    this.#running = workers.flatMap((worker, index) =>
      Array.from({ length: lanes }, (_, lane) => this.#write(worker, new CommandMaker(seed + index * lanes + lane))),
    );
  }

  /** Workers go to the addresses in turn. */
  static async start(options: WritersOptions): Promise<Writers> {
    const { addresses, count, history, timeoutMs } = options;
    const workers = await Promise.all(
      Array.from({ length: count }, (_, index) =>
        Worker.open(addresses[index % addresses.length] ?? '', history, timeoutMs === undefined ? {} : { timeoutMs }),
      ),
    );
    return new Writers(workers, options);
  }

  /** Commands that were granted since the start. */
  get acknowledged(): number {
    return this.#acknowledged;
  }

  /** Resolves when so many more commands were granted. */
  progress(count: number): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#stopped) reject(new Error('the writers have stopped'));
      else this.#waiting.add({ count: this.#acknowledged + count, resolve });
    });
  }

  /** Returns when every command that was sent has its outcome. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#running);
    await Promise.all(this.#workers.map(({ ledger }) => ledger.close()));
  }

  async #write(worker: Worker, maker: CommandMaker): Promise<void> {
    while (!this.#stopped) {
      const reply = await worker.send(maker.next());
      if (reply !== undefined) this.#count();
    }
  }

  #count(): void {
    this.#acknowledged += 1;
    for (const one of this.#waiting) {
      if (one.count > this.#acknowledged) continue;
      this.#waiting.delete(one);
      one.resolve();
    }
  }

  /** Milliseconds that each granted command took. */
  get latencies(): number[] {
    return this.#history.operations
      .filter(({ status }) => status === 'ok')
      .map(({ callNs, retNs }) => Number(retNs - callNs) / 1e6);
  }
}
