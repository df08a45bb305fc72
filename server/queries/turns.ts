export interface TurnsOptions {
  /** Queries that are in work at a time. */
  readonly atOnce: number;
  /** In work or waiting; the next one is turned away. */
  readonly max: number;
}

/** What one peer may have of each, so that there is always something left for others. */
const partOfPeer = { atOnce: 2 / 3, max: 3 / 4 } as const;

interface Peer {
  inWork: number;
  readonly waiting: (() => void)[];
}

/**
 * Turns of those who ask: peers go round, each with one query after another, and none has them all. So whoever sends
 * hundreds of slow ones makes itself wait, and others for one of them at most.
 */
export class Turns {
  readonly #options: TurnsOptions;
  /** Those with something in work or waiting, who had a turn longest ago first. */
  readonly #peers = new Map<string, Peer>();
  #inWork = 0;
  #count = 0;

  constructor(options: TurnsOptions) {
    this.#options = options;
  }

  /** Resolves when it is one's turn, to what ends it; undefined, at once, when too much waits. */
  async enter(name: string): Promise<(() => void) | undefined> {
    const { max } = this.#options;
    const peer = this.#peers.get(name) ?? { inWork: 0, waiting: [] };
    if (this.#count >= max || peer.inWork + peer.waiting.length >= share(max, partOfPeer.max)) return undefined;
    this.#count += 1;
    this.#peers.set(name, peer);
    await new Promise<void>((resolve) => {
      peer.waiting.push(resolve);
      this.#next();
    });
    return () => this.#leave(name, peer);
  }

  #next(): void {
    const { atOnce } = this.#options;
    if (this.#inWork >= atOnce) return;
    for (const [name, peer] of this.#peers) {
      const [first] = peer.waiting;
      if (first === undefined || peer.inWork >= share(atOnce, partOfPeer.atOnce)) continue;
      peer.waiting.shift();
      peer.inWork += 1;
      this.#inWork += 1;
      this.#peers.delete(name);
      this.#peers.set(name, peer);
      first();
      return;
    }
  }

  #leave(name: string, peer: Peer): void {
    peer.inWork -= 1;
    this.#inWork -= 1;
    this.#count -= 1;
    if (peer.inWork === 0 && peer.waiting.length === 0) this.#peers.delete(name);
    this.#next();
  }
}

function share(all: number, part: number): number {
  return Math.max(1, Math.floor(all * part));
}
