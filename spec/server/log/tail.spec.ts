import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Doorbell } from '../../../server/log/doorbell.ts';
import { readChanges } from '../../../server/log/read.ts';
import type { Change } from '../../../server/log/record.ts';
import { LogTail } from '../../../server/log/tail.ts';
import { createLedger, silentLog, type TestLedger } from '../../support/ledger.ts';
import { createStack, type Stack } from '../stack.ts';

let ledger: TestLedger;
let stack: Stack;
/** Ends what a test started. */
const ends: (() => Promise<void>)[] = [];

beforeAll(async () => {
  ledger = await createLedger();
  stack = createStack(ledger);
  await stack.done({ type: 'table.create', name: 't', columns: [{ name: 'n', type: 'integer' }] });
});
afterEach(async () => {
  for (let end = ends.pop(); end !== undefined; end = ends.pop()) await end();
});
afterAll(async () => {
  await stack.stop();
  await ledger.drop();
});

const head = async (): Promise<number> => Number((await ledger.query<{ seq: string }>('SELECT seq FROM head'))[0]?.seq);
const write = async (count = 1, by = stack): Promise<void> => {
  const one = { type: 'row.insert' as const, table: 't', row: {} };
  if (count === 1) await by.done(one);
  else await by.done({ type: 'batch', commands: Array.from({ length: count }, () => one) });
};

/** A tail from here on, and what it handed on: call by call. */
class Followed {
  readonly calls: (readonly Change[])[] = [];
  /** Of groups that are too large. */
  readonly parts: (readonly Change[])[] = [];
  readonly tail: LogTail;
  #waiting: (() => void) | undefined;

  constructor(position: number, database = stack.reading, groupBytesMax = 10_000_000) {
    this.tail = new LogTail({
      database,
      position,
      onChanges: (changes) => {
        this.calls.push(changes);
        this.#waiting?.();
      },
      onPart: (changes) => {
        this.parts.push(changes);
        this.#waiting?.();
      },
      groupBytesMax,
      log: silentLog,
    });
    ends.push(() => this.tail.stop());
  }

  get seqs(): number[] {
    return this.calls.flat().map(({ seq }) => seq);
  }

  async reached(seq: number): Promise<void> {
    while (this.tail.position < seq) {
      await new Promise<void>((resolve) => {
        this.#waiting = resolve;
      });
    }
  }
}

const range = (first: number, last: number): number[] => Array.from({ length: last - first + 1 }, (_, n) => first + n);

/** P6: every call holds whole groups only. */
function expectWholeGroups(calls: readonly (readonly Change[])[]): void {
  for (const changes of calls) {
    const last = changes.at(-1);
    expect(last?.groupLast).toBe(last?.seq);
  }
}

describe('what this server committed, offered in memory', () => {
  test('is taken at once when it is the very next in line', async () => {
    const from = await head();
    const followed = new Followed(from);
    await write();
    await write(3);
    followed.tail.offer(stack.committed.slice(-4, -3));
    followed.tail.offer(stack.committed.slice(-3));
    expect(followed.seqs).toEqual(range(from + 1, from + 4));
    expect(followed.tail.position).toBe(from + 4);
  });

  test('P5 with a hole ahead of it, is not taken, and the log is read: each change once, in order', async () => {
    const from = await head();
    const followed = new Followed(from);
    await write();
    await write();
    followed.tail.offer(stack.committed.slice(-1));
    expect(followed.seqs).toEqual([]);
    await followed.reached(from + 2);
    expect(followed.seqs).toEqual([from + 1, from + 2]);
  });

  test('P5 offered when it was read already, or twice, is passed over', async () => {
    const from = await head();
    const followed = new Followed(from);
    await write(2);
    const changes = stack.committed.slice(-2);
    followed.tail.wake();
    await followed.reached(from + 2);
    followed.tail.offer(changes);
    followed.tail.offer(changes);
    await write();
    followed.tail.offer(stack.committed.slice(-1));
    await followed.reached(from + 3);
    expect(followed.seqs).toEqual(range(from + 1, from + 3));
  });

  test('P5 offered while the log is being read, is taken behind what was read', async () => {
    const from = await head();
    const followed = new Followed(from);
    await write();
    await write();
    const [first, second] = [stack.committed.slice(-2, -1), stack.committed.slice(-1)];
    followed.tail.wake();
    followed.tail.offer(second);
    followed.tail.offer(first);
    await followed.reached(from + 2);
    await write();
    followed.tail.offer(stack.committed.slice(-1));
    await followed.reached(from + 3);
    expect(followed.seqs).toEqual(range(from + 1, from + 3));
  });
});

describe('what is read from the log', () => {
  test('P6 a group over the end of a page is handed on whole, and one that is longer than a page too', async () => {
    const from = await head();
    await write(1_500);
    await write(1_500);
    await write(4_100);
    const followed = new Followed(from);
    followed.tail.wake();
    await followed.reached(from + 7_100);
    expect(followed.seqs).toEqual(range(from + 1, from + 7_100));
    expectWholeGroups(followed.calls);
    expect(followed.calls.length).toBeGreaterThan(1);
  });

  test('P8 a group of too many bytes is handed on part by part, and nothing else with it', async () => {
    const from = await head();
    const followed = new Followed(from, stack.reading, 10_000);
    await write();
    await write(5_000);
    await write();
    followed.tail.run();
    await followed.reached(from + 5_002);
    expect(followed.seqs).toEqual([from + 1, from + 5_002]);
    expect(followed.parts.flat().map(({ seq }) => seq)).toEqual(range(from + 2, from + 5_001));
    expect(new Set(followed.parts.flat().map(({ groupLast }) => groupLast))).toEqual(new Set([from + 5_001]));
    expect(Math.max(...followed.parts.map(({ length }) => length))).toBeLessThanOrEqual(2_000);
    // What is committed behind it is taken in memory again.
    await write();
    followed.tail.offer(stack.committed.slice(-1));
    await expect.poll(() => followed.tail.position).toBe(from + 5_003);
  });

  test('P5 is, to the byte, what was offered', async () => {
    const from = await head();
    await write(3);
    const changes = await readChanges(stack.reading, from);
    expect(changes).toEqual(stack.committed.slice(-3));
  });

  test('another server’s changes come by its bell, with no poll', async () => {
    const other = createStack(ledger);
    ends.push(() => other.stop());
    const from = await head();
    const followed = new Followed(from);
    const bell = new Doorbell({ schema: 'rowcast', connection: ledger.server, log: silentLog });
    ends.push(() => bell.stop());
    await bell.run(() => followed.tail.wake());
    await write(2, other);
    await followed.reached(from + 2);
    expect(followed.seqs).toEqual([from + 1, from + 2]);
  });

  test('what no bell told is found by the poll', async () => {
    const from = await head();
    const followed = new Followed(from);
    followed.tail.run();
    await write();
    await followed.reached(from + 1);
    expect(followed.seqs).toEqual([from + 1]);
  });

  test('P5 two servers write at once: each one’s tail hands on the whole log, in order, once, by whole groups', async () => {
    const from = await head();
    const [mine, others] = [new Followed(from), new Followed(from)];
    const here = createStack(ledger, { onCommitted: (changes) => mine.tail.offer(changes) });
    const there = createStack(ledger, { onCommitted: (changes) => others.tail.offer(changes) });
    ends.push(
      () => here.stop(),
      () => there.stop(),
    );
    await here.doorbell.run(() => mine.tail.wake());
    await there.doorbell.run(() => others.tail.wake());
    ends.push(
      () => here.doorbell.stop(),
      () => there.doorbell.stop(),
    );
    await Promise.all(
      Array.from({ length: 150 }, async (_, n) => {
        await write(1 + (n % 3), n % 2 === 0 ? here : there);
      }),
    );
    const last = await head();
    for (const followed of [mine, others]) {
      await followed.reached(last);
      expect(followed.seqs).toEqual(range(from + 1, last));
      expectWholeGroups(followed.calls);
    }
  });

  test('a tail that was stopped hands nothing on', async () => {
    const from = await head();
    const followed = new Followed(from);
    followed.tail.run();
    await followed.tail.stop();
    await write();
    followed.tail.wake();
    await followed.tail.stop();
    expect(followed.seqs).toEqual([]);
  });
});

describe('the doorbell', () => {
  test('does not ring for this server’s own writing, and does for another’s', async () => {
    let rings = 0;
    const listening = createStack(ledger);
    ends.push(() => listening.stop());
    const heard = new Promise<void>((resolve) => {
      void listening.doorbell.run(() => {
        rings += 1;
        if (rings === 2) resolve();
      });
    });
    ends.push(() => listening.doorbell.stop());
    await write(1, listening);
    await write(1, listening);
    await write(1, stack);
    await heard;
    // One for having begun to listen, one for the other's.
    expect(rings).toBe(2);
  });

  test('P7 rings again after its connection was lost: what it missed meanwhile is looked for', async () => {
    const bell = new Doorbell({ schema: 'rowcast', connection: ledger.server, log: silentLog });
    ends.push(() => bell.stop());
    let rings = 0;
    let rung: (() => void) | undefined;
    await bell.run(() => {
      rings += 1;
      rung?.();
    });
    expect(rings).toBe(1);
    const again = new Promise<void>((resolve) => {
      rung = resolve;
    });
    const killed = await ledger.query(`
      SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND application_name = 'rowcast doorbell'`);
    expect(killed).toHaveLength(1);
    await again;
    expect(rings).toBe(2);
  });
});
