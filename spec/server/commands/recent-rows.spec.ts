import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Cells } from '../../../protocol/values.ts';
import { RecentRows } from '../../../server/commands/recent-rows.ts';
import type { RowState } from '../../../server/domain/state.ts';
import { createLedger, type TestLedger } from '../../support/ledger.ts';
import { createRuledTable, createStack, type Stack } from '../stack.ts';

const at = (seq: number, epoch = 'e', schemaSeq = 1) => ({ epoch, seq, schemaSeq });
const row = (seq: number, cells: Cells = {}): RowState => ({
  ...{ key: 'k', version: seq, seq, at: '2026-01-01T00:00:00.000000Z', by: 'ada' },
  cells,
});

describe('rows as the last groups have left them', () => {
  test('are kept once the head was found where it had been left', () => {
    const recent = new RecentRows();
    recent.keep(at(4), at(5), new Map([['1 a', row(5)]]));
    expect(recent.get('1 a')).toBeUndefined();
    recent.keep(at(5), at(6), new Map([['1 a', row(6)]]));
    recent.keep(at(6), at(7), new Map([['1 b', row(7)]]));
    expect([recent.get('1 a')?.seq, recent.get('1 b')?.seq]).toEqual([6, 7]);
    const heads = [at(7), at(8), at(7, 'f')];
    expect(heads.map((head) => recent.isCurrent(head))).toEqual([true, false, false]);
  });

  test.each([
    ['somebody else wrote', at(9), at(10)],
    ['the ledger began another life', at(6, 'f'), at(7, 'f')],
    ['a table was changed', at(6), at(7, 'e', 7)],
  ])('are forgotten when %s', (_, found, left) => {
    const recent = alone();
    recent.keep(at(5), at(6), new Map([['1 a', row(6)]]));
    recent.keep(found, left, new Map([['1 b', row(7)]]));
    expect([recent.get('1 a'), recent.get('1 b')]).toEqual([undefined, undefined]);
  });

  test('go when they are deleted, and are replaced when they are written again', () => {
    const recent = alone();
    const rows = ['1 a', '1 b', '1 c'].map((name, index) => [name, row(6 + index)] as const);
    recent.keep(at(5), at(8), new Map(rows));
    recent.keep(
      at(8),
      at(10),
      new Map([
        ['1 a', undefined],
        ['1 b', row(10)],
      ]),
    );
    expect(['1 a', '1 b', '1 c'].map((name) => recent.get(name)?.seq)).toEqual([undefined, 10, 8]);
  });

  test('are bounded by what their cells take, sealed ones by their values: those go that were not written again', () => {
    const recent = alone(9_000);
    const sealed = { ...row(6, { a: { sealed: 'short' } }), open: { a: 'x'.repeat(3_000) } };
    const json = row(6, { a: ['x'.repeat(3_000)] });
    const written = [sealed, json, sealed].map((one, index) => [`1 ${'abc'[index]}`, one] as const);
    recent.keep(at(5), at(8), new Map(written));
    const isKept = (): boolean[] => ['1 a', '1 b', '1 c'].map((name) => recent.get(name) !== undefined);
    expect(isKept()).toEqual([true, true, true]);
    recent.keep(at(8), at(11), new Map([...written.slice(1, 2), ['1 d', sealed], ['1 e', json]]));
    expect(isKept()).toEqual([false, true, false]);
  });

  /** Of a server that has written the changes up to 5. */
  function alone(unitsMax?: number): RecentRows {
    const recent = new RecentRows(unitsMax);
    recent.keep(at(4), at(5), new Map());
    return recent;
  }
});

describe('P3 what is decided with rows from memory', () => {
  let ledger: TestLedger;
  let here: Stack;
  let elsewhere: Stack;

  beforeAll(async () => {
    ledger = await createLedger();
    here = createStack(ledger);
    elsewhere = createStack(ledger);
    await createRuledTable(here);
  });
  afterAll(async () => {
    await here.stop();
    await elsewhere.stop();
    await ledger.drop();
  });

  /** Rows that this server has in memory afterwards: of two groups the second finds the head where the first left it. */
  async function writtenHere(id: string, cells: Cells = {}): Promise<void> {
    await here.done({ type: 'row.upsert', table: 't', row: { id, n: 0 } });
    await here.done({ type: 'row.upsert', table: 't', row: { id, n: 1, ...cells } });
  }
  const update = (key: string, cells: Cells, version?: number) =>
    ({ type: 'row.update', table: 't', key, row: cells, ...(version && { expect: { version } }) }) as const;

  test('a row that was just written is not read again', async () => {
    await writtenHere('memory', { secret: 'a' });
    await ledger.query(`DELETE FROM row_projection WHERE key = 'memory'`);
    await ledger.query('DELETE FROM sealed_cell');
    expect(await here.done(update('memory', { secret: 'a' }, 2))).toMatchObject({ changed: false });
    expect(await here.done(update('memory', { secret: 'b' }, 2))).toMatchObject({ version: 3 });
  });

  test('is decided with what another server wrote since', async () => {
    await writtenHere('other');
    await elsewhere.done(update('other', { n: 5 }));
    expect(await here.refused(update('other', { n: 6 }, 2))).toMatchObject({
      problems: [{ code: 'version_conflict', current: { version: 3, row: { n: 5 } } }],
    });
    await elsewhere.done({ type: 'row.delete', table: 't', key: 'other' });
    expect(await here.refused(update('other', { n: 6 }))).toMatchObject({ problems: [{ code: 'row_not_found' }] });
  });

  test('is decided with what two servers write in turn', async () => {
    await here.done({ type: 'row.insert', table: 't', row: { id: 'turns', n: 0 } });
    for (let n = 1; n <= 20; n += 1) {
      const stack = n % 3 === 0 ? elsewhere : here;
      expect(await stack.done(update('turns', { n, secret: `${n}` }, n))).toMatchObject({ version: n + 1 });
    }
  });

  test.each([['here'], ['elsewhere']] as const)(
    'a value that was erased %s is gone: the same one is sealed anew',
    async (where) => {
      await writtenHere(where, { secret: 'gone', badge: where.length });
      const stack = where === 'here' ? here : elsewhere;
      await stack.done({ type: 'row.erase', table: 't', key: where });
      expect(await here.done(update(where, { secret: 'gone' }))).toMatchObject({ changed: true });
    },
  );

  test('the rows of a table that was altered are as the change has left them', async () => {
    await writtenHere('altered', { secret: 'same' });
    await here.done({
      type: 'table.alter',
      table: 't',
      steps: [
        { do: 'rename', column: 'n', to: 'count' },
        { do: 'add', column: { name: 'more', type: 'text', default: 'x' } },
      ],
    });
    expect(await here.done(update('altered', { count: 1, secret: 'same' }))).toMatchObject({ changed: false });
    await here.done(update('altered', { count: 2 }));
    const entry = (await here.log()).at(-1);
    expect(entry).toMatchObject({ row: { count: 2 }, was: { count: 1 } });
  });
});
