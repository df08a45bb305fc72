import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { appendChanges } from '../../../server/log/append.ts';
import { lockHead, readHead } from '../../../server/log/head.ts';
import { type LinesQuery, readLines, readTailStart } from '../../../server/log/read.ts';
import { createLedger, type TestLedger } from '../../support/ledger.ts';
import { createStack, expectWholeLog, type Stack } from '../stack.ts';

let ledger: TestLedger;
let stack: Stack;
let recorded: { seq: number; tableId: number; key: string | null; entry: string }[];

beforeAll(async () => {
  ledger = await createLedger();
  stack = createStack(ledger);
  for (const name of ['t', 'u'])
    await stack.done({ type: 'table.create', name, columns: [{ name: 'c', type: 'text' }] });
  const texts = ['a', '\u{1f600}'.repeat(50), 'line\nfeed', '\u2028', '"quoted"'];
  for (const [n, c] of texts.entries()) {
    await stack.done({ type: 'row.insert', table: n % 2 === 0 ? 't' : 'u', key: 'k', row: { c } });
    await stack.done({ type: 'row.delete', table: n % 2 === 0 ? 't' : 'u', key: 'k' });
  }
  recorded = await ledger.query('SELECT seq::int, table_id::int AS "tableId", key, entry FROM change ORDER BY seq');
});
afterAll(async () => {
  await stack.stop();
  await ledger.drop();
});

async function read(query: Partial<LinesQuery> = {}) {
  const { texts, ...lines } = await readLines(stack.reading, { after: 0, limit: 1_000, bytesMax: 1_000_000, ...query });
  return { text: texts.join('\n'), ...lines };
}
const bytesOf = (text: string): number => Buffer.byteLength(text);

describe('readLines', () => {
  test('P5 P10 gives the very bytes that were recorded, one entry a line, as they were handed to the feed', async () => {
    const { text, count, last, full } = await read();
    expect(text).toBe(recorded.map(({ entry }) => entry).join('\n'));
    expect(text.split('\n')).toHaveLength(recorded.length);
    expect({ count, last, full }).toEqual({ count: recorded.length, last: recorded.length, full: false });
    expect(stack.committed.map(({ entry }) => entry)).toEqual(recorded.map(({ entry }) => entry));
  });

  test('takes no more than its limit of entries, and says that there may be more', async () => {
    expect(await read({ limit: 3 })).toMatchObject({ count: 3, last: 3, full: true });
    expect(await read({ after: 9, limit: 3 })).toMatchObject({ count: 3, last: 12, full: true });
    expect(await read({ after: 10, limit: 3 })).toMatchObject({ count: 2, last: 12, full: false });
    expect(await read({ after: 12 })).toEqual({ text: '', count: 0, last: null, full: false });
  });

  test('P8 counts bytes and not characters, and takes the entry that crosses the limit and none behind it', async () => {
    const sizes = recorded.map(({ entry }) => bytesOf(entry));
    let before = 0;
    for (const [n, size] of sizes.entries()) {
      const { count, full, text } = await read({ bytesMax: before + 1 });
      expect(count).toBe(n + 1);
      expect(full).toBe(n + 1 < recorded.length);
      expect(bytesOf(text)).toBeLessThanOrEqual(before + size + n);
      before += size;
    }
  });

  test('P10 what PostgreSQL gives in several parts is the same bytes, from both ends, and ends where it should', async () => {
    const large = await createLedger();
    const own = createStack(large);
    await own.done({ type: 'table.create', name: 'large', columns: [{ name: 'c', type: 'text' }] });
    for (let n = 0; n < 12; n += 1)
      await own.done({ type: 'row.insert', table: 'large', key: `${n}`, row: { c: '\u00e9'.repeat(n * 3_000) } });
    const entries = (await large.query<{ entry: string }>('SELECT entry FROM change ORDER BY seq')).map(
      ({ entry }) => entry,
    );
    const query = { after: 0, limit: 1_000, bytesMax: 1_000_000 };
    const { texts, ...whole } = await readLines(own.reading, query);
    expect(texts.length).toBeGreaterThan(3);
    expect(texts.join('\n')).toBe(entries.join('\n'));
    expect(whole).toEqual({ count: 13, last: 13, full: false });
    const back = await readLines(own.reading, { ...query, after: 14, newestFirst: true });
    expect(back.texts.join('\n')).toBe(entries.toReversed().join('\n'));
    expect(back).toMatchObject({ count: 13, last: 1, full: false });
    const some = await readLines(own.reading, { ...query, bytesMax: 200_000 });
    expect(some.texts.join('\n')).toBe(entries.slice(0, some.count).join('\n'));
    expect(some).toMatchObject({ last: some.count, full: true });
    await own.stop();
    await large.drop();
  });

  test('the first entry is always taken, however small the limit: every read makes progress', async () => {
    expect(await read({ after: 4, bytesMax: 1 })).toMatchObject({ count: 1, last: 5, full: true });
  });

  test('of some lives of tables, and of one row in them', async () => {
    const seqs = async (query: Partial<LinesQuery>): Promise<number[]> =>
      (await read(query)).text
        .split('\n')
        .flatMap((line) => (line === '' ? [] : [(JSON.parse(line) as { seq: number }).seq]));
    const expected = (where: (change: (typeof recorded)[number]) => boolean): number[] =>
      recorded.filter(where).map(({ seq }) => seq);
    expect(await seqs({ tableIds: [2] })).toEqual(expected(({ tableId }) => tableId === 2));
    expect(await seqs({ tableIds: [1, 2] })).toEqual(expected(() => true));
    expect(await seqs({ tableIds: [] })).toEqual([]);
    expect(await seqs({ tableIds: [1], key: 'k' })).toEqual(
      expected(({ tableId, key }) => tableId === 1 && key === 'k'),
    );
    expect(await seqs({ tableIds: [1], key: 'other' })).toEqual([]);
  });
});

test('the tail starts at the head, with each table’s last change, over all lives of its name', async () => {
  const { epoch } = await readHead(stack.reading);
  const start = await readTailStart(stack.reading);
  expect(start.frontier.size).toBe(12);
  expect(start).toMatchObject({
    epoch,
    seq: 12,
    tables: new Map([
      ['t', 11 + 1],
      ['u', 10],
    ]),
  });
  await stack.done({ type: 'table.drop', table: 'u' });
  expect((await readTailStart(stack.reading)).tables.get('u')).toBe(13);
  const empty = await createLedger();
  expect(await readTailStart(empty.open(1))).toMatchObject({ seq: 0, tables: new Map() });
  await empty.drop();
});

describe('the head', () => {
  test('P3 time in the log never runs backwards, though the clock does', async () => {
    await ledger.query(`UPDATE head SET at = clock_timestamp() + interval '1 hour'`);
    const before = await ledger.query<{ at: string }>(
      `SELECT to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS at FROM head`,
    );
    await stack.done({ type: 'row.insert', table: 't', key: 'later', row: {} });
    const [change] = await ledger.query<{ at: string }>(
      `SELECT entry::json ->> 'at' AS at FROM change WHERE key = 'later'`,
    );
    expect(change?.at).toBe(before[0]?.at);
    expect(change?.at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
  });

  test('P3 append refuses a head that is not where it was, and nothing of it is written, though COMMIT is on its way', async () => {
    const { seq } = await readHead(stack.reading);
    const failed = stack.writer.transaction(async (transaction) => {
      const locked = await lockHead(transaction);
      // As group.ts does: what is written goes out together with COMMIT.
      await Promise.all([
        appendChanges(transaction, {
          head: { ...locked, seq: locked.seq + 5 },
          changes: [{ seq: locked.seq + 6, tableId: 1, table: 't', key: 'x', groupLast: locked.seq + 6, entry: '{}' }],
          growth: { frontier: locked.frontier, tiles: [], open: undefined },
          doorbell: stack.doorbell,
        }),
        transaction.commit(),
      ]);
    });
    await expect(failed).rejects.toThrow();
    // The next write waits for the head, and with it for the end of the transaction that failed.
    expect(await stack.done({ type: 'row.insert', table: 't', key: 'works', row: {} })).toMatchObject({ seq: seq + 1 });
    await expectWholeLog(ledger);
  });

  test('P3 two transactions cannot hold it at once', async () => {
    const other = createStack(ledger);
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const order: string[] = [];
    let locked: () => void = () => undefined;
    const isLocked = new Promise<void>((resolve) => {
      locked = resolve;
    });
    const first = stack.writer.transaction(async (transaction) => {
      await lockHead(transaction);
      locked();
      await held;
      order.push('first');
      await transaction.commit();
    });
    await isLocked;
    const second = other.writer.transaction(async (transaction) => {
      await lockHead(transaction);
      order.push('second');
      await transaction.commit();
    });
    const waiting = `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
    while ((await ledger.query(waiting)).length === 0);
    release();
    await Promise.all([first, second]);
    expect(order).toEqual(['first', 'second']);
    await other.stop();
  });
});

test('P10 the server’s role can neither change nor cut the log', async () => {
  for (const statement of [
    'UPDATE change SET entry = entry',
    'DELETE FROM change',
    'TRUNCATE change',
    'UPDATE command SET answer = answer',
    'DELETE FROM command',
  ]) {
    await expect(sql.raw(statement).execute(stack.reading)).rejects.toMatchObject({ code: '42501' });
  }
  // Whoever owns the tables is stopped by the trigger, even where it would touch no row.
  for (const statement of [
    'UPDATE change SET entry = entry WHERE false',
    'DELETE FROM change',
    'TRUNCATE change',
    'TRUNCATE command',
  ]) {
    await expect(ledger.query(statement)).rejects.toMatchObject({
      code: '42501',
      message: expect.stringContaining('append-only'),
    });
  }
});
