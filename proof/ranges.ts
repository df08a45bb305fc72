/** Leaves of a tree, counted from 0: from `from` to before `to`. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** A complete subtree: 2^level leaves, beginning at leaf index · 2^level. */
export interface Node {
  readonly level: number;
  readonly index: number;
}

/**
 * The subtrees whose roots show that the entry `seq` is in the tree of `size` entries, from the leaf upwards: PATH of
 * RFC 6962, 2.1.1.
 */
export function inclusionRanges(seq: number, size: number): Range[] {
  const ranges: Range[] = [];
  let [from, to] = [0, size];
  while (to - from > 1) {
    const middle = from + largestPowerBelow(to - from);
    if (seq - 1 < middle) {
      ranges.push({ from: middle, to });
      to = middle;
    } else {
      ranges.push({ from, to: middle });
      from = middle;
    }
  }
  return ranges.reverse();
}

/** The largest complete subtrees of a tree: what its frontier holds the roots of. */
export function peakRanges(size: number): Range[] {
  return nodesOf({ from: 0, to: size }).map(({ level, index }) => ({
    from: index * 2 ** level,
    to: (index + 1) * 2 ** level,
  }));
}

/** The subtrees whose roots show that the tree of `size` begins with the tree of `before`: PROOF of RFC 6962, 2.1.2. */
export function consistencyRanges(before: number, size: number): Range[] {
  if (before === 0 || before === size) return [];
  const ranges: Range[] = [];
  let [from, to] = [0, size];
  while (before !== to) {
    const middle = from + largestPowerBelow(to - from);
    if (before <= middle) {
      ranges.push({ from: middle, to });
      to = middle;
    } else {
      ranges.push({ from, to: middle });
      from = middle;
    }
  }
  // The old tree's own root is known to whoever asks, unless it is only a part of it that ends here.
  if (from > 0) ranges.push({ from, to });
  return ranges.reverse();
}

/** The complete subtrees of a range that begins where one of its size may begin, from left to right. */
export function nodesOf({ from, to }: Range): Node[] {
  const nodes: Node[] = [];
  for (let start = from; start < to; ) {
    const level = floorLog2(to - start);
    nodes.push({ level, index: start / 2 ** level });
    start += 2 ** level;
  }
  return nodes;
}

function largestPowerBelow(count: number): number {
  return 2 ** floorLog2(count - 1);
}

/** Exact for every safe integer; Math.log2 rounds 2^50 - 2 up to 50. */
function floorLog2(count: number): number {
  let level = 0;
  for (let rest = count; rest >= 2; rest = Math.floor(rest / 2)) level += 1;
  return level;
}
