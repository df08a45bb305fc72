import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { RowcastError } from '../../../client/errors.ts';
import { EntryLines } from '../../../client/lines.ts';
import { type CheckpointStore, MemoryStore } from '../../../client/trust/checkpoint-store.ts';
import { EntryCheck } from '../../../client/trust/entry-check.ts';
import { TamperedError } from '../../../client/trust/fault.ts';
import { LogTrust } from '../../../client/trust/log-trust.ts';
import type { Unproven } from '../../../client/trust/proof-debt.ts';
import { leafHash, toBase64 } from '../../../proof/hash.ts';
import { treeHash } from '../../proof/reference.ts';
import { FakeTiming } from '../fake-timing.ts';
import { Dice } from '../random.ts';
import { entryAt, faultOf, LyingLog } from './lying-log.ts';

const never = new AbortController().signal;

function trustIn(log: LyingLog, store: CheckpointStore = new MemoryStore()) {
  const timing = new FakeTiming(new Dice(1));
  return { trust: new LogTrust({ reads: log.reads, store, timing }), timing, store };
}

/** A client that was there before: what it has verified is kept. */
async function veteran(log: LyingLog): Promise<CheckpointStore> {
  const { trust, store } = trustIn(log);
  await trust.contact(never);
  return store;
}

/** Who has made contact. */
async function met(log: LyingLog, store: CheckpointStore): Promise<LogTrust> {
  const { trust } = trustIn(log, store);
  await trust.contact(never);
  return trust;
}

/** What a client that was there before says of what it is shown now; its time passes. */
async function judged(log: LyingLog, store: CheckpointStore): Promise<TamperedError> {
  const { trust, timing } = trustIn(log, store);
  let outcome: unknown = 'nothing';
  const contact = trust.contact(never).then(
    () => (outcome = undefined),
    (error: unknown) => (outcome = error),
  );
  while (outcome === 'nothing') {
    timing.advance(1_000);
    await new Promise(setImmediate);
  }
  await contact;
  if (!(outcome instanceof TamperedError)) throw new Error(`no fault was found: ${String(outcome)}`);
  return outcome;
}

describe('P10 a log that goes on as it was', () => {
  test.each([0, 1, 2, 7, 8, 100])(
    'of %i entries is verified, kept, and verified again when it has grown',
    async (size) => {
      const log = new LyingLog(size);
      const store = await veteran(log);
      for (const more of [0, 1, 5, 60]) {
        log.grow(more);
        const { trust } = trustIn(log, store);
        expect(await trust.contact(never)).toMatchObject({ size: log.entries.length });
      }
    },
  );

  test('of a new epoch is no fault, is said to be new by the first who meets it, and the former lives stay known', async () => {
    const log = new LyingLog(10);
    const store = await veteran(log);
    const one = { epoch: 'epoch-one', seq: 10, root: toBase64(treeHash(log.entries.map(leafHash))) };
    expect((await met(log, store)).newLife).toBeUndefined();
    log.epoch = 'epoch-two';
    log.entries.length = 4;
    expect((await met(log, store)).newLife).toMatchObject({ epoch: 'epoch-two', former: [one] });
    const later = await met(log, store);
    expect({ newLife: later.newLife, former: later.former }).toMatchObject({ newLife: undefined, former: [one] });
    log.epoch = 'epoch-three';
    expect((await met(log, store)).newLife?.former.map(({ epoch, seq }) => [epoch, seq])).toEqual(
      expect.arrayContaining([
        ['epoch-one', 10],
        ['epoch-two', 4],
      ]),
    );
  });

  test('of a new epoch, met while one watches, is said, and what was verified of the former one until then is kept', async () => {
    const log = new LyingLog(10);
    const { trust, store, timing } = trustIn(log);
    await trust.contact(never);
    log.grow(7);
    await trust.meet(log.head());
    log.epoch = 'epoch-two';
    timing.advance(1_000);
    await trust.meet(log.head());
    expect(trust.newLife).toMatchObject({ epoch: 'epoch-two', former: [{ epoch: 'epoch-one', seq: 17 }] });
    await trust.contact(never);
    expect((await met(log, store)).former).toMatchObject([{ epoch: 'epoch-one', seq: 17 }]);
  });

  test('that comes back from another epoch must still be what it was', async () => {
    const log = new LyingLog(50);
    const store = await veteran(log);
    log.epoch = 'epoch-two';
    await met(log, store);
    log.epoch = 'epoch-one';
    log.entries[3] = entryAt(4, 'lies');
    expect((await judged(log, store)).fault).toMatchObject({ kind: 'forked' });
  });

  test('of which old heads come, however late and however many, is whole as long as the server has it all', async () => {
    const log = new LyingLog(10);
    const { trust, timing } = trustIn(log);
    await trust.contact(never);
    for (let seq = 1; seq < 10; seq += 1) {
      await trust.meet(log.head(seq));
      timing.advance(4_000);
    }
    expect(trust.fault).toBeUndefined();
    expect(trust.verified?.size).toBe(10);
  });
});

describe('P10 a log that is not what it was', () => {
  test('is said to be so by its own server', async () => {
    const log = new LyingLog(50);
    const { trust } = trustIn(log);
    await trust.contact(never);
    const fault = { seq: 7, what: 'entry 7 was changed' };
    await expect(trust.meet({ ...log.head(), fault })).rejects.toThrow(
      'the log is not what it was: entry 7 was changed',
    );
    expect(trust.fault).toMatchObject({ kind: 'changed', first: 7 });
  });

  test('forgot its end', async () => {
    const log = new LyingLog(50);
    const store = await veteran(log);
    log.entries.length = 40;
    expect((await judged(log, store)).fault).toMatchObject({ kind: 'forgot', first: 41 });
  });

  test.each([1, 17, 50])('was rewritten at %i, to the same length, tree and signature and all', async (bad) => {
    const log = new LyingLog(50);
    const store = await veteran(log);
    log.entries[bad - 1] = entryAt(bad, 'lies');
    log.grow(9);
    const { fault } = await judged(log, store);
    expect(fault.kind).toBe('rewritten');
    expect(fault.first).toBeLessThanOrEqual(bad);
    expect(fault.last).toBeGreaterThanOrEqual(bad);
  });

  test('is said to be shorter than what was signed, for longer than another server is behind', async () => {
    const log = new LyingLog(50);
    const store = await veteran(log);
    log.grow(1);
    log.twist = (question, body) => {
      if (question.size === undefined) return body;
      throw new RowcastError('ahead_of_server', 'the log ends at 50, before 51');
    };
    expect((await judged(log, store)).fault).toMatchObject({ kind: 'forgot', first: 1 });
  });

  test('has two entries swapped', async () => {
    const log = new LyingLog(50);
    const store = await veteran(log);
    [log.entries[4], log.entries[5]] = [log.entries[5] ?? '', log.entries[4] ?? ''];
    log.grow(1);
    expect((await judged(log, store)).fault).toMatchObject({ kind: 'rewritten' });
  });

  test('forked: another log of the same length', async () => {
    const log = new LyingLog(50);
    const store = await veteran(log);
    log.entries[3] = entryAt(4, 'lies');
    expect((await judged(log, store)).fault).toMatchObject({ kind: 'forked', last: 50 });
  });

  test('is signed by another key', async () => {
    const log = new LyingLog(20);
    const store = await veteran(log);
    log.key = generateKeyPairSync('ed25519').privateKey;
    expect((await judged(log, store)).fault).toMatchObject({ kind: 'signer' });
  });

  test('is not signed any more: by a server that says that it cannot', async () => {
    const log = new LyingLog(20);
    const store = await veteran(log);
    log.twist = () => {
      throw new RowcastError('unknown_type', 'unknown type log.proof');
    };
    expect((await judged(log, store)).fault).toMatchObject({ kind: 'signer' });
  });

  test('bears the checkpoint of another log, or one that was altered', async () => {
    const log = new LyingLog(20);
    const other = new LyingLog(30);
    other.epoch = 'epoch-other';
    for (const note of [other.note(), log.note().replace('\n20\n', '\n21\n'), 'nonsense', '']) {
      const { trust } = trustIn(log);
      log.twist = (question, body) => (question.size === undefined ? { ...body, checkpoint: note } : body);
      await expect(trust.contact(never)).rejects.toMatchObject({ fault: { kind: 'signer' } });
    }
  });

  test.each(['consistency'])('comes with a forged, empty, cut, repeated or missing proof of %s', async (field) => {
    const log = new LyingLog(50);
    const store = await veteran(log);
    log.entries[3] = entryAt(4, 'lies');
    log.grow(14);
    const zero = Buffer.alloc(32).toString('base64');
    const lies: ((proof: string[]) => string[] | undefined)[] = [
      () => [],
      () => [zero],
      (proof) => proof.slice(1),
      (proof) => proof.slice(0, -1),
      (proof) => [...proof, ...proof],
      (proof) => proof.map(() => zero),
      () => undefined,
    ];
    for (const lie of lies) {
      log.twist = (question, body) =>
        question.size === undefined || question.from === question.size
          ? body
          : { ...body, [field]: lie(body[field] as string[]) };
      expect((await judged(log, store)).fault.kind).toBe('rewritten');
    }
  });

  test('a fault stays, and what was kept stays with it', async () => {
    const log = new LyingLog(50);
    const store = await veteran(log);
    const before = await store.read('rowcast/epoch-one');
    log.entries[3] = entryAt(4, 'lies');
    const { trust } = trustIn(log, store);
    await expect(trust.contact(never)).rejects.toBeInstanceOf(TamperedError);
    log.entries[3] = entryAt(4);
    await expect(trust.contact(never)).rejects.toBeInstanceOf(TamperedError);
    expect(before).toBeDefined();
    expect(await store.read('rowcast/epoch-one')).toEqual(before);
  });

  test('a head that says another end than its checkpoint, or comes without one', async () => {
    const log = new LyingLog(20);
    const lies = [
      { ...log.head(), seq: 25 },
      { ...log.head(), seq: 5 },
      { ...log.head(), checkpoint: undefined },
    ];
    for (const lie of lies) {
      const { trust } = trustIn(log);
      await trust.contact(never);
      const { checkpoint, ...head } = lie;
      const shown = checkpoint === undefined ? head : { ...head, checkpoint };
      await expect(trust.meet(shown)).rejects.toBeInstanceOf(TamperedError);
    }
  });
});

function check(log: LyingLog) {
  const { trust, timing } = trustIn(log);
  const faults: TamperedError[] = [];
  const told: (Unproven | undefined)[] = [];
  const entries = new EntryCheck({
    trust,
    reads: log.reads,
    timing,
    onFault: (error) => faults.push(error),
    onUnproven: (unproven) => told.push(unproven),
  });
  return { trust, timing, entries, faults, told };
}

describe('P10 entries that are delivered', () => {
  /** Until a head was dealt with. */
  async function settled(entries: EntryCheck, seq: number): Promise<void> {
    for (let turn = 0; turn < 1_000 && entries.verified < seq; turn += 1) await new Promise(setImmediate);
    expect(entries.verified).toBe(seq);
  }

  test('as they stand in the log are verified: all, some with others between, from anywhere on, in any order', async () => {
    const log = new LyingLog(300);
    for (const seqs of [
      [1, 2, 3],
      [5, 9, 200, 300],
      [250, 7, 8],
      [300, 299],
    ]) {
      const { trust, entries, faults } = check(log);
      await trust.contact(never);
      entries.take(EntryLines.of(seqs.map((seq) => entryAt(seq))));
      entries.head(log.head());
      await settled(entries, 300);
      expect(faults).toEqual([]);
    }
  });

  test('go on being verified as the log grows', async () => {
    const log = new LyingLog(3);
    const { trust, entries } = check(log);
    await trust.contact(never);
    for (let round = 0; round < 20; round += 1) {
      log.grow(round);
      entries.take(EntryLines.of(log.entries.slice(-round || log.entries.length)));
      entries.head(log.head());
      await settled(entries, log.entries.length);
    }
  });

  test('one after another need no proof from the server', async () => {
    const log = new LyingLog(40);
    const { trust, entries } = check(log);
    await trust.contact(never);
    entries.take(EntryLines.of(log.entries.slice(30)));
    entries.head(log.head());
    await settled(entries, 40);
    let questions = 0;
    log.twist = (_question, body) => {
      questions += 1;
      return body;
    };
    for (let round = 1; round <= 20; round += 1) {
      log.grow(round);
      entries.take(EntryLines.of(log.entries.slice(-round)));
      entries.head(log.head());
      await settled(entries, log.entries.length);
    }
    expect(questions).toBe(0);
    log.grow(2);
    entries.take(EntryLines.of(log.entries.slice(-1)));
    entries.head(log.head());
    await settled(entries, log.entries.length);
    expect(questions).toBeGreaterThan(0);
  });

  test('from where the log was at the first contact on need none either, though an old welcome came ahead of it', async () => {
    const log = new LyingLog(40);
    const { trust, entries } = check(log);
    await trust.meet(log.head(8));
    await trust.contact(never);
    log.twist = ({ type }) => {
      throw new Error(`${type} was asked for`);
    };
    log.grow(5);
    entries.take(EntryLines.of(log.entries.slice(40)));
    entries.head(log.head());
    await settled(entries, 45);
  });

  test('one after another do not hide that what was before them is another log now', async () => {
    for (const [at, kind] of [
      [2, 'rewritten'],
      [41, 'forked'],
    ] as const) {
      const log = new LyingLog(40);
      const { trust, entries } = check(log);
      await trust.contact(never);
      entries.take(EntryLines.of(log.entries.slice(30)));
      entries.head(log.head());
      await settled(entries, 40);
      log.grow(3);
      // Signed once as it is, and then, of the same size, otherwise.
      await trust.contact(never);
      log.entries[at] = entryAt(at + 1, 'lies');
      if (kind === 'rewritten') log.grow(3);
      entries.take(EntryLines.of(log.entries.slice(40)));
      entries.head(log.head());
      expect(await faultOf(trust)).toMatchObject({ kind });
    }
  });

  test('while others are verified are not taken for verified with them', async () => {
    const log = new LyingLog(30);
    const { trust, entries, faults } = check(log);
    await trust.contact(never);
    entries.take(EntryLines.of([entryAt(6)]));
    entries.head(log.head());
    entries.take(EntryLines.of([entryAt(8)]));
    // Within the turns in which the first is verified, and behind the moment in which it is taken up.
    log.twist = (question, body) => {
      if (question.from === 5) entries.take(EntryLines.of([entryAt(9, 'lies')]));
      return body;
    };
    await settled(entries, 8);
    expect(faults).toEqual([]);
    log.twist = (_question, body) => body;
    entries.head(log.head());
    expect(await faultOf(trust)).toMatchObject({ kind: 'forked', first: 9 });
  });

  test.each([
    ['other bytes of the same length', entryAt(7, 'lies')],
    ['an entry that the log has elsewhere', entryAt(8).replace('"seq":8', '"seq":7')],
    ['the right values in another spelling', entryAt(7).replace(',"at"', ', "at"')],
    ['something that is no entry', '{"hello":1}'],
    ['what is read as another seq than it begins with', entryAt(7).replace(/\}$/, ',"seq":8}')],
  ])('otherwise are found: %s', async (_what, line) => {
    const log = new LyingLog(30);
    const { trust, entries, faults } = check(log);
    await trust.contact(never);
    entries.take(EntryLines.of([entryAt(6), line, entryAt(20)]));
    entries.head(log.head());
    const fault = await faultOf(trust);
    expect(fault.kind).toBe('forked');
    if (line.startsWith('{"seq":7')) expect(fault.first).toBe(JSON.parse(line).seq);
    expect(faults).toHaveLength(1);
    expect(entries.verified).toBe(0);
  });

  test('that are in no signed log stay unverified', async () => {
    const log = new LyingLog(30);
    const { trust, entries } = check(log);
    await trust.contact(never);
    entries.take(EntryLines.of([entryAt(31)]));
    entries.head(log.head());
    await settled(entries, 30);
    log.entries.push(entryAt(31, 'another one'));
    entries.head(log.head());
    expect(await faultOf(trust)).toMatchObject({ kind: 'forked', first: 31 });
  });
});

describe('P10 proofs that do not come', () => {
  const refusals = {
    'busy, for ever': (log: LyingLog) => {
      log.twist = () => {
        throw new RowcastError('busy', 'too much to do');
      };
    },
    'an answer to no question of proof': (log: LyingLog) => {
      log.twist = () => {
        throw new RowcastError('bad_request', 'no such field');
      };
    },
  };

  /** A head a second. Entries come with each, every second one of them, so that each head needs a proof. */
  async function seconds(count: number, { log, entries, timing }: { log: LyingLog } & ReturnType<typeof check>) {
    for (let second = 0; second < count; second += 1) {
      log.grow(2);
      entries.take(EntryLines.of(log.entries.slice(-1)));
      entries.head(log.head());
      await turns();
      timing.advance(1_000);
    }
  }

  async function turns(): Promise<void> {
    for (let turn = 0; turn < 50; turn += 1) await new Promise(setImmediate);
  }

  test.each(Object.entries(refusals))(
    'are said after half a minute, once, and that they came: %s',
    async (_, refuse) => {
      const log = new LyingLog(10);
      const parts = check(log);
      const { trust, entries, told, faults } = parts;
      await trust.contact(never);
      await seconds(3, { log, ...parts });
      expect({ verified: entries.verified, told }).toEqual({ verified: 16, told: [] });
      const honest = log.twist;
      refuse(log);
      await seconds(29, { log, ...parts });
      expect({ verified: entries.verified, told, unproven: entries.unproven }).toMatchObject({
        ...{ verified: 16, told: [], unproven: undefined },
      });
      await seconds(20, { log, ...parts });
      expect(told).toMatchObject([{ verified: 16, reason: expect.stringMatching(/too much to do|no such field/) }]);
      expect(entries.unproven).toMatchObject({ verified: 16, seq: log.entries.length });
      expect(entries.verified).toBe(16);
      log.twist = honest;
      await seconds(1, { log, ...parts });
      expect(told).toHaveLength(2);
      expect({ last: told[1], unproven: entries.unproven, faults }).toEqual({
        last: undefined,
        unproven: undefined,
        faults: [],
      });
      expect(entries.verified).toBe(log.entries.length);
    },
  );

  test('are said too when the heads stand still and the entries go on', async () => {
    const log = new LyingLog(10);
    const { trust, entries, timing, told } = check(log);
    await trust.contact(never);
    const head = log.head();
    for (let second = 0; second <= 31; second += 1) {
      log.grow(1);
      entries.take(EntryLines.of(log.entries.slice(-1)));
      entries.head(head);
      await turns();
      timing.advance(1_000);
    }
    expect(told).toMatchObject([{ verified: 10, seq: 42 }]);
  });

  test('are no matter where nothing is owed, however long it is quiet', async () => {
    const log = new LyingLog(10);
    const { trust, entries, timing, told } = check(log);
    await trust.contact(never);
    for (let second = 0; second < 100; second += 1) {
      entries.head(log.head());
      await turns();
      timing.advance(1_000);
    }
    expect({ verified: entries.verified, told }).toEqual({ verified: 10, told: [] });
  });

  test.each(['log.proof', 'log.read'])(
    'because the server calls its own log tampered are a fault: at %s',
    async (type) => {
      const log = new LyingLog(30);
      const { trust, entries, faults } = check(log);
      await trust.contact(never);
      log.twist = (question, body) => {
        if (question.type === type) throw new RowcastError('tampered', 'the log is not what it was: tile 1');
        return body;
      };
      log.grow(10);
      // With a gap between them, whose hashes have to be asked for.
      entries.take(EntryLines.of([entryAt(31), entryAt(35)]));
      entries.head(log.head());
      expect(await faultOf(trust)).toMatchObject({ kind: 'changed' });
      expect(faults).toHaveLength(1);
      expect(entries.verified).toBe(0);
    },
  );

  test('because the server says that its log is shorter than what it has signed are a fault, once no other one can be behind', async () => {
    const log = new LyingLog(10);
    const parts = check(log);
    const { trust, faults } = parts;
    await trust.contact(never);
    await seconds(2, { log, ...parts });
    log.twist = () => {
      throw new RowcastError('ahead_of_server', 'the log ends at 14, before 16');
    };
    await seconds(5, { log, ...parts });
    expect(faults).toEqual([]);
    await seconds(3, { log, ...parts });
    expect(faults).toMatchObject([{ fault: { kind: 'forgot', first: 1 } }]);
  });

  test('make delivery wait when half a million entries are owed', async () => {
    const log = new LyingLog(1);
    const { trust, entries } = check(log);
    await trust.contact(never);
    const lines = Array.from({ length: 100_000 }, (_, index) => `{"seq":${index + 2},"x":1}`);
    for (let n = 0; n < 5; n += 1) {
      expect(entries.isFull).toBe(false);
      entries.take(EntryLines.of(lines));
    }
    expect(entries.isFull).toBe(true);
  });
});

test('P10 old heads of a server that has forgotten are found while one watches', async () => {
  const log = new LyingLog(10);
  const { trust, timing } = trustIn(log);
  await trust.contact(never);
  log.entries.length = 7;
  await trust.meet(log.head());
  timing.advance(6_000);
  const meeting = trust.meet(log.head()).catch((error: unknown) => error);
  for (let second = 0; second < 20; second += 1) {
    await new Promise(setImmediate);
    timing.advance(1_000);
  }
  expect(await meeting).toMatchObject({ fault: { kind: 'forgot', first: 8 } });
});

test('P10 what was verified last is kept when the ledger is closed, not only every ten seconds', async () => {
  const log = new LyingLog(20);
  const { trust, store } = trustIn(log);
  await trust.contact(never);
  log.grow(13);
  await trust.meet(log.head());
  await trust.close();
  log.entries.length = 25;
  expect((await judged(log, store)).fault).toMatchObject({ kind: 'forgot', first: 26 });
});

describe('P10 two processes that keep what they have verified in one place', () => {
  async function both(log: LyingLog) {
    const store = await veteran(log);
    const [a, b] = [trustIn(log, store), trustIn(log, store)];
    await a.trust.contact(never);
    return { a, b, store };
  }

  test.each(['close', 'meet'] as const)('never forget the longer log for a shorter one: by %s', async (by) => {
    const log = new LyingLog(50);
    const { a, b, store } = await both(log);
    log.grow(10);
    await b.trust.contact(never);
    const isLate = by === 'meet';
    a.timing.advance(isLate ? 11_000 : 0);
    await a.trust.meet(log.head(55));
    if (!isLate) await a.trust.close();
    log.entries.length = 57;
    expect((await judged(log, store)).fault).toMatchObject({ kind: 'forgot', first: 58 });
  });

  test('find out that they are shown two logs', async () => {
    const log = new LyingLog(50);
    const { a, b } = await both(log);
    log.grow(10);
    const truth = [...log.entries];
    log.entries[54] = entryAt(55, 'lies');
    await b.trust.contact(never);
    log.entries = truth;
    log.grow(10);
    a.timing.advance(11_000);
    await expect(a.trust.meet(log.head())).rejects.toMatchObject({ fault: { kind: 'rewritten' } });
  });
});
