import { foldRight } from './frontier.ts';
import { type Hash, nodeHash, ProofError } from './hash.ts';

interface Subtree {
  readonly level: number;
  readonly hash: Hash;
  /** The roots of its largest complete subtrees in which nothing is chosen; undefined when nothing is chosen in it. */
  readonly rest: Hash[] | undefined;
}

/**
 * One proof for many entries of a tree at once: with them, the roots of the largest complete subtrees that hold none of
 * them, from left to right, are all that the root is made of. For all entries of a stretch that is a few hashes; for k
 * entries anywhere among n never more than (k + 1) · log2(n), about what k single proofs would take. The size is not proven by it: it is signed
 * with the root.
 */
export class Selection {
  readonly #subtrees: Subtree[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Takes the next leaf. */
  push(leaf: Hash, isChosen: boolean): void {
    let top: Subtree = { level: 0, hash: leaf, rest: isChosen ? [] : undefined };
    for (let left = this.#subtrees.at(-1); left?.level === top.level; left = this.#subtrees.at(-1)) {
      this.#subtrees.pop();
      top = above(left, top);
    }
    this.#subtrees.push(top);
    this.#size += 1;
  }

  get root(): Hash | undefined {
    return foldRight(this.#subtrees.map(({ hash }) => hash));
  }

  get proof(): Hash[] {
    return this.#subtrees.flatMap(restOf);
  }
}

function above(left: Subtree, right: Subtree): Subtree {
  const hash = nodeHash(left.hash, right.hash);
  const level = left.level + 1;
  if (left.rest === undefined && right.rest === undefined) return { level, hash, rest: undefined };
  const rest = restOf(left);
  for (const one of restOf(right)) rest.push(one);
  return { level, hash, rest };
}

function restOf({ hash, rest }: Subtree): Hash[] {
  return rest ?? [hash];
}

/** Computes the root of the tree that chosen entries and their proof make; the same one, or they are not of that tree. */
export class SelectionCheck {
  readonly #proof: readonly Hash[];
  readonly #subtrees: Omit<Subtree, 'rest'>[] = [];
  #used = 0;
  #size = 0;

  constructor(proof: readonly Hash[]) {
    this.#proof = proof;
  }

  /** Takes the next chosen entry. @throws ProofError when it does not come behind the one before */
  push(seq: number, leaf: Hash): void {
    if (!Number.isSafeInteger(seq) || seq <= this.#size) {
      throw new ProofError(`entry ${seq} does not come behind entry ${this.#size}`);
    }
    this.#skip(seq - 1);
    this.#add(0, leaf);
  }

  /** The root of the tree of that size. @throws ProofError when the proof is too short or too long */
  root(size: number): Hash {
    if (size < this.#size) throw new ProofError(`the tree of ${size} entries has no entry ${this.#size}`);
    this.#skip(size);
    if (this.#used !== this.#proof.length) throw new ProofError('the proof is too long');
    const root = foldRight(this.#subtrees.map(({ hash }) => hash));
    if (root === undefined) throw new ProofError('the tree is empty');
    return root;
  }

  /** Up to this size nothing is chosen: the proof says what is there. */
  #skip(size: number): void {
    while (this.#size < size) {
      let level = 0;
      while (this.#size % 2 ** (level + 1) === 0 && this.#size + 2 ** (level + 1) <= size) level += 1;
      const hash = this.#proof[this.#used];
      if (hash === undefined) throw new ProofError('the proof is too short');
      this.#used += 1;
      this.#add(level, hash);
    }
  }

  #add(level: number, hash: Hash): void {
    this.#size += 2 ** level;
    let top = { level, hash };
    for (let left = this.#subtrees.at(-1); left?.level === top.level; left = this.#subtrees.at(-1)) {
      this.#subtrees.pop();
      top = { level: top.level + 1, hash: nodeHash(left.hash, top.hash) };
    }
    this.#subtrees.push(top);
  }
}
