/** Counts what each peer has in work, and allows each only so much of it. */
export class InWork {
  readonly #peerMax: number;
  readonly #counts = new Map<string, number>();

  constructor(peerMax: number) {
    this.#peerMax = peerMax;
  }

  /** Whether one more may begin; then `end` has to follow. */
  begin(peer: string): boolean {
    const count = this.#counts.get(peer) ?? 0;
    if (count >= this.#peerMax) return false;
    this.#counts.set(peer, count + 1);
    return true;
  }

  end(peer: string): void {
    const count = this.#counts.get(peer) ?? 0;
    // Nothing is kept of a peer with nothing in work: peers come and go.
    if (count <= 1) this.#counts.delete(peer);
    else this.#counts.set(peer, count - 1);
  }
}
