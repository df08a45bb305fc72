import { expect, test } from 'vitest';
import { Frontier } from '../../proof/frontier.ts';
import { emptyRoot, leafHash, ProofError } from '../../proof/hash.ts';
import { treeHash } from './reference.ts';

const leaves = Array.from({ length: 300 }, (_, index) => leafHash(`entry ${index + 1}`));

test('P10 the root of a frontier is the tree hash of RFC 6962 at every size', () => {
  const frontier = new Frontier();
  expect(frontier.root).toBe(emptyRoot);
  for (const [index, leaf] of leaves.entries()) {
    frontier.push(leaf);
    expect(frontier.root).toBe(treeHash(leaves.slice(0, index + 1)));
  }
});

test('P10 it hands out every complete subtree, with its place', () => {
  const frontier = new Frontier();
  const nodes: [number, number, string][] = [];
  for (const leaf of leaves) frontier.push(leaf, (level, index, hash) => nodes.push([level, index, hash]));
  expect(nodes).toHaveLength(150 + 75 + 37 + 18 + 9 + 4 + 2 + 1);
  for (const [level, index, hash] of nodes) {
    expect(hash).toBe(treeHash(leaves.slice(index * 2 ** level, (index + 1) * 2 ** level)));
  }
});

test('P10 it goes on from its text', () => {
  for (const size of [0, 1, 2, 3, 7, 8, 255, 256, 257]) {
    const frontier = new Frontier();
    for (const leaf of leaves.slice(0, size)) frontier.push(leaf);
    const again = Frontier.parse(size, frontier.text);
    for (const leaf of leaves.slice(size)) again.push(leaf);
    expect(again.root).toBe(treeHash(leaves));
  }
});

test('a text of another size is refused', () => {
  expect(() => Frontier.parse(3, leafHash(''))).toThrow(ProofError);
  expect(() => new Frontier(0, [emptyRoot])).toThrow(ProofError);
});

test('the published leaf and tree hashes of certificate transparency come out', () => {
  // github.com/google/certificate-transparency: merkle_tree_test, the empty leaf and the first tree hashes.
  expect(leafHash('')).toBe('6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d');
});
