import type { Socket } from 'zeromq';
import { RareWarnings } from './rare-warnings.ts';

export interface ConnectionCounters {
  /** Those that stand now, handshakes included. */
  readonly connections: number;
  /** Those that were closed because there were too many. */
  readonly refused: number;
  /** Handshakes that came to nothing: no CURVE, another key, garbage, too slow, refused. */
  readonly handshakesFailed: number;
  /** Connections that could not be taken, mostly for want of file descriptors. */
  readonly acceptErrors: number;
}

export interface ConnectionCountOptions {
  /** Which socket it is, for people. */
  readonly socket: string;
  readonly connectionsMax: number;
  readonly warn: (message: string) => void;
}

/** Counts the connections of one socket by what libzmq tells of them, and warns of what an operator should know. */
export class ConnectionCount {
  readonly #options: ConnectionCountOptions;
  readonly #warnings: RareWarnings;
  #connections = 0;
  #refused = 0;
  #handshakesFailed = 0;
  #acceptErrors = 0;

  constructor(options: ConnectionCountOptions) {
    this.#options = options;
    this.#warnings = new RareWarnings(options.warn);
  }

  get counters(): ConnectionCounters {
    return {
      connections: this.#connections,
      refused: this.#refused,
      handshakesFailed: this.#handshakesFailed,
      acceptErrors: this.#acceptErrors,
    };
  }

  /** Begins with a socket that is not bound yet. The connections of the one before are gone with it. */
  watch({ events }: Socket): void {
    this.#connections = 0;
    events.on('accept', () => {
      this.#connections += 1;
    });
    events.on('disconnect', () => {
      this.#connections = Math.max(0, this.#connections - 1);
    });
    events.on('accept:error', ({ error }) => this.#acceptError(error.message));
    for (const kind of ['handshake:error:protocol', 'handshake:error:auth', 'handshake:error:other'] as const) {
      events.on(kind, ({ error }) => this.#handshakeFailed(error.message));
    }
  }

  /** Whether the connection that asks to come in is one too many, and is to be closed. */
  refuses(): boolean {
    const { socket, connectionsMax } = this.#options;
    if (this.#connections <= connectionsMax) return false;
    this.#refused += 1;
    this.#warnings.warn(
      'refused',
      () => `${socket}: more than ${connectionsMax} connections (connections_max); ${this.#refused} were closed`,
    );
    return true;
  }

  #acceptError(reason: string): void {
    this.#acceptErrors += 1;
    this.#warnings.warn('accept', () => {
      const hint = 'if it lacks file descriptors, raise ulimit -n';
      return `${this.#options.socket}: a connection could not be taken: ${reason} (${this.#acceptErrors} so far); ${hint}`;
    });
  }

  #handshakeFailed(reason: string): void {
    this.#handshakesFailed += 1;
    this.#warnings.warn(
      'handshake',
      () => `${this.#options.socket}: a handshake failed: ${reason} (${this.#handshakesFailed} so far)`,
    );
  }
}
