import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Entry, endLineSchema } from '../../../protocol/entry.ts';
import { type EntriesReply, type ReplyOf, replySchemas } from '../../../protocol/replies.ts';
import { createLedger, type TestLedger } from '../../support/ledger.ts';
import { createStack, type Stack } from '../stack.ts';
import { refusedQuery } from './refusal.ts';

let ledger: TestLedger;
let stack: Stack;
let epoch: string;

beforeAll(async () => {
  ledger = await createLedger();
  stack = createStack(ledger);
  const columns = [
    { name: 'id', type: 'text' as const },
    { name: 'n', type: 'integer' as const },
  ];
  ({ epoch } = await stack.done({ type: 'table.create', name: 't', key: 'id', columns }));
  await stack.done({ type: 'row.insert', table: 't', row: { id: 'a', n: 1 } });
  await stack.done({ type: 'row.update', table: 't', key: 'a', row: { n: 2 } });
  await stack.done({ type: 'row.delete', table: 't', key: 'a' });
  await stack.done({ type: 'row.insert', table: 't', row: { id: 'a', n: 3 } });
  await stack.done({ type: 'table.create', name: 'u', columns: [] });
  await stack.done({ type: 'row.insert', table: 'u', key: 'a', row: {} });
});
afterAll(async () => {
  await stack.stop();
  await ledger.drop();
});

const entriesOf = (lines: readonly string[]): Entry[] => lines.slice(0, -1).map((line) => JSON.parse(line) as Entry);
const endOf = (lines: readonly string[]): object => endLineSchema.parse(JSON.parse(lines.at(-1) ?? '')).end;
const recorded = async (where = 'true'): Promise<string[]> =>
  (await ledger.query<{ entry: string }>(`SELECT entry FROM change WHERE ${where} ORDER BY seq`)).map(
    ({ entry }) => entry,
  );

describe('row.get', () => {
  test('a row with its version in its present life, its last change, who made it and when', async () => {
    const row = await stack.ask<ReplyOf<'row.get'>>({ type: 'row.get', table: 't', key: 'a' });
    expect(replySchemas['row.get'].parse(row)).toEqual(row);
    expect(row).toMatchObject({
      epoch,
      seq: 7,
      row: { key: 'a', version: 1, seq: 5, by: 'ada', row: { id: 'a', n: 3 } },
    });
    expect(row.row.at).toBe((JSON.parse((await recorded('seq = 5'))[0] ?? '') as Entry).at);
  });

  test('says whether it is the row or the table that is not there', async () => {
    expect(await refusedQuery(stack, { type: 'row.get', table: 't', key: 'b' })).toMatchObject({
      code: 'row_not_found',
    });
    expect(await refusedQuery(stack, { type: 'row.get', table: 'x', key: 'a' })).toMatchObject({
      code: 'table_not_found',
    });
  });
});

describe('table.list', () => {
  test('every living table with its definition, its number of rows and its own head', async () => {
    const reply = await stack.ask<ReplyOf<'table.list'>>({ type: 'table.list' });
    expect(replySchemas['table.list'].parse(reply)).toEqual(reply);
    expect(reply).toMatchObject({
      epoch,
      seq: 7,
      tables: [
        { definition: { name: 't', key: 'id' }, rows: 1, seq: 5 },
        { definition: { name: 'u' }, rows: 1, seq: 7 },
      ],
    });
  });

  test('an empty ledger has no tables, and an epoch all the same', async () => {
    const empty = await createLedger();
    const other = createStack(empty);
    const reply = await other.ask<ReplyOf<'table.list'>>({ type: 'table.list' });
    expect(reply).toMatchObject({ seq: 0, tables: [] });
    expect(replySchemas['table.list'].safeParse(reply).success).toBe(true);
    await other.stop();
    await empty.drop();
  });
});

describe('row.history', () => {
  test('S21 S23 every change of a row over both its lives, as it was recorded, and of no other row', async () => {
    const lines = await stack.lines({ type: 'row.history', table: 't', key: 'a' });
    expect(lines.slice(0, -1)).toEqual(await recorded(`key = 'a' AND table_id = 1`));
    expect(entriesOf(lines)).toMatchObject([
      { op: 'insert', version: 1 },
      { op: 'update', version: 2, was: { n: 1 } },
      { op: 'delete', version: 3, was: { id: 'a', n: 2 } },
      { op: 'insert', version: 1 },
    ]);
    expect(endOf(lines)).toEqual({ count: 4, last: 5 });
  });

  test('goes on behind a seq, and ends by count', async () => {
    const page = await stack.ask<EntriesReply>({ type: 'row.history', table: 't', key: 'a', limit: 2 });
    expect(page).toEqual({ epoch, head: 7, count: 2, last: 3, more: true });
    expect(entriesOf(await stack.lines({ type: 'row.history', table: 't', key: 'a', after: 3 }))).toMatchObject([
      { seq: 4 },
      { seq: 5 },
    ]);
  });

  test('S15 S16 another epoch, or a place beyond the head, is told', async () => {
    const query = { type: 'row.history', table: 't', key: 'a' } as const;
    expect(await refusedQuery(stack, { ...query, epoch: 'another' })).toMatchObject({ code: 'wrong_epoch', epoch });
    expect(await refusedQuery(stack, { ...query, after: 1e6 })).toMatchObject({ code: 'ahead_of_server' });
  });

  test('a key that never was has no changes; a table that never was is an error', async () => {
    expect(endOf(await stack.lines({ type: 'row.history', table: 't', key: 'never' }))).toEqual({ count: 0, last: 0 });
    expect(await refusedQuery(stack, { type: 'row.history', table: 'x', key: 'a' })).toMatchObject({
      code: 'table_not_found',
    });
  });

  test('shows the lives of a table that was dropped and made again, and one that is gone', async () => {
    await stack.done({ type: 'table.create', name: 'lives', columns: [] });
    await stack.done({ type: 'row.insert', table: 'lives', key: 'k', row: {} });
    await stack.done({ type: 'table.drop', table: 'lives' });
    const history = async (): Promise<Entry[]> =>
      entriesOf(await stack.lines({ type: 'row.history', table: 'lives', key: 'k' }));
    expect(await history()).toHaveLength(1);
    await stack.done({ type: 'table.create', name: 'lives', columns: [] });
    await stack.done({ type: 'row.insert', table: 'lives', key: 'k', row: {} });
    expect(await history()).toMatchObject([{ version: 1 }, { version: 1 }]);
  });
});

describe('log.read', () => {
  test('P7 S10 gives the exact lines that were recorded, and ends with their count and last seq', async () => {
    const lines = await stack.lines({ type: 'log.read' });
    expect(lines.slice(0, -1)).toEqual(await recorded());
    expect(endOf(lines)).toEqual({ count: lines.length - 1, last: lines.length - 1 });
  });

  test('P7 page by page nothing is missed, and more says whether to go on', async () => {
    const read: string[] = [];
    for (let after = 0, more = true; more; ) {
      const { body, lines = '' } = await stack.queries.answer({ type: 'log.read', after, limit: 2 });
      read.push(...lines.split('\n').slice(0, -1));
      ({ last: after, more } = body as EntriesReply);
    }
    expect(read).toEqual(await recorded());
  });

  test('of one table: its changes only, its definitions included', async () => {
    const entries = entriesOf(await stack.lines({ type: 'log.read', table: 'u' }));
    expect(entries).toMatchObject([
      { seq: 6, op: 'create' },
      { seq: 7, op: 'insert' },
    ]);
    expect(await refusedQuery(stack, { type: 'log.read', table: 'x' })).toMatchObject({ code: 'table_not_found' });
  });

  test('at the head there is nothing, and that is no error', async () => {
    const { seq } = await stack.ask<{ seq: number }>({ type: 'server.status' });
    const { body, lines } = await stack.queries.answer({ type: 'log.read', after: seq, epoch });
    expect(body).toEqual({ epoch, head: seq, count: 0, last: seq, more: false });
    expect(lines).toBe(`{"end":{"count":0,"last":${seq}}}`);
  });

  test('S15 S16 another epoch, or a place beyond the head, is told with where the server is', async () => {
    expect(await refusedQuery(stack, { type: 'log.read', epoch: 'another' })).toMatchObject({
      code: 'wrong_epoch',
      epoch,
      head: expect.any(Number),
    });
    expect(await refusedQuery(stack, { type: 'log.read', after: 1e6 })).toMatchObject({
      code: 'ahead_of_server',
      epoch,
      head: expect.any(Number),
    });
    // Both at once: that it is another life comes first, or the reader would wait for this log to grow.
    expect(await refusedQuery(stack, { type: 'log.read', after: 1e6, epoch: 'another' })).toMatchObject({
      code: 'wrong_epoch',
    });
  });
});

test('server.status tells where the ledger is and what the server counts', async () => {
  const status = await stack.ask<ReplyOf<'server.status'>>({ type: 'server.status' });
  expect(replySchemas['server.status'].parse(status)).toEqual(status);
  expect(status).toMatchObject({ epoch, server: 'rowcast', database: expect.stringMatching(/^PostgreSQL \d/) });
  expect(status.counters.changes).toBe(status.seq);
});

test('P8 more queries at once than are allowed are answered busy, and the next one is answered', async () => {
  const asked = await Promise.allSettled(
    Array.from({ length: 100 }, (_, n) => stack.queries.answer({ type: 'server.status' }, `peer ${n % 4}`)),
  );
  const busy = asked.filter(({ status }) => status === 'rejected');
  expect(busy).toHaveLength(36);
  expect(busy).toMatchObject(busy.map(() => ({ reason: { body: { code: 'busy', retryAfterMs: 100 } } })));
  expect(await stack.ask({ type: 'server.status' })).toMatchObject({ epoch });
});
