import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Frontier } from '../../../proof/frontier.ts';
import { type Hash, leafHash, ProofError } from '../../../proof/hash.ts';
import { consistencyRanges, inclusionRanges } from '../../../proof/ranges.ts';
import { verifyConsistency, verifyInclusion } from '../../../proof/verify.ts';
import { buildTree } from '../../../server/log/build-tree.ts';
import { readTailStart } from '../../../server/log/read.ts';
import { TreeReader } from '../../../server/log/tree-reader.ts';
import { Dice } from '../../client/random.ts';
import { createLedger, type TestLedger } from '../../support/ledger.ts';
import { createStack, type Stack } from '../stack.ts';

/** The tree over what is in the log, made from nothing but its entries. */
async function treeOf(ledger: TestLedger): Promise<{ leaves: Hash[]; at: (size: number) => Frontier }> {
  const entries = await ledger.query<{ entry: string }>('SELECT entry FROM change ORDER BY seq');
  const leaves = entries.map(({ entry }) => leafHash(entry));
  const at = (size: number): Frontier => {
    const frontier = new Frontier();
    for (const leaf of leaves.slice(0, size)) frontier.push(leaf);
    return frontier;
  };
  return { leaves, at };
}

/** The root over leaves from one to before another. */
function rootOver(leaves: readonly Hash[], from: number, to: number): Hash {
  const frontier = new Frontier();
  for (const leaf of leaves.slice(from, to)) frontier.push(leaf);
  return frontier.root;
}

/** What a tile keeps besides its leaves: over each 16 of them, and over 2, 4, 8 ... tiles that end with it. */
function nodesOfTile(leaves: readonly Hash[], index: number): Hash[] {
  const inner = Array.from({ length: 16 }, (_, at) => index * 256 + at * 16).map((at) => rootOver(leaves, at, at + 16));
  const end = index + 1;
  const above = [2, 4, 8, 16, 32, 64, 128, 256].filter((count) => end % count === 0);
  return [...inner, ...above.map((count) => rootOver(leaves, (end - count) * 256, end * 256))];
}

/** What a superuser does. */
async function asSuperuser(ledger: TestLedger, statement: string): Promise<void> {
  await ledger.query(`SET session_replication_role = replica; ${statement}; RESET session_replication_role`);
}

const insert = { type: 'row.insert' as const, table: 't', row: { text: 'é "quoted" \\ and more' } };
const batch = (count: number) => ({ type: 'batch' as const, commands: Array.from({ length: count }, () => insert) });

describe('the tree grows with the log', () => {
  let ledger: TestLedger;
  let stack: Stack;
  let other: Stack;

  beforeAll(async () => {
    ledger = await createLedger();
    stack = createStack(ledger);
    other = createStack(ledger);
    await stack.done({ type: 'table.create', name: 't', columns: [{ name: 'text', type: 'text' }] });
  });
  afterAll(async () => {
    await stack.stop();
    await other.stop();
    await ledger.drop();
  });

  test('P10 the head holds the tree over every entry, whoever writes, in groups of any size', async () => {
    const dice = new Dice(Number(process.env.ROWCAST_SEED ?? 7));
    for (let round = 0; round < 30; round += 1) {
      const writer = dice.chance(0.5) ? stack : other;
      await Promise.all([writer.done(insert), writer.done(batch(1 + dice.below(90)))]);
    }
    await other.done(batch(700));
    const { at, leaves } = await treeOf(ledger);
    const { frontier } = await readTailStart(stack.reading);
    expect(frontier.size).toBe(leaves.length);
    expect(frontier.root).toBe(at(leaves.length).root);
    const tiles = await ledger.query<{ index: string; leaves: Buffer; nodes: Buffer }>(
      'SELECT * FROM tile ORDER BY index',
    );
    expect(tiles).toHaveLength(Math.floor(leaves.length / 256));
    for (const [index, tile] of tiles.entries()) {
      expect(tile.leaves.toString('hex')).toBe(leaves.slice(index * 256, (index + 1) * 256).join(''));
      expect(tile.nodes.toString('hex')).toBe(nodesOfTile(leaves, index).join(''));
    }
  });

  test('P10 a refused command leaves no trace in it', async () => {
    const before = await readTailStart(stack.reading);
    await stack.submit({ type: 'row.insert', table: 't', row: { text: 5 } });
    expect((await readTailStart(stack.reading)).frontier.root).toBe(before.frontier.root);
  });

  test('P10 the server cannot change what it has written of it', async () => {
    await expect(
      stack.reading
        .updateTable('tile')
        .set({ hash: Buffer.alloc(32) })
        .execute(),
    ).rejects.toThrow(/permission denied|append-only/);
    await expect(ledger.query('DELETE FROM tile')).rejects.toThrow('append-only');
  });
});

describe('proofs from the tree', () => {
  /** More than one tile of the second level: 65,536 entries and some. */
  const count = 66_321;
  let ledger: TestLedger;
  let tree: TreeReader;
  let leaves: Hash[];
  const roots = new Map<number, Hash>();
  const sizes = [0, 1, 2, 3, 255, 256, 257, 511, 512, 1_000, 32_768, 65_535, 65_536, 65_537, 65_800, count - 1, count];

  beforeAll(async () => {
    ledger = await createLedger();
    // A log from before there was a tree.
    await ledger.query(
      `INSERT INTO change (seq, table_id, key, group_last, entry)
       SELECT seq, 1, 'k', seq, '{"seq":' || seq || ',"text":"ü"}' FROM generate_series(1, $1::int) AS seq`,
      [count],
    );
    await ledger.query('UPDATE head SET seq = $1, schema_seq = 1, peaks = NULL', [count]);
    const database = ledger.open();
    expect(await buildTree(database)).toBe(count);
    expect(await buildTree(database)).toBe(0);
    tree = new TreeReader(database);
    const built = await treeOf(ledger);
    leaves = built.leaves;
    const frontier = new Frontier();
    if (sizes.includes(0)) roots.set(0, frontier.root);
    for (const leaf of leaves) {
      frontier.push(leaf);
      if (sizes.includes(frontier.size)) roots.set(frontier.size, frontier.root);
    }
  });
  afterAll(() => ledger.drop());

  test('P10 the tree is built over a log from before there was one', async () => {
    expect((await readTailStart(ledger.open(1))).frontier.root).toBe(roots.get(count));
    expect(await ledger.query('SELECT level::int, count(*)::int FROM tile GROUP BY level ORDER BY level')).toEqual([
      { level: 0, count: Math.floor(count / 256) },
      { level: 1, count: 1 },
    ]);
  });

  async function demandTrees(): Promise<void> {
    for (const size of sizes) expect((await tree.frontierAt(size)).root, `${size}`).toBe(roots.get(size));
  }

  async function demandConsistency(): Promise<void> {
    for (const to of sizes) {
      for (const from of sizes.filter((size) => size <= to)) {
        const proof = await tree.rangeHashes(consistencyRanges(from, to));
        verifyConsistency({ from, fromRoot: roots.get(from) ?? '', to, toRoot: roots.get(to) ?? '', proof });
      }
    }
  }

  async function demandInclusion(): Promise<void> {
    for (const size of sizes.slice(1)) {
      for (const seq of [1, 2, Math.ceil(size / 3), size - 1, size].filter((one) => one >= 1 && one <= size)) {
        const proof = await tree.rangeHashes(inclusionRanges(seq, size));
        verifyInclusion({ seq, leaf: leaves[seq - 1] ?? '', size, root: roots.get(size) ?? '', proof });
      }
    }
  }

  test('P10 any older tree can be had', demandTrees);
  test('P10 consistency of any two sizes', demandConsistency);
  test('P10 inclusion of any entry in any tree', demandInclusion);

  test('P10 every tile keeps the roots that proofs are made of', async () => {
    const tiles = await ledger.query<{ nodes: Buffer }>('SELECT nodes FROM tile WHERE level = 0 ORDER BY index');
    expect(tiles.map(({ nodes }) => nodes.toString('hex'))).toEqual(
      tiles.map((_, index) => nodesOfTile(leaves, index).join('')),
    );
  });

  test.each([
    [0, 10],
    [250, 260],
    [256, 512],
    [300, 1_300],
    [65_279, 66_321],
    [66_320, 66_321],
    [66_300, 66_301],
  ])('P10 the hashes of the entries behind %i, up to %i', async (after, to) => {
    expect(await tree.leaves(after, to)).toEqual(leaves.slice(after, to));
  });

  test('P10 a root that was changed in a tile makes no proof', async () => {
    const changes = [
      ['over 16 of its entries', 0, 128],
      ['over 2 tiles', 16, 512],
      ['over 128 tiles', 22, 32_768],
    ] as const;
    for (const [what, node, size] of changes) {
      const place = `WHERE level = 0 AND index = ${Math.ceil(size / 256) - 1}`;
      const from = node * 32 + 1;
      const change = (to: string) => `UPDATE tile SET nodes = overlay(nodes PLACING ${to} FROM ${from}) ${place}`;
      const [kept] = await ledger.query<{ node: Buffer }>(
        `SELECT substring(nodes FROM ${from} FOR 32) AS node FROM tile ${place}`,
      );
      await asSuperuser(ledger, change(`sha256('another')`));
      expect((await tree.frontierAt(size)).root, what).not.toBe(rootOver(leaves, 0, size));
      await asSuperuser(ledger, change(`'\\x${kept?.node.toString('hex')}'::bytea`));
      expect((await tree.frontierAt(size)).root, what).toBe(rootOver(leaves, 0, size));
    }
  });

  test('P10 the same of tiles that keep no roots, as versions before 0.4.0 wrote them', async () => {
    for (const which of ['index < 100', 'true']) {
      await asSuperuser(ledger, `UPDATE tile SET nodes = NULL WHERE ${which}`);
      await demandTrees();
      await demandConsistency();
      await demandInclusion();
    }
  });

  test('P10 where some of such tiles are gone it says so, and makes no other tree', async () => {
    await asSuperuser(ledger, 'DELETE FROM tile WHERE level = 0 AND index >= 64');
    await expect(tree.frontierAt(32_768)).rejects.toThrow(ProofError);
  });

  test('P10 where entries and their tile are gone it says so', async () => {
    const gone = await createLedger();
    await gone.query('UPDATE head SET seq = 300');
    await expect(new TreeReader(gone.open(1)).frontierAt(300)).rejects.toThrow(ProofError);
    await gone.drop();
  });
});
