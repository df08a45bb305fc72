/** Lets so many through at the same time; the others wait in line. */
export class Turnstile {
  #free: number;
  readonly #waiting = new Set<(isTurn: boolean) => void>();

  constructor(max: number) {
    this.#free = max;
  }

  /** Resolves when it is one's turn, to what makes room for the next; undefined when the signal came first. */
  async enter(signal: AbortSignal): Promise<(() => void) | undefined> {
    if (signal.aborted) return undefined;
    if (this.#free > 0) this.#free -= 1;
    else if (!(await this.#turn(signal))) return undefined;
    return () => this.#leave();
  }

  async #turn(signal: AbortSignal): Promise<boolean> {
    return await new Promise((resolve) => {
      const done = (isTurn: boolean): void => {
        this.#waiting.delete(done);
        signal.removeEventListener('abort', onAbort);
        resolve(isTurn);
      };
      const onAbort = (): void => done(false);
      this.#waiting.add(done);
      signal.addEventListener('abort', onAbort, { once: true });
    });
  }

  /** The place is handed on, so that nobody takes it from who waits. */
  #leave(): void {
    const [next] = this.#waiting;
    if (next === undefined) this.#free += 1;
    else next(true);
  }
}
