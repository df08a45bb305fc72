import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Entry } from '../../../protocol/entry.ts';
import type { QueryOf } from '../../../protocol/queries.ts';
import type { ReplyOf } from '../../../protocol/replies.ts';
import { createLedger, type TestLedger } from '../../support/ledger.ts';
import { randomCommands } from '../../support/random-history.ts';
import { createStack, type Stack } from '../stack.ts';
import { refusedQuery } from './refusal.ts';

let ledger: TestLedger;
let stack: Stack;

beforeAll(async () => {
  ledger = await createLedger();
  stack = createStack(ledger);
});
afterAll(async () => {
  await stack.stop();
  await ledger.drop();
});

type Reply = Awaited<ReturnType<Stack['done']>>;
type Activity = ReplyOf<'log.activity'>;
type Asked = Omit<QueryOf<'log.activity'>, 'type'>;

const activity = (asked: Asked = {}): Promise<Activity> =>
  stack.ask<Activity>({ type: 'log.activity', ...asked } as QueryOf<'log.activity'>);
const sum = ({ buckets }: Activity): number => buckets.reduce((all, { changes }) => all + changes, 0);

/** What the buckets should say, by a walk over the log. */
function walked(log: readonly Entry[], { from, seq: last, buckets }: Activity, table?: string): Activity['buckets'] {
  let before = from;
  return buckets.map(({ until }) => {
    const seq = log.findLast((entry) => entry.seq <= last && entry.at <= until)?.seq ?? 0;
    const reached = Math.max(seq, from);
    const changes = log.slice(before, reached).filter((entry) => table === undefined || entry.table === table).length;
    before = reached;
    return { until, seq: reached, changes };
  });
}

const micros = (at: string): number => Date.parse(at) * 1_000 + Number(at.slice(-4, -1));

const timeOf = (at: number): string =>
  `${new Date(Math.floor(at / 1_000)).toISOString().slice(0, -1)}${String(at % 1_000).padStart(3, '0')}Z`;

/** Buckets follow each other at one distance, to the microsecond, from `start` to `end`. */
function expectEqualStretches({ start = '', end = '', buckets }: Activity): void {
  const length = (micros(end) - micros(start)) / buckets.length;
  for (const [n, { until }] of buckets.entries()) {
    expect(Math.abs(micros(until) - micros(start) - length * (n + 1))).toBeLessThanOrEqual(1);
  }
  expect(buckets.at(-1)?.until).toBe(end);
}

test('an empty ledger has no time that it is between, and no buckets', async () => {
  const { epoch } = await stack.ask<Activity>({ type: 'log.activity' });
  expect(await activity()).toEqual({ epoch, from: 0, seq: 0, buckets: [] });
  expect(await activity({ asOf: { at: '2020-01-01T00:00:00Z' } })).toEqual({ epoch, from: 0, seq: 0, buckets: [] });
});

test('one change is the beginning of what goes on until now, and as of its own seq all of it', async () => {
  const { seq } = await stack.done({ type: 'table.create', name: 'first', columns: [{ name: 'n', type: 'integer' }] });
  const [{ at = '' } = {}] = await stack.log();
  const now = await activity({ buckets: 3 });
  expect(now).toMatchObject({ from: 0, seq, start: at });
  expect(now.buckets.map(({ seq, changes }) => [seq, changes])).toEqual([
    [1, 1],
    [1, 0],
    [1, 0],
  ]);
  expectEqualStretches(now);
  const then = await activity({ asOf: { seq }, buckets: 3 });
  expect(then).toMatchObject({ start: at, end: at, buckets: [{ until: at, seq: 1, changes: 1 }] });
});

test('over random histories, each bucket has what a walk over the log finds in it', async () => {
  await fc.assert(
    fc.asyncProperty(
      randomCommands({ length: 30 }),
      fc.array(fc.nat(), { minLength: 2, maxLength: 2 }),
      fc.integer({ min: 1, max: 40 }),
      async (commands, places, count) => {
        for (const command of commands) await stack.submit(command);
        const log = await stack.log();
        const [first = 0, last = 0] = places.map((place) => place % (log.length + 1)).sort((a, b) => a - b);
        const tables = new Set(log.map(({ table }) => table));
        const timed = { from: { at: log[first]?.at ?? '2020-01-01T00:00:00Z' } };
        for (const table of [undefined, ...tables]) {
          for (const asked of [{}, { from: { seq: first }, asOf: { seq: last } }, timed]) {
            const found = await activity({ ...asked, table, buckets: count });
            expect(found.buckets).toEqual(walked(log, found, table));
            const all = log
              .slice(found.from, found.seq)
              .filter((entry) => table === undefined || entry.table === table);
            expect(sum(found)).toBe(all.length);
            if (all.length > 0) expectEqualStretches(found);
          }
        }
      },
    ),
    { numRuns: 8, endOnFailure: true },
  );
}, 120_000);

describe('log.activity', () => {
  test('a change at the very end of a bucket is in it, and one a microsecond later is in the next', async () => {
    const log = await stack.log();
    const place = log[Math.floor(log.length / 2)]?.at ?? '';
    const across = (border: number): Promise<Activity> =>
      activity({ from: { at: timeOf(border - 10) }, asOf: { at: timeOf(border + 10) }, buckets: 2 });
    const there = log.filter(({ at }) => at === place).length;
    const [until, since] = [await across(micros(place)), await across(micros(place) - 1)];
    expect(until.buckets[0]).toMatchObject({ until: place, changes: there });
    expect(since.buckets.map(({ until: end, changes }) => [end, changes])).toEqual([
      [timeOf(micros(place) - 1), 0],
      [timeOf(micros(place) + 9), there],
    ]);
  });

  test('no bucket is shorter than a microsecond', async () => {
    const { at = '' } = (await stack.log())[0] ?? {};
    const found = await activity({ from: { at: timeOf(micros(at) - 2) }, asOf: { at: timeOf(micros(at) + 1) } });
    expect(found.buckets.map(({ seq }) => seq)).toEqual([0, 1, 1]);
  });

  test('points that are times are where it begins and ends, in UTC and to the microsecond', async () => {
    const { at = '' } = (await stack.log()).at(-1) ?? {};
    const found = await activity({ from: { at: '1969-12-31T23:00:00-05:00' }, asOf: { at }, buckets: 2 });
    expect(found).toMatchObject({ start: '1970-01-01T04:00:00.000000Z', end: at });
    expect((await activity({ from: { at: '0001-01-01T00:00:00+15:00' } })).start).toBe('1970-01-01T00:00:00.000000Z');
    expectEqualStretches(found);
    expect(found.buckets.map(({ changes }) => changes)).toEqual([0, found.seq]);
  });

  test('says by default in 200 buckets what was changed until now', async () => {
    // To the microsecond, as the ledger writes it: else the text of a time within the same millisecond compares wrongly.
    const before = new Date().toISOString().replace('Z', '000Z');
    const found = await activity();
    expect(found.buckets).toHaveLength(200);
    expect((found.end ?? '') >= before).toBe(true);
    expect(sum(found)).toBe(found.seq);
  });

  test('a table that was dropped and made again is counted over all its lives', async () => {
    const create = (): Promise<Reply> =>
      stack.done({ type: 'table.create', name: 'twice', columns: [{ name: 's', type: 'text' }] });
    const { seq: first } = await create();
    await stack.done({ type: 'row.insert', table: 'twice', row: { s: 'x'.repeat(100_000) } });
    await stack.done({ type: 'table.drop', table: 'twice' });
    await stack.done({ type: 'row.insert', table: 'first', row: { n: 1 } });
    const { seq: between } = await stack.done({ type: 'row.insert', table: 'first', row: { n: 2 } });
    const { seq: second } = await create();
    await stack.done({ type: 'row.insert', table: 'twice', row: { s: 'b' } });
    const log = await stack.log();
    const all = await activity({ table: 'twice', buckets: 7 });
    expect(all.start).toBe(log[first - 1]?.at);
    expect(sum(all)).toBe(5);
    const later = await activity({ table: 'twice', from: { seq: first + 1 }, asOf: { seq: second }, buckets: 7 });
    expect(sum(later)).toBe(2);
    expect(later).toMatchObject({ start: log[first + 1]?.at, end: log[second - 1]?.at });
    const quiet = await activity({ table: 'twice', from: { seq: between - 1 }, asOf: { seq: between } });
    expect(quiet).toMatchObject({ from: between - 1, seq: between, buckets: [] });
    expect(quiet).not.toHaveProperty('start');
  });

  test('S15 what cannot be is refused by code', async () => {
    const head = (await stack.log()).length;
    const refused = (asked: Asked) => refusedQuery(stack, { type: 'log.activity', ...asked });
    expect(await refused({ from: { seq: 3 }, asOf: { seq: 2 } })).toMatchObject({
      code: 'bad_request',
      message: expect.stringContaining('exchange'),
    });
    expect(await refused({ from: { seq: head + 1 } })).toMatchObject({ code: 'ahead_of_server', head });
    expect(await refused({ asOf: { at: '2999-01-01T00:00:00Z' } })).toMatchObject({ code: 'ahead_of_server' });
    expect(await refused({ from: { seq: 1, epoch: 'another' } })).toMatchObject({ code: 'wrong_epoch' });
    expect(await refused({ asOf: { tag: 'none' } })).toMatchObject({ code: 'tag_not_found' });
    expect(await refused({ table: 'never' })).toMatchObject({ code: 'table_not_found' });
  });
});
