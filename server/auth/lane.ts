/**
 * Work that is done one at a time, with a limit on how much may wait, in all and of one peer. Peers take turns as they
 * came, those first that have not failed yet: a flood from a few connections cannot shut out who comes on another.
 */
export class Lane {
  readonly #limits: LaneLimits;
  readonly #waiting: Waiting[] = [];
  readonly #ofPeer = new Map<string, number>();
  #busy = false;

  constructor(limits: LaneLimits) {
    this.#limits = limits;
  }

  /** Does the work when its turn comes; undefined, at once, when too much waits. */
  run<Result>(work: () => Promise<Result>, peer = '', trusted = true): Promise<Result> | undefined {
    const own = this.#ofPeer.get(peer) ?? 0;
    if (own >= this.#limits.ofPeerMax || !this.#makeRoom(trusted)) return undefined;
    this.#ofPeer.set(peer, own + 1);
    return new Promise<Result>((resolve, reject) => {
      this.#waiting.push({ peer, trusted, refuse: reject, work: () => work().then(resolve, reject) });
      if (!this.#busy) this.#next();
    });
  }

  /** Whoever has failed before makes room for who has not. */
  #makeRoom(trusted: boolean): boolean {
    if (this.#waiting.length + (this.#busy ? 1 : 0) < this.#limits.waitingMax) return true;
    const last = this.#waiting.findLastIndex((one) => !one.trusted);
    if (!trusted || last < 0) return false;
    const [dropped] = this.#waiting.splice(last, 1);
    if (dropped !== undefined) {
      this.#leave(dropped.peer);
      dropped.refuse(new LaneFullError());
    }
    return true;
  }

  #next(): void {
    const first = this.#waiting.findIndex(({ trusted }) => trusted);
    const [next] = this.#waiting.splice(Math.max(first, 0), 1);
    this.#busy = next !== undefined;
    if (next === undefined) return;
    void next.work().finally(() => {
      this.#leave(next.peer);
      this.#next();
    });
  }

  #leave(peer: string): void {
    const left = (this.#ofPeer.get(peer) ?? 1) - 1;
    if (left === 0) this.#ofPeer.delete(peer);
    else this.#ofPeer.set(peer, left);
  }
}

export interface LaneLimits {
  /** In work or waiting; so is the next one. */
  readonly waitingMax: number;
  readonly ofPeerMax: number;
}

/** The work lost its place to somebody who has not failed. */
export class LaneFullError extends Error {
  override name = 'LaneFullError';
}

interface Waiting {
  readonly peer: string;
  readonly trusted: boolean;
  readonly refuse: (error: Error) => void;
  readonly work: () => Promise<void>;
}
