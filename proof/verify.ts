import { type Hash, nodeHash, ProofError } from './hash.ts';

export interface Inclusion {
  /** Of the entry, from 1. */
  readonly seq: number;
  readonly leaf: Hash;
  readonly size: number;
  readonly root: Hash;
  readonly proof: readonly Hash[];
}

/** Shows that an entry is in a tree (RFC 9162, 2.1.3.2). @throws ProofError when it does not */
export function verifyInclusion({ seq, leaf, size, root, proof }: Inclusion): void {
  if (!isSize(size) || !isSize(seq) || seq < 1 || seq > size)
    throw new ProofError(`no tree of ${size} has an entry ${seq}`);
  let [index, last] = [seq - 1, size - 1];
  let node = leaf;
  for (const sibling of proof) {
    if (last === 0) throw new ProofError('the inclusion proof is too long');
    if (index % 2 === 1 || index === last) {
      node = nodeHash(sibling, node);
      while (index % 2 === 0 && index !== 0) [index, last] = [half(index), half(last)];
    } else {
      node = nodeHash(node, sibling);
    }
    [index, last] = [half(index), half(last)];
  }
  if (last !== 0) throw new ProofError('the inclusion proof is too short');
  if (node !== root) throw new ProofError(`entry ${seq} is not in the tree of ${size} that was signed`);
}

export interface Consistency {
  readonly from: number;
  readonly fromRoot: Hash;
  readonly to: number;
  readonly toRoot: Hash;
  readonly proof: readonly Hash[];
}

/** Shows that a tree is the beginning of another one (RFC 9162, 2.1.4.2). @throws ProofError when it does not */
export function verifyConsistency({ from, fromRoot, to, toRoot, proof }: Consistency): void {
  if (!isSize(from) || !isSize(to) || from > to)
    throw new ProofError(`a tree of ${to} does not begin with one of ${from}`);
  if (from === 0 || from === to) {
    if (proof.length > 0) throw new ProofError('the consistency proof is too long');
    if (from === to && fromRoot !== toRoot) throw new ProofError(`there are two trees of ${to} entries`);
    return;
  }
  let [index, last] = [from - 1, to - 1];
  while (index % 2 === 1) [index, last] = [half(index), half(last)];
  // A complete old tree is a node of the new one, and its root is not repeated in the proof.
  const nodes = index === 0 ? [fromRoot, ...proof] : proof;
  const [first, ...rest] = nodes;
  if (first === undefined) throw new ProofError('the consistency proof is empty');
  let [old, now] = [first, first];
  for (const sibling of rest) {
    if (last === 0) throw new ProofError('the consistency proof is too long');
    if (index % 2 === 1 || index === last) {
      old = nodeHash(sibling, old);
      now = nodeHash(sibling, now);
      while (index % 2 === 0 && index !== 0) [index, last] = [half(index), half(last)];
    } else {
      now = nodeHash(now, sibling);
    }
    [index, last] = [half(index), half(last)];
  }
  if (last !== 0) throw new ProofError('the consistency proof is too short');
  if (old !== fromRoot || now !== toRoot) {
    throw new ProofError(`the log of ${to} entries does not begin with the log of ${from} entries that was signed`);
  }
}

function isSize(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

function half(value: number): number {
  return Math.floor(value / 2);
}
