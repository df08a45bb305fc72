import type { Ledger } from '../client.ts';
import { RowcastError, type RowcastErrorCode } from '../errors.ts';
import { stateFolder } from '../state-folder.ts';
import { Connection, findTarget } from './connection.ts';
import { DeviceStore } from './device-store.ts';
import type { Interrupts } from './interrupts.ts';
import type { GlobalOptions } from './options.ts';
import { SessionStore } from './session-store.ts';
import { makeTerminal, type Output, type Terminal } from './terminal.ts';

export interface ContextParts {
  readonly options: GlobalOptions;
  readonly terminal: Terminal;
  readonly connection: Connection;
  readonly interrupts: Interrupts;
}

/** A viewer, a login that has ended (which what follows will say), a server that knows nothing of it. */
const cannotOpen: ReadonlySet<RowcastErrorCode> = new Set([
  'forbidden',
  'session_expired',
  'login_required',
  'unknown_type',
]);

/** What a verb is given to do its work with. */
export class Context {
  readonly options: GlobalOptions;
  readonly connection: Connection;
  readonly interrupts: Interrupts;
  readonly terminal: Terminal;
  #opens: Promise<boolean> | undefined;

  constructor({ options, terminal, connection, interrupts }: ContextParts) {
    this.options = options;
    this.terminal = terminal;
    this.connection = connection;
    this.interrupts = interrupts;
  }

  /** Aborted by the next Ctrl-C. */
  get signal(): AbortSignal {
    return this.interrupts.signal;
  }

  get json(): boolean {
    return this.options.json === true;
  }

  get out(): Output {
    return this.terminal.out;
  }

  get err(): Output {
    return this.terminal.err;
  }

  ledger(): Promise<Ledger> {
    return this.connection.ledger();
  }

  /**
   * Reads, and when the session has ended, once more as the viewer that anyone is: who only wants to look need not log
   * in again.
   */
  async reading<Result>(read: (ledger: Ledger) => Promise<Result>): Promise<Result> {
    try {
      return await read(await this.ledger());
    } catch (error) {
      const hasEnded = error instanceof RowcastError && error.code === 'session_expired';
      if (!hasEnded || process.env.ROWCAST_TOKEN) throw error;
      await this.connection.forget();
      this.#opens = undefined;
      await this.note('your login has ended; reading goes on without it');
      return await read(await this.ledger());
    }
  }

  /**
   * Whether sealed cells are to be shown opened: to administrators who are logged in. Asked of the server once.
   * @throws RowcastError when it does not answer
   */
  opens(): Promise<boolean> {
    this.#opens ??= this.#mayOpen();
    return this.#opens;
  }

  async #mayOpen(): Promise<boolean> {
    const ledger = await this.ledger();
    if (!(await this.connection.hasSession())) return false;
    try {
      await ledger.request({ type: 'sealed.open', commitments: [] }, { signal: this.signal });
      return true;
    } catch (error) {
      if (error instanceof RowcastError && cannotOpen.has(error.code)) return false;
      throw error;
    }
  }

  /** One line, or several, of the result. */
  async print(...lines: readonly string[]): Promise<void> {
    if (lines.length > 0) await this.out.write(`${lines.join('\n')}\n`);
  }

  /** One JSON value of the result. */
  async printJson(value: unknown): Promise<void> {
    await this.out.write(`${JSON.stringify(value)}\n`);
  }

  /** A remark beside the result; programs are not bothered with it. */
  async note(text: string): Promise<void> {
    if (!this.json) await this.err.write(`${this.err.paint.dim(text)}\n`);
  }
}

export interface OpenContextOptions {
  readonly options: GlobalOptions;
  readonly interrupts: Interrupts;
  /** False for what is done on this machine alone: then no server has to be named. */
  readonly needsServer: boolean;
}

/** The context of a run of the program. @throws CliError when it cannot be told which server is meant */
export async function openContext({ options, interrupts, needsServer }: OpenContextOptions): Promise<Context> {
  const connection = new Connection({
    target: needsServer ? await findTarget(options) : { addresses: [], timeoutMs: undefined },
    sessions: new SessionStore(stateFolder()),
    devices: new DeviceStore(stateFolder()),
    givenToken: process.env.ROWCAST_TOKEN || undefined,
  });
  return new Context({ options, connection, interrupts, terminal: makeTerminal({ color: options.color !== false }) });
}
