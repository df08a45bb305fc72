/** From the last to the first: has failed before; nothing is known of it; an owner of the account was there before. */
export type Standing = 'failed' | 'new' | 'known';
const ranks: Record<Standing, number> = { failed: 0, new: 1, known: 2 };

/** Who asks for the work. */
export interface Asker {
  readonly peer: string;
  readonly standing: Standing;
}

/**
 * Work that is done one at a time, with a limit on how much may wait, in all and of one peer. Peers take turns as they
 * came, by their standing: a flood from a few connections cannot shut out who comes on another, and one from ever new
 * connections not who is known. Of two turns the known ones have one, so that they do not shut out the others either.
 */
export class Lane {
  readonly counters = { busy: 0 };
  readonly #limits: LaneLimits;
  readonly #waiting: Waiting[] = [];
  readonly #ofPeer = new Map<string, number>();
  #busy = false;
  #lastWasKnown = false;

  constructor(limits: LaneLimits) {
    this.#limits = limits;
  }

  /** Does the work when its turn comes; undefined, at once, when too much waits. */
  run<Result>(work: () => Promise<Result>, { peer, standing }: Asker): Promise<Result> | undefined {
    const own = this.#ofPeer.get(peer) ?? 0;
    if (own >= this.#limits.ofPeerMax || !this.#makeRoom(standing)) {
      this.counters.busy += 1;
      return undefined;
    }
    this.#ofPeer.set(peer, own + 1);
    return new Promise<Result>((resolve, reject) => {
      this.#waiting.push({ peer, standing, refuse: reject, work: () => work().then(resolve, reject) });
      if (!this.#busy) this.#next();
    });
  }

  /** The last one of the lowest standing makes room for who has a higher one. */
  #makeRoom(standing: Standing): boolean {
    if (this.#waiting.length + (this.#busy ? 1 : 0) < this.#limits.waitingMax) return true;
    const lowest = Math.min(...this.#waiting.map((one) => ranks[one.standing]));
    const last = this.#waiting.findLastIndex((one) => ranks[one.standing] === lowest);
    if (last < 0 || lowest >= ranks[standing]) return false;
    const [dropped] = this.#waiting.splice(last, 1);
    if (dropped !== undefined) {
      this.counters.busy += 1;
      this.#leave(dropped.peer);
      dropped.refuse(new LaneFullError());
    }
    return true;
  }

  #next(): void {
    const order: readonly Standing[] = this.#lastWasKnown ? ['new', 'known', 'failed'] : ['known', 'new', 'failed'];
    const standing = order.find((one) => this.#waiting.some((waiting) => waiting.standing === one));
    const at = this.#waiting.findIndex((waiting) => waiting.standing === standing);
    const [next] = at < 0 ? [] : this.#waiting.splice(at, 1);
    this.#busy = next !== undefined;
    if (next === undefined) return;
    this.#lastWasKnown = next.standing === 'known';
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

/** The work lost its place to somebody of a higher standing. */
export class LaneFullError extends Error {
  override name = 'LaneFullError';
}

interface Waiting extends Asker {
  readonly refuse: (error: Error) => void;
  readonly work: () => Promise<void>;
}
