import pg from 'pg';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import type { ReplyOf } from '../../../protocol/replies.ts';
import { setTag } from '../../../server/log/set-tag.ts';
import { untilSettled } from '../../../server/log/settled.ts';
import { createLedger, type TestLedger } from '../../support/ledger.ts';
import { createStack, expectWholeLog, granted, type Stack } from '../stack.ts';

let ledger: TestLedger;
let stack: Stack;

beforeAll(async () => {
  ledger = await createLedger();
  stack = createStack(ledger);
  await stack.done({ type: 'table.create', name: 'one', columns: [{ name: 'n', type: 'integer' }] });
});
afterAll(async () => {
  await expectWholeLog(ledger);
  await stack.stop();
  await ledger.drop();
});

/** Nobody can append to the log until it is told to let go, or the test ends; everybody can read it. */
async function holdLog(): Promise<() => Promise<void>> {
  const client = new pg.Client(ledger.owner);
  let held: Promise<void> | undefined;
  const release = (): Promise<void> => {
    held ??= client.end();
    return held;
  };
  onTestFinished(release);
  await client.connect();
  await client.query('BEGIN; LOCK TABLE rowcast.change IN SHARE MODE');
  return release;
}

async function waitsFor(table: string, text: string): Promise<void> {
  const waiting = `
    SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query ~ $1`;
  await expect.poll(() => ledger.query(waiting, [text]), { message: `nobody waits for ${table}` }).toHaveLength(1);
}

async function now(): Promise<string> {
  const [clock] = await ledger.query<{ at: string }>(
    `SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS at`,
  );
  return clock?.at ?? '';
}

const keysAt = async (at: string): Promise<string[]> =>
  (await stack.ask<ReplyOf<'row.list'>>({ type: 'row.list', table: 'one', asOf: { at } })).rows.map(({ key }) => key);

/** A writer that has taken the head and waits to append. */
async function writing(
  key: string,
): Promise<{ readonly release: () => Promise<void>; readonly done: Promise<unknown> }> {
  const release = await holdLog();
  const done = stack.submit({ type: 'row.insert', table: 'one', key, row: { n: 1 } }).then(granted);
  await waitsFor('the log', 'INSERT INTO change|INSERT INTO "change"');
  return { release, done };
}

test('S22 a time between a writer’s begin and its commit waits for it: what is answered stays true, a tag of it too', async () => {
  const before = await now();
  const { release, done } = await writing('slow');
  const at = await now();
  const asked = [
    keysAt(at),
    setTag(stack.reading, { type: 'tag.set', name: 'then', point: { at } }, { id: 'then', user: 'ada' }),
  ];
  await waitsFor('the head', 'FOR KEY SHARE');
  // Of times before it there is nothing to wait for.
  expect(await keysAt(before)).toEqual([]);
  await release();
  await done;
  const [keys, tag] = await Promise.all(asked);
  expect(keys).toEqual(['slow']);
  const { seq } = await stack.ask<ReplyOf<'table.list'>>({ type: 'table.list' });
  expect(tag).toMatchObject({ tag: { seq } });
  expect(await keysAt(at)).toEqual(['slow']);
  expect(await keysAt(before)).toEqual([]);
});

test('S22 a change bears the time at which it took the head, not that at which it began to wait for it', async () => {
  const client = new pg.Client(ledger.owner);
  onTestFinished(() => client.end());
  await client.connect();
  await client.query('BEGIN; SELECT FROM rowcast.head FOR UPDATE');
  const done = stack.submit({ type: 'row.insert', table: 'one', key: 'queued', row: { n: 1 } }).then(granted);
  await waitsFor('the head', 'FOR UPDATE');
  const at = await now();
  await client.query('ROLLBACK');
  const { seq } = await done;
  const [entry] = await stack.log(seq - 1);
  expect((entry?.at ?? '') > at).toBe(true);
});

test('a writer that takes too long is not waited for for ever: the refusal says when to ask again', async () => {
  const { release, done } = await writing('slower');
  const at = await now();
  await expect(untilSettled(stack.reading, [{ at }], { waitMs: 50 })).rejects.toMatchObject({
    body: { code: 'ahead_of_server', message: expect.stringContaining('ask again when they are done') },
  });
  await release();
  await done;
  await untilSettled(stack.reading, [{ at }], { waitMs: 50 });
  await expect(untilSettled(stack.reading, [{ at: '2999-01-01T00:00:00Z' }])).rejects.toMatchObject({
    body: { code: 'ahead_of_server', message: expect.stringContaining('has not come yet') },
  });
});
