import type { Hash } from '../../proof/hash.ts';

/** Leaves in order of seq. */
export interface Leaves {
  readonly seqs: readonly number[];
  /** Of each seq, its leaf. */
  readonly hashes: readonly Hash[];
}

/**
 * Leaves of entries that wait to be verified. Two arrays and not one of objects: who catches up has hundreds of thousands
 * of them, and the garbage collector would move each.
 */
export class PendingLeaves {
  #seqs: number[] = [];
  #hashes: Hash[] = [];
  #ordered = true;
  #life = 0;

  get size(): number {
    return this.#seqs.length;
  }

  /** Another one since {@link clear}: what was taken before is void. */
  get life(): number {
    return this.#life;
  }

  /** The least seq; undefined when there is none. */
  get first(): number | undefined {
    this.#order();
    return this.#seqs[0];
  }

  /** The greatest seq; undefined when there is none. */
  get last(): number | undefined {
    this.#order();
    return this.#seqs.at(-1);
  }

  add(seq: number, leaf: Hash): void {
    if (seq < (this.#seqs.at(-1) ?? 0)) this.#ordered = false;
    this.#seqs.push(seq);
    this.#hashes.push(leaf);
  }

  /** Takes out those with a seq up to here. */
  takeUpTo(seq: number): Leaves {
    this.#order();
    const behind = this.#seqs.findIndex((one) => one > seq);
    const count = behind < 0 ? this.size : behind;
    return { seqs: this.#seqs.splice(0, count), hashes: this.#hashes.splice(0, count) };
  }

  /** Puts back what was taken out. */
  restore({ seqs, hashes }: Leaves): void {
    this.#ordered &&= (seqs.at(-1) ?? 0) <= (this.#seqs[0] ?? Number.POSITIVE_INFINITY);
    this.#seqs = seqs.concat(this.#seqs);
    this.#hashes = hashes.concat(this.#hashes);
  }

  clear(): void {
    this.#seqs = [];
    this.#hashes = [];
    this.#ordered = true;
    this.#life += 1;
  }

  /** They come in order, but for groups over several tables and what is read once more. */
  #order(): void {
    if (this.#ordered) return;
    const [seqs, hashes] = [this.#seqs, this.#hashes];
    const places = [...seqs.keys()].sort((a, b) => (seqs[a] ?? 0) - (seqs[b] ?? 0));
    this.#seqs = places.map((at) => seqs[at] as number);
    this.#hashes = places.map((at) => hashes[at] as Hash);
    this.#ordered = true;
  }
}
