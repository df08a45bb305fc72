import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { CheckpointSigner, originOf } from '../../../proof/checkpoint.ts';
import { Checkpoints } from '../../../server/log/checkpoints.ts';
import { KeptCheckpoint } from '../../../server/log/kept-checkpoint.ts';
import { readTailStart } from '../../../server/log/read.ts';
import { checkEnd } from '../../../server/log/self-check.ts';
import type { Fault } from '../../../server/log/tampered.ts';
import { Watchdog, type WatchdogOptions } from '../../../server/log/watchdog.ts';
import { createLedger, silentLog, type TestLedger } from '../../support/ledger.ts';
import { createStack, type Stack } from '../stack.ts';

const key = generateKeyPairSync('ed25519').privateKey;
let ledger: TestLedger;
let stack: Stack;
let folder: string;

beforeEach(async () => {
  ledger = await createLedger();
  stack = createStack(ledger);
  folder = await mkdtemp(join(tmpdir(), 'rowcast-watchdog-'));
  await stack.done({ type: 'table.create', name: 't', columns: [{ name: 'text', type: 'text' }] });
  await write(700);
});
afterEach(async () => {
  await stack.stop();
  await ledger.drop();
  await rm(folder, { recursive: true });
});

const insert = { type: 'row.insert' as const, table: 't', row: { text: 'worth 1000' } };
const write = (count: number) => stack.done({ type: 'batch', commands: Array.from({ length: count }, () => insert) });

/** A watchdog on the log as it is. */
async function watchdog(options: Partial<Pick<WatchdogOptions, 'onFault' | 'startChangesMax' | 'isNewLife'>> = {}) {
  const { frontier, epoch } = await readTailStart(stack.reading);
  const checkpoints = new Checkpoints(new CheckpointSigner(key, originOf(epoch)), frontier);
  return new Watchdog({
    database: stack.reading,
    checkpoints,
    kept: new KeptCheckpoint(folder),
    isNewLife: false,
    startChangesMax: 100_000,
    changesPerSecond: 100_000,
    onFault: () => undefined,
    log: silentLog,
    ...options,
  });
}

/** What a superuser does. */
async function tamper(...statements: readonly string[]): Promise<void> {
  await ledger.query(
    `SET session_replication_role = replica; ${statements.join('; ')}; RESET session_replication_role`,
  );
}

const fault = async (): Promise<Fault | undefined> =>
  (await checkEnd(stack.reading)) ?? (await (await watchdog()).checkAtStart());

const swap = `UPDATE change a SET entry = b.entry FROM change b
  WHERE (a.seq = 300 AND b.seq = 301) OR (a.seq = 301 AND b.seq = 300)`;

test('P10 nothing is wrong with a log that nobody changed', async () => {
  expect(await fault()).toBeUndefined();
});

test('P10 nor with one whose tiles keep no roots, as before 0.4.0', async () => {
  await tamper('UPDATE tile SET nodes = NULL WHERE index = 0');
  expect(await fault()).toBeUndefined();
});

test.each([
  [
    'an entry of a full tile that was edited',
    [`UPDATE change SET entry = replace(entry, '1000', '9000') WHERE seq = 300`],
    300,
  ],
  [
    'an entry behind the last full tile that was edited',
    [`UPDATE change SET entry = replace(entry, '1000', '9000') WHERE seq = 690`],
    513,
  ],
  ['an entry that was deleted', ['DELETE FROM change WHERE seq = 300'], 300],
  ['one behind the last full tile that was deleted', ['DELETE FROM change WHERE seq = 690'], 513],
  ['two that were swapped', [swap], 300],
  ['the last ones, cut', ['DELETE FROM change WHERE seq > 690'], 691],
  ['one more', [`INSERT INTO change SELECT 702, table_id, key, 702, entry FROM change WHERE seq = 701`], 702],
  ['a tile that was changed', [`UPDATE tile SET hash = sha256('x') WHERE index = 1`], 257],
  ['a root in a tile that was changed', [`UPDATE tile SET nodes = overlay(nodes placing sha256('x') from 33)`], 1],
  [
    'a root over two tiles that was changed',
    [`UPDATE tile SET nodes = overlay(nodes placing sha256('x') from 513) WHERE index = 1`],
    257,
  ],
  ['a tile that is gone', ['DELETE FROM tile WHERE index = 1'], 257],
  ['the last tile, gone', ['DELETE FROM tile WHERE index = 1'], 257],
  ['another tree in the head', [`UPDATE head SET peaks = overlay(peaks placing sha256('x') from 1)`], 513],
  ['another seq in the head', ['UPDATE head SET seq = 690'], 691],
])('P10 P11 %s is found, and the seq is named', async (_what, statements, seq) => {
  await tamper(...statements);
  expect(await fault()).toMatchObject({ seq });
});

test('P10 P11 what is older than it looks at by the start is found in the background', async () => {
  await tamper(`UPDATE change SET entry = replace(entry, '1000', '9000') WHERE seq = 10`);
  expect(await (await watchdog({ startChangesMax: 256 })).checkAtStart()).toBeUndefined();
  let running: Watchdog | undefined;
  const found = await new Promise<Fault>((resolve) => {
    void watchdog({ onFault: resolve, startChangesMax: 256 }).then((dog) => {
      running = dog;
      dog.run();
    });
  });
  await running?.stop();
  expect(found).toEqual({ seq: 10, what: 'entry 10 was changed' });
});

/** Rewrites the past, and everything that is kept of the tree with it: nothing in the database shows it. */
async function rehash(): Promise<void> {
  await tamper(
    `UPDATE change SET entry = replace(entry, '1000', '9000') WHERE seq = 10`,
    'DELETE FROM tile',
    'UPDATE head SET peaks = NULL',
  );
  const { buildTree } = await import('../../../server/log/build-tree.ts');
  await buildTree(stack.reading);
}

test('P10 P11 a past that was rewritten with its whole tree is found by what the server had signed', async () => {
  await (await watchdog()).stop();
  await rehash();
  expect(await fault()).toMatchObject({ what: 'its first 701 entries are others than those this server has signed' });
});

test('P10 P11 so is an older state that was put back', async () => {
  await ledger.query('CREATE TABLE kept AS SELECT * FROM head');
  await write(10);
  await (await watchdog()).stop();
  await tamper(
    'DELETE FROM change WHERE seq > 701',
    'UPDATE head SET seq = kept.seq, peaks = kept.peaks, schema_seq = kept.schema_seq FROM kept',
  );
  expect(await fault()).toMatchObject({ seq: 702, what: 'it has 701 entries, and this server has signed 711' });
});

test('P10 a running server finds that the past was rewritten with its tree', async () => {
  const found: Fault[] = [];
  const dog = await watchdog({ onFault: (one) => found.push(one) });
  await rehash();
  dog.run();
  await expect.poll(() => found[0]?.what, { timeout: 15_000 }).toMatch('others than those this server has signed');
  await dog.stop();
});

test('P10 P11 a past that was rewritten and given another epoch is found, unless a new life was begun at this start', async () => {
  await (await watchdog()).stop();
  await rehash();
  await ledger.query(`UPDATE head SET epoch = 'another'`);
  const what = expect.stringMatching(
    /^it is of the life rowcast\/another, and what was signed last, in .*, of the life /,
  );
  expect(await fault()).toEqual({ seq: 1, what });
  expect(await (await watchdog({ isNewLife: true })).checkAtStart()).toBeUndefined();
  // From there on the new life has its checkpoint, also when the server is killed.
  expect(await fault()).toBeUndefined();
});
