/** Work that is done one at a time, in order, with a limit on how much may wait. */
export class Lane {
  readonly #waitingMax: number;
  #waiting = 0;
  #last: Promise<unknown> = Promise.resolve();

  constructor({ waitingMax }: { readonly waitingMax: number }) {
    this.#waitingMax = waitingMax;
  }

  /** Does the work after all that was given before; undefined, at once, when too much waits. */
  run<Result>(work: () => Promise<Result>): Promise<Result> | undefined {
    if (this.#waiting >= this.#waitingMax) return undefined;
    this.#waiting += 1;
    const result = this.#last.then(work).finally(() => {
      this.#waiting -= 1;
    });
    this.#last = result.catch(() => undefined);
    return result;
  }
}
