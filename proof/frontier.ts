import { emptyRoot, type Hash, hashBytes, nodeHash, ProofError } from './hash.ts';

/** Called with every complete subtree above the leaves as it is completed: of 2^level leaves, the index-th of its level. */
type NodeListener = (level: number, index: number, hash: Hash) => void;

/**
 * The right edge of a Merkle tree (RFC 6962): the roots of its largest complete subtrees, from left to right, one for
 * each bit of its size. All that is needed to append leaves and to know the root, in space that grows with the logarithm.
 */
export class Frontier {
  #size: number;
  readonly #peaks: Hash[];

  /** @throws ProofError when a tree of that size has another number of peaks */
  constructor(size = 0, peaks: readonly Hash[] = []) {
    if (peaks.length !== peakCount(size)) {
      throw new ProofError(`a tree of ${size} leaves has ${peakCount(size)} peaks, not ${peaks.length}`);
    }
    this.#size = size;
    this.#peaks = [...peaks];
  }

  /** Reads what {@link Frontier.text} wrote. @throws ProofError */
  static parse(size: number, text: string): Frontier {
    return new Frontier(size, text.match(new RegExp(`.{1,${hashBytes * 2}}`, 'g')) ?? []);
  }

  get size(): number {
    return this.#size;
  }

  /** The roots of the complete subtrees, largest first. */
  get peaks(): readonly Hash[] {
    return this.#peaks;
  }

  /** The peaks as one text of hexadecimal digits. */
  get text(): string {
    return this.#peaks.join('');
  }

  get root(): Hash {
    return foldRight(this.#peaks) ?? emptyRoot;
  }

  push(leaf: Hash, onNode?: NodeListener): void {
    let node = leaf;
    let index = this.#size;
    for (let level = 1; index % 2 === 1; level += 1) {
      node = nodeHash(this.#peaks.pop() as Hash, node);
      index = (index - 1) / 2;
      onNode?.(level, index, node);
    }
    this.#peaks.push(node);
    this.#size += 1;
  }

  copy(): Frontier {
    return new Frontier(this.#size, this.#peaks);
  }
}

/** The root over subtrees that stand from left to right, each larger than the next; undefined of none. */
export function foldRight(peaks: readonly Hash[]): Hash | undefined {
  return peaks.length === 0 ? undefined : peaks.reduceRight((right, left) => nodeHash(left, right));
}

function peakCount(size: number): number {
  let count = 0;
  for (let rest = size; rest > 0; rest = Math.floor(rest / 2)) count += rest % 2;
  return count;
}
