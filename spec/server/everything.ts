import { nanoid } from 'nanoid';
import { setTag } from '../../server/log/set-tag.ts';
import { administrator } from '../support/server.ts';
import { revert } from './commands/revert/reverting.ts';
import { granted, type Stack } from './stack.ts';

/** Rows that the table `staff` was given. */
const staffRows = 300;

/**
 * Fills a ledger with one of everything that a database holds: tables altered, dropped and made again, unique and sealed
 * columns, groups, a deleted and an erased row, a tag, an account. Its log ends at 308, 52 entries behind a full tile.
 */
export async function fillWithEverything(stack: Stack): Promise<void> {
  const { done } = stack;
  await stack.login();
  await done({
    type: 'table.create',
    name: 'staff',
    key: 'id',
    columns: [
      { name: 'id', type: 'integer' },
      { name: 'mail', type: 'text', unique: true },
      { name: 'pay', type: 'decimal', sealed: true },
      { name: 'ssn', type: 'text', sealed: true, unique: true },
    ],
  });
  await done({ type: 'table.create', name: 'city', columns: [{ name: 'name', type: 'text' }] });
  await done({ type: 'row.insert', table: 'city', key: 'a', row: { name: 'Aachen' } });
  await done({ type: 'table.drop', table: 'city' });
  for (let first = 0; first < staffRows; first += 100) {
    const commands = Array.from({ length: 100 }, (_, at) => {
      const id = first + at;
      const row = { id, mail: `m${id}@x`, pay: '1000', ssn: `s${id}` };
      return { type: 'row.insert', table: 'staff', row } as const;
    });
    await done({ type: 'batch', commands });
  }
  await done({
    type: 'table.alter',
    table: 'staff',
    steps: [
      { do: 'rename', column: 'pay', to: 'salary' },
      { do: 'add', column: { name: 'grade', type: 'integer', default: 1 } },
    ],
  });
  await done({ type: 'row.delete', table: 'staff', key: '7', why: 'left' });
  await done({ type: 'row.update', table: 'staff', key: '8', row: { salary: '2000' } });
  await done({ type: 'row.erase', table: 'staff', key: '9', why: 'asked to be forgotten' });
  await setTag(stack.reading, { type: 'tag.set', name: 'reviewed' }, { id: nanoid(), user: administrator.name });
}

/**
 * Reverts that put sealed cells back: of an update, a delete and a drop; of an update whose cell was erased since; and a
 * drop and a rename in between, so that the value is kept for another life of the table and another column.
 */
export async function revertSealed(stack: Stack): Promise<void> {
  const { done } = stack;
  const takeBack = async (seq: number) => granted(await revert(stack, { what: { seq }, conflicts: 'overwrite' }));
  const columns = [
    { name: 'id', type: 'integer' },
    { name: 'pay', type: 'decimal', sealed: true },
  ] as const;
  await done({ type: 'table.create', name: 'staff', key: 'id', columns: [...columns] });
  for (const id of [7, 8, 9]) await done({ type: 'row.insert', table: 'staff', row: { id, pay: `${id}000` } });
  await takeBack((await done({ type: 'row.delete', table: 'staff', key: '7' })).seq);
  await takeBack((await done({ type: 'row.update', table: 'staff', key: '8', row: { pay: '1' } })).seq);
  const { seq: dropped } = await done({ type: 'table.drop', table: 'staff' });
  await takeBack(dropped);
  const raised = await done({ type: 'row.update', table: 'staff', key: '9', row: { pay: '9001' } });
  await done({ type: 'table.alter', table: 'staff', steps: [{ do: 'rename', column: 'pay', to: 'salary' }] });
  await done({ type: 'row.erase', table: 'staff', key: '9' });
  await takeBack(raised.seq);
  // Made in the first life as `pay`, erased in the second as `salary`.
  await done({ type: 'row.erase', table: 'staff', key: '8' });
}
