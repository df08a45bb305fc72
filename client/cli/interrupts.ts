import { setMaxListeners } from 'node:events';
import { exitCodes } from './exit-codes.ts';

/**
 * Ctrl-C, and SIGTERM. The first asks what is running to end, the next one ends the process, in case it does not. The
 * shell renews it with every line, so that a Ctrl-C ends a command and not the shell.
 */
export class Interrupts {
  #abort = patientController();
  readonly #terminated = new AbortController();
  readonly #onInterrupt = (): void => this.#interrupt();
  readonly #onTerminate = (): void => {
    this.#terminated.abort();
    this.#interrupt();
  };

  constructor() {
    process.on('SIGINT', this.#onInterrupt);
    process.on('SIGTERM', this.#onTerminate);
  }

  /** Aborted by the next Ctrl-C. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Aborted when the whole program is to end. */
  get terminated(): AbortSignal {
    return this.#terminated.signal;
  }

  /** What was interrupted has ended; the next Ctrl-C is for what begins now. */
  renew(): void {
    if (this.#abort.signal.aborted && !this.#terminated.signal.aborted) this.#abort = patientController();
  }

  stop(): void {
    process.off('SIGINT', this.#onInterrupt);
    process.off('SIGTERM', this.#onTerminate);
  }

  #interrupt(): void {
    if (this.#abort.signal.aborted) process.exit(exitCodes.interrupted);
    this.#abort.abort();
  }
}

/** Each question leaves its listener on the signal, which is no leak worth a warning: the signal goes with the line. */
function patientController(): AbortController {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  return controller;
}
