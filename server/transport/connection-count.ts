import type { Socket } from 'zeromq';
import { Handshakes } from './handshakes.ts';
import { RareWarnings } from './rare-warnings.ts';

export interface ConnectionCounters {
  /** Those that stand now, handshakes included. */
  readonly connections: number;
  /** Those of them whose handshake is not over. */
  readonly halfOpen: number;
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
  /** Those whose handshake is over. */
  readonly connectionsMax: number;
  readonly handshakeMs: number;
  readonly warn: (message: string) => void;
}

/**
 * Counts the connections of one socket by what libzmq tells of them, refuses those beyond the limit, and warns of what an
 * operator should know. Only those count against the limit that have finished their handshake: whoever has no key gets no
 * further than that, and would keep out everybody else.
 */
export class ConnectionCount {
  readonly #options: ConnectionCountOptions;
  readonly #warnings: RareWarnings;
  #handshakes: Handshakes;
  #refused = 0;
  #handshakesFailed = 0;
  #acceptErrors = 0;

  constructor(options: ConnectionCountOptions) {
    this.#options = options;
    this.#handshakes = this.#none();
    this.#warnings = new RareWarnings(options.warn);
  }

  get counters(): ConnectionCounters {
    return {
      connections: this.#handshakes.connections,
      halfOpen: this.#handshakes.halfOpen,
      refused: this.#refused,
      handshakesFailed: this.#handshakesFailed,
      acceptErrors: this.#acceptErrors,
    };
  }

  /** Begins with a socket that is not bound yet. The connections of the one before are gone with it. */
  watch({ events }: Socket): void {
    // What comes late of the socket before is told of its connections.
    const handshakes = this.#none();
    this.#handshakes = handshakes;
    events.on('accept', () => handshakes.accept());
    events.on('handshake', () => handshakes.finish());
    events.on('disconnect', () => handshakes.leave());
    events.on('accept:error', ({ error }) => this.#acceptError(error.message));
    for (const kind of ['handshake:error:protocol', 'handshake:error:auth', 'handshake:error:other'] as const) {
      events.on(kind, ({ error }) => {
        handshakes.fail();
        this.#handshakeFailed(error.message);
      });
    }
  }

  /** Counts the connection that asks to come in, unless it is one too many, and is to be closed. */
  admit(): 'admitted' | 'later' {
    const { socket, connectionsMax } = this.#options;
    if (this.#handshakes.inside < connectionsMax) {
      this.#handshakes.letIn();
      return 'admitted';
    }
    this.#refused += 1;
    this.#warnings.warn(
      'refused',
      () => `${socket}: more than ${connectionsMax} connections (connections_max); ${this.#refused} were closed`,
    );
    return 'later';
  }

  #none(): Handshakes {
    return new Handshakes({ handshakeMs: this.#options.handshakeMs, now: () => performance.now() });
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
