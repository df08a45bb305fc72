/**
 * Work that is asked for again while it is being done is not done twice. Hashing takes half a second, and on a busy
 * machine several: a client that hears nothing for two sends its request again, and each sending must not cost another
 * hash, or a slow server is made slower by those who wait for it.
 */
export class InWork<Result> {
  readonly #inWork = new Map<string, Promise<Result>>();

  /** @param key of the same request, and of no other */
  async once(key: string, work: () => Promise<Result>): Promise<Result> {
    const known = this.#inWork.get(key);
    if (known !== undefined) return await known;
    const working = work().finally(() => this.#inWork.delete(key));
    this.#inWork.set(key, working);
    return await working;
  }
}
