import { describe, expect, test } from 'vitest';
import { commitmentOf } from '../../../proof/hash.ts';
import type { Column } from '../../../protocol/table.ts';
import { alter, batch, brief, given, insert, keyedTable, remove, update, upsert } from './pure-ledger.ts';

/** The commitment that the pure ledger's n-th salt makes. */
function sealed(n: number, value: unknown): { sealed: string } {
  const salt = Buffer.alloc(32);
  salt.writeUInt32BE(n);
  return { sealed: commitmentOf(salt, JSON.stringify(value)) };
}

const pay: Column = { name: 'pay', type: 'decimal', sealed: true, min: '0' };
const staff = keyedTable({ name: 'name', type: 'text' }, pay, { name: 'no', type: 'text', sealed: true, unique: true });

describe('a sealed cell', () => {
  test('is recorded as a commitment, and an empty one is empty', () => {
    const { changes } = given(staff).when(insert({ id: 'a', name: 'Ada', pay: '10.50' }));
    expect(changes).toMatchObject([{ op: 'insert', row: { id: 'a', name: 'Ada', pay: sealed(1, '10.50') } }]);
    expect(JSON.stringify(changes)).not.toContain('10.50');
  });

  test('gets a new commitment when it changes, and keeps it when others do', () => {
    const ledger = given(staff, insert({ id: 'a', pay: '1', no: 'x' }));
    expect(ledger.when(update('a', { pay: '2', name: 'Ada' })).changes).toMatchObject([
      {
        row: { id: 'a', name: 'Ada', pay: sealed(3, '2'), no: sealed(2, 'x') },
        was: { pay: sealed(1, '1'), name: null },
      },
    ]);
  });

  test('that is set to the value it has changes nothing', () => {
    const { changes, outcomes } = given(staff, insert({ id: 'a', pay: '1' })).when(upsert({ id: 'a', pay: '1' }));
    expect(changes).toEqual([]);
    expect(outcomes).toMatchObject([{ changed: false, version: 1 }]);
  });

  test('of another form of the same decimal is another value, as everywhere', () => {
    const { changes } = given(staff, insert({ id: 'a', pay: '1' })).when(update('a', { pay: '1.0' }));
    expect(changes).toMatchObject([{ row: { pay: sealed(2, '1.0') }, was: { pay: sealed(1, '1') } }]);
  });

  test('is emptied, and deleted, as its commitment', () => {
    const ledger = given(staff, insert({ id: 'a', pay: '1' }));
    expect(ledger.when(update('a', { pay: null })).changes).toMatchObject([
      { row: { id: 'a' }, was: { pay: sealed(1, '1') } },
    ]);
    expect(given(staff, insert({ id: 'a', pay: '1' })).when(remove('a')).changes).toMatchObject([
      { op: 'delete', was: { id: 'a', pay: sealed(1, '1') } },
    ]);
  });

  test('is judged by its value: bounds, uniqueness, and a commitment is none', () => {
    const ledger = given(staff, insert({ id: 'a', pay: '1', no: 'x' }));
    const { problems } = ledger.when(insert({ id: 'b', pay: '-1', no: 'x' }));
    expect(brief(problems)).toEqual([
      { code: 'invalid', key: 'b', column: 'pay' },
      { code: 'invalid', key: 'b', column: 'no' },
    ]);
    const sent = ledger.when(update('a', { pay: sealed(1, '1') }));
    expect(sent.problems).toMatchObject([{ column: 'pay', message: expect.stringContaining('not a commitment') }]);
  });

  test('frees its unique value when it changes, within one batch too', () => {
    const ledger = given(staff, insert({ id: 'a', no: 'x' }));
    const { changes } = ledger.when(batch(update('a', { no: 'y' }), insert({ id: 'b', no: 'x' }), remove('a')));
    expect(changes).toMatchObject([{ op: 'update' }, { op: 'insert', row: { no: sealed(3, 'x') } }, { op: 'delete' }]);
  });

  test('stands in a conflict as its commitment', () => {
    const { problems } = given(staff, insert({ id: 'a', pay: '1' })).when(insert({ id: 'a', pay: '2' }));
    expect(problems).toMatchObject([{ code: 'version_conflict', current: { row: { pay: sealed(1, '1') } } }]);
    expect(JSON.stringify(problems)).not.toContain('"1"');
  });
});

describe('the rule `sealed`', () => {
  test('goes with no default', () => {
    const { problems } = given().when(keyedTable({ ...pay, default: '1' }));
    expect(problems).toMatchObject([{ column: 'pay', message: expect.stringContaining('cannot have a default') }]);
  });

  test('is not for the key', () => {
    const columns: Column[] = [{ name: 'id', type: 'text', sealed: true }];
    const { problems } = given().when({ type: 'table.create', name: 't', key: 'id', columns });
    expect(problems).toMatchObject([{ column: 'id', message: expect.stringContaining('cannot be sealed') }]);
  });

  test('forbids another type', () => {
    const { problems } = given(staff).when(alter({ do: 'retype', column: 'pay', to: 'text' }));
    expect(problems).toMatchObject([{ column: 'pay', message: expect.stringContaining('its type cannot be changed') }]);
  });

  test('moves with its column, and new rules are judged on values', () => {
    const ledger = given(staff, insert({ id: 'a', pay: '1' }));
    expect(ledger.when(alter({ do: 'rename', column: 'pay', to: 'wage' })).changes).toMatchObject([{ op: 'alter' }]);
    const refused = given(staff, insert({ id: 'a', pay: '1' })).when(
      alter({ do: 'rules', column: 'pay', set: { min: '5' } }),
    );
    expect(refused.problems).toMatchObject([{ key: 'a', column: 'pay', message: expect.stringContaining('below') }]);
  });
});

describe('sealing a column that has values', () => {
  const open = keyedTable({ name: 'a', type: 'text' }, { name: 'b', type: 'integer', unique: true });

  test('is one group: the alter, and an update of each row that shows one', () => {
    const ledger = given(open, insert({ id: '1', a: 'x', b: 1 }), insert({ id: '2', b: 2 }));
    const { changes, outcomes } = ledger.when(
      alter({ do: 'rename', column: 'a', to: 'c' }, { do: 'rules', column: 'c', set: { sealed: true } }),
    );
    expect(changes).toMatchObject([
      { op: 'alter', group: [4, 5] },
      { op: 'update', key: '1', version: 2, row: { id: '1', c: sealed(1, 'x'), b: 1 }, was: { c: 'x' }, group: [4, 5] },
    ]);
    expect(outcomes).toMatchObject([{ seq: 5, changed: true }]);
  });

  test('keeps the commitments that are there, and unique values stay unique', () => {
    const ledger = given(staff, insert({ id: 'a', name: 'Ada', pay: '1', no: 'x' }));
    const { changes, ledger: after } = ledger.when(alter({ do: 'rules', column: 'name', set: { sealed: true } }));
    expect(changes.slice(1)).toMatchObject([
      { row: { name: sealed(3, 'Ada'), pay: sealed(1, '1'), no: sealed(2, 'x') }, was: { name: 'Ada' } },
    ]);
    const { decision } = after.run(insert({ id: 'b', no: 'x' }));
    expect(decision).toMatchObject({ problems: [{ column: 'no' }] });
  });
});

describe('row.erase', () => {
  const erase = (key: string, columns?: string[]) => ({ type: 'row.erase' as const, table: 't', key, columns });

  test('leaves the row as everybody has it, one version on', () => {
    const { changes, ledger } = given(staff, insert({ id: 'a', name: 'Ada', pay: '1' })).when(erase('a'));
    const row = { id: 'a', name: 'Ada', pay: sealed(1, '1') };
    expect(changes).toEqual([{ table: 't', op: 'erase', key: 'a', version: 2, row, was: {}, columns: ['pay'] }]);
    expect(ledger.vault.size).toBe(0);
  });

  test('takes the values of past lives too, and needs no living row', () => {
    const ledger = given(staff, insert({ id: 'a', pay: '1' }), update('a', { pay: '2' }), remove('a'));
    const { changes, ledger: after } = ledger.when(erase('a'));
    expect(changes).toEqual([{ table: 't', op: 'erase', key: 'a', version: 0, columns: ['pay'] }]);
    expect(after.vault.size).toBe(0);
    expect(after.row('t', 'a')).toBeUndefined();
  });

  test('of what is erased, or was never sealed, is nothing', () => {
    const ledger = given(staff, insert({ id: 'a', pay: '1' }), erase('a'));
    expect(ledger.when(erase('a')).outcomes).toMatchObject([{ changed: false }]);
    expect(given(staff).when(erase('nobody')).problems).toMatchObject([{ code: 'row_not_found' }]);
    expect(given(staff, insert({ id: 'a' })).when(erase('a', ['name'])).problems).toMatchObject([{ column: 'name' }]);
  });

  test('frees what was unique, and no rule judges it any more', () => {
    const ledger = given(staff, insert({ id: 'a', pay: '1', no: 'x' }), erase('a'));
    expect(ledger.when(insert({ id: 'b', no: 'x' })).problems).toEqual([]);
    const later = given(staff, insert({ id: 'a', pay: '1' }), erase('a'));
    expect(later.when(alter({ do: 'rules', column: 'pay', set: { min: '5', required: true } })).problems).toEqual([]);
  });

  test('within a batch takes what the batch itself has sealed', () => {
    const { changes, ledger } = given(staff).when(batch(insert({ id: 'a', pay: '1', no: 'x' }), erase('a', ['pay'])));
    expect(changes).toMatchObject([{ op: 'insert' }, { op: 'erase', version: 2, columns: ['pay'] }]);
    expect([...ledger.vault.values()]).toMatchObject([{ column: 'no' }]);
  });
});
