import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Frontier, foldRight } from '../../proof/frontier.ts';
import { type Hash, leafHash, ProofError } from '../../proof/hash.ts';
import { consistencyRanges, inclusionRanges, nodesOf, type Range } from '../../proof/ranges.ts';
import { verifyConsistency, verifyInclusion } from '../../proof/verify.ts';
import { path, proof, treeHash } from './reference.ts';

const leaves = Array.from({ length: 70 }, (_, index) => leafHash(`entry ${index + 1}`));
const root = (size: number): Hash => treeHash(leaves.slice(0, size));

/** The hash of a range as a server makes it: from complete subtrees. */
function rangeHash(range: Range): Hash {
  const nodes = nodesOf(range).map(({ level, index }) =>
    treeHash(leaves.slice(index * 2 ** level, (index + 1) * 2 ** level)),
  );
  return foldRight(nodes) ?? '';
}

const inclusion = (seq: number, size: number): Hash[] => inclusionRanges(seq, size).map(rangeHash);
const consistency = (from: number, to: number): Hash[] => consistencyRanges(from, to).map(rangeHash);

describe('P10 proofs', () => {
  test('P10 of every entry in every tree are those of RFC 6962, and hold', () => {
    for (let size = 1; size <= leaves.length; size += 1) {
      for (let seq = 1; seq <= size; seq += 1) {
        const hashes = inclusion(seq, size);
        expect(hashes).toEqual(path(seq - 1, leaves.slice(0, size)));
        verifyInclusion({ seq, size, leaf: leaves[seq - 1] ?? '', root: root(size), proof: hashes });
      }
    }
  });

  test('P10 between every two sizes are those of RFC 6962, and hold', () => {
    for (let to = 0; to <= leaves.length; to += 1) {
      for (let from = 0; from <= to; from += 1) {
        const hashes = consistency(from, to);
        expect(hashes).toEqual(proof(from, leaves.slice(0, to)));
        verifyConsistency({ from, fromRoot: root(from), to, toRoot: root(to), proof: hashes });
      }
    }
  });

  test('P10 stay logarithmic up to 2^52 entries', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 52 }), fc.double({ min: 0, max: 1, noNaN: true }), (size, part) => {
        const seq = Math.max(1, Math.ceil(size * part));
        for (const ranges of [inclusionRanges(seq, size), consistencyRanges(seq, size)]) {
          expect(ranges.length).toBeLessThanOrEqual(54);
          for (const range of ranges) {
            const nodes = nodesOf(range);
            expect(nodes.reduce((sum, { level }) => sum + 2 ** level, 0)).toBe(range.to - range.from);
            expect(nodes.every(({ index }) => Number.isInteger(index))).toBe(true);
          }
        }
      }),
    );
  });
});

/** Every way to spoil a list of hashes a little. */
function spoiled(hashes: readonly Hash[]): Hash[][] {
  const other = leafHash('forged');
  return [
    [...hashes, other],
    [other, ...hashes],
    ...hashes.map((_, at) => hashes.filter((_hash, index) => index !== at)),
    ...hashes.map((_, at) => hashes.map((hash, index) => (index === at ? other : hash))),
    ...(new Set(hashes).size > 1 ? [[...hashes].reverse()] : []),
  ];
}

describe('P10 forged proofs are refused', () => {
  test('P10 of inclusion: other hashes, another leaf, another seq, another size, another root', () => {
    for (const size of [1, 2, 3, 6, 7, 8, 33, 70]) {
      for (let seq = 1; seq <= size; seq += 1) {
        const right = { seq, size, leaf: leaves[seq - 1] ?? '', root: root(size), proof: inclusion(seq, size) };
        const wrong = [
          ...spoiled(right.proof).map((hashes) => ({ ...right, proof: hashes })),
          { ...right, leaf: leafHash('another entry') },
          { ...right, root: leafHash('another tree') },
          { ...right, seq: seq + 1 },
          { ...right, seq: 0 },
          { ...right, seq: 1.5 },
          { ...right, size: Number.NaN },
          { ...right, size: -1 },
          { ...right, size: 0 },
        ];
        for (const forged of wrong) expect(() => verifyInclusion(forged), JSON.stringify(forged)).toThrow(ProofError);
      }
    }
  });

  test('P10 of consistency: other hashes, other roots, sizes that lie', () => {
    for (const to of [2, 3, 6, 7, 8, 33, 70]) {
      for (let from = 1; from < to; from += 1) {
        const right = { from, fromRoot: root(from), to, toRoot: root(to), proof: consistency(from, to) };
        const wrong = [
          ...spoiled(right.proof).map((hashes) => ({ ...right, proof: hashes })),
          { ...right, fromRoot: leafHash('another past') },
          { ...right, toRoot: leafHash('another present') },
          { ...right, from: to, to: from },
          { ...right, from: -1 },
          { ...right, to: Number.POSITIVE_INFINITY },
          { ...right, from: from + 0.5 },
        ];
        for (const forged of wrong) expect(() => verifyConsistency(forged), JSON.stringify(forged)).toThrow(ProofError);
      }
    }
  });

  test('P10 two trees of one size', () => {
    const same = { from: 5, fromRoot: root(5), to: 5, toRoot: root(6), proof: [] };
    expect(() => verifyConsistency(same)).toThrow('two trees of 5');
  });

  test('P10 a rewritten entry of the same length, anywhere', () => {
    for (let at = 0; at < 33; at += 1) {
      const rewritten = leaves.slice(0, 70).map((leaf, index) => (index === at ? leafHash('ENTRY') : leaf));
      const frontier = new Frontier();
      for (const leaf of rewritten) frontier.push(leaf);
      const hashes = proof(33, rewritten);
      expect(() =>
        verifyConsistency({ from: 33, fromRoot: root(33), to: 70, toRoot: frontier.root, proof: hashes }),
      ).toThrow('does not begin with');
    }
  });
});
