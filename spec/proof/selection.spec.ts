import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Frontier } from '../../proof/frontier.ts';
import { type Hash, leafHash, ProofError } from '../../proof/hash.ts';
import { Selection, SelectionCheck } from '../../proof/selection.ts';

const leaves = Array.from({ length: 130 }, (_, index) => leafHash(`entry ${index + 1}`));

function select(size: number, chosen: ReadonlySet<number>): Selection {
  const selection = new Selection();
  for (const [index, leaf] of leaves.slice(0, size).entries()) selection.push(leaf, chosen.has(index + 1));
  return selection;
}

function rootOf(size: number, chosen: readonly number[], proof: readonly Hash[]): Hash {
  const check = new SelectionCheck(proof);
  for (const seq of chosen) check.push(seq, leaves[seq - 1] ?? '');
  return check.root(size);
}

const choices = fc
  .integer({ min: 1, max: leaves.length })
  .chain((size) => fc.tuple(fc.constant(size), fc.uniqueArray(fc.integer({ min: 1, max: size }))))
  .map(([size, chosen]) => ({ size, chosen: chosen.sort((a, b) => a - b) }));

describe('P10 one proof for many entries', () => {
  it('makes the root of the tree, whatever was chosen', () => {
    fc.assert(
      fc.property(choices, ({ size, chosen }) => {
        const { root, proof } = select(size, new Set(chosen));
        const frontier = new Frontier();
        for (const leaf of leaves.slice(0, size)) frontier.push(leaf);
        expect(root).toBe(frontier.root);
        expect(rootOf(size, chosen, proof)).toBe(root);
        expect(proof.length).toBeLessThanOrEqual((chosen.length + 1) * Math.ceil(Math.log2(size) + 1));
      }),
    );
  });

  it('is a few hashes for a stretch, and none for all', () => {
    const all = leaves.map((_, index) => index + 1);
    expect(select(130, new Set(all)).proof).toEqual([]);
    expect(select(130, new Set(all.slice(90))).proof.length).toBe(4);
  });

  it('makes another root, or none, of another entry, place or proof', () => {
    fc.assert(
      fc.property(choices, fc.nat(), ({ size, chosen }, dice) => {
        fc.pre(chosen.length > 0);
        const { root, proof } = select(size, new Set(chosen));
        const at = dice % chosen.length;
        const others = [
          () => {
            const check = new SelectionCheck(proof);
            for (const seq of chosen) check.push(seq, leafHash(seq === chosen[at] ? 'another' : `entry ${seq}`));
            return check.root(size);
          },
          () => rootOf(size, chosen.toSpliced(at, 1), proof),
          () => rootOf(size, chosen, [...proof, leafHash('one more')]),
          () =>
            rootOf(
              size,
              chosen,
              proof
                .map((hash, index) => (index === dice % proof.length ? leafHash(hash) : hash))
                .concat(proof.length === 0 ? [leafHash('x')] : []),
            ),
        ];
        for (const other of others) expect(rootUnlessRefused(other)).not.toBe(root);
      }),
    );
  });

  it('takes entries in their order only', () => {
    expect(() => rootOf(3, [2, 2], [])).toThrow(ProofError);
    expect(() => rootOf(3, [3, 1], [])).toThrow(ProofError);
    expect(() => rootOf(2, [3], [])).toThrow(ProofError);
    expect(() => rootOf(0, [], [])).toThrow(ProofError);
  });
});

function rootUnlessRefused(make: () => Hash): Hash | undefined {
  try {
    return make();
  } catch (error) {
    if (error instanceof ProofError) return undefined;
    throw error;
  }
}
