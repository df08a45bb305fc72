import { beforeEach, expect, test } from 'vitest';
import { LeafWalk } from '../../../client/export/proof/leaf-walk.ts';
import { FakeTiming } from '../fake-timing.ts';
import { Dice } from '../random.ts';
import { entryAt, LyingLog } from '../trust/lying-log.ts';

let log: LyingLog;
let walk: LeafWalk;

beforeEach(() => {
  log = new LyingLog(3);
  const parts = { timing: new FakeTiming(new Dice(1)), trust: undefined, signal: new AbortController().signal };
  walk = new LeafWalk({ ...parts, reads: log.reads }, { seq: 3, epoch: log.epoch });
});

test('gives the proof of what it was shown', async () => {
  await walk.choose(2, entryAt(2));
  expect((await walk.finish()).hashes).toHaveLength(2);
});

test('a server that has fewer entries than it gave, or signs something else, is told as one that tampered', async () => {
  await walk.choose(1, entryAt(1));
  log.twist = (_question, body) => ({ ...body, checkpoint: log.note().replace(/[0-9]+\n/, '4\n') });
  await expect(walk.finish()).rejects.toMatchObject({ code: 'tampered' });
  log.entries = [];
  const other = new LeafWalk(
    { timing: new FakeTiming(new Dice(1)), trust: undefined, signal: new AbortController().signal, reads: log.reads },
    { seq: 3, epoch: log.epoch },
  );
  await expect(other.choose(1, entryAt(1))).rejects.toMatchObject({ code: 'tampered' });
});
