import { nanoid } from 'nanoid';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ReplyOf, Tag } from '../../../protocol/replies.ts';
import type { TagRequest } from '../../../protocol/tags.ts';
import { setTag } from '../../../server/log/set-tag.ts';
import { createLedger, type TestLedger } from '../../support/ledger.ts';
import { createStack, type Stack } from '../stack.ts';

let ledger: TestLedger;
let stack: Stack;
beforeAll(async () => {
  ledger = await createLedger();
  stack = createStack(ledger);
  await stack.done({ type: 'table.create', name: 't', columns: [] });
  for (const key of ['a', 'b', 'c']) await stack.done({ type: 'row.insert', table: 't', key, row: {} });
});
afterAll(async () => {
  await stack.stop();
  await ledger.drop();
});

async function set(request: Omit<TagRequest, 'type'>, { id = nanoid(), user = 'ada' } = {}): Promise<Tag> {
  const reply = await setTag(stack.reading, { type: 'tag.set', ...request }, { id, user });
  return (reply as ReplyOf<'tag.set'>).tag;
}

test('a tag names the head, a seq, a time or another tag, and stands wherever a point can', async () => {
  expect(await set({ name: 'now', why: 'for the books' })).toMatchObject({ seq: 4, by: 'ada', why: 'for the books' });
  expect(await set({ name: 'early', point: { seq: 2 } })).toMatchObject({ name: 'early', seq: 2 });
  expect(await set({ name: 'same', point: { tag: 'early' } })).toMatchObject({ seq: 2 });
  expect(await set({ name: 'then', point: { at: '2000-01-01T00:00:00Z' } })).toMatchObject({ seq: 0 });
  const { tags } = await stack.ask<ReplyOf<'tag.list'>>({ type: 'tag.list' });
  expect(tags.map(({ name, seq }) => [name, seq])).toEqual([
    ['then', 0],
    ['early', 2],
    ['same', 2],
    ['now', 4],
  ]);
  const list = { type: 'row.list', table: 't', asOf: { tag: 'early' } } as const;
  expect(await stack.ask(list)).toMatchObject({ seq: 2, rows: [{ key: 'a' }] });
});

test('P2 the same request is answered again; another one never moves a tag', async () => {
  const id = nanoid();
  const first = await set({ name: 'fixed', point: { seq: 1 } }, { id });
  expect(await set({ name: 'fixed', point: { seq: 1 } }, { id })).toEqual(first);
  const others = [
    () => set({ name: 'fixed', point: { seq: 1 } }),
    () => set({ name: 'fixed', point: { seq: 3 } }, { id }),
    () => set({ name: 'fixed', point: { seq: 1 } }, { id, user: 'eve' }),
  ];
  await expect(set({ name: 'another', point: { seq: 1 } }, { id })).rejects.toMatchObject({
    body: { code: 'command_id_reused' },
  });
  for (const other of others) await expect(other()).rejects.toMatchObject({ body: { code: 'tag_exists' } });
});

test('what has not come yet, or is not there, has no tag', async () => {
  const refused = (point: NonNullable<TagRequest['point']>) => expect(set({ name: 'none', point })).rejects;
  await refused({ seq: 99 }).toMatchObject({ body: { code: 'ahead_of_server' } });
  await refused({ at: '9999-12-31T23:59:59-15:59' }).toMatchObject({ body: { code: 'ahead_of_server' } });
  await refused({ tag: 'nowhere' }).toMatchObject({ body: { code: 'tag_not_found' } });
});

test('P10 nobody who has the server’s role moves or deletes a tag', async () => {
  await set({ name: 'kept', point: { seq: 1 } });
  await expect(ledger.query(`UPDATE tag SET seq = 2 WHERE name = 'kept'`)).rejects.toThrow('append-only');
  await expect(ledger.query(`DELETE FROM tag WHERE name = 'kept'`)).rejects.toThrow('append-only');
});
