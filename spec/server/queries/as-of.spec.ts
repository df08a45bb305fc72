import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Entry } from '../../../protocol/entry.ts';
import { Fold, rowText } from '../../../protocol/fold.ts';
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

/** The ledger as the log adds up to it at a seq, as `table.list` and `row.list` should tell it. */
function foldAt(log: readonly Entry[], seq: number): Record<string, unknown> {
  const fold = new Fold();
  for (const entry of log.slice(0, seq)) fold.apply(entry);
  return Object.fromEntries(
    [...fold.tables].map(([name, { definition, rows }]) => [
      name,
      { definition, rows: new Set([...rows.values()].map(rowText)) },
    ]),
  );
}

async function answeredAt(seq: number, limit: number): Promise<Record<string, unknown>> {
  const { tables } = await stack.ask<ReplyOf<'table.list'>>({ type: 'table.list', asOf: { seq } });
  const answered: Record<string, unknown> = {};
  for (const { definition, rows: count } of tables) {
    const rows: string[] = [];
    for (let after: string | undefined; ; ) {
      const query = { type: 'row.list' as const, table: definition.name, asOf: { seq }, limit, after };
      const page = await stack.ask<ReplyOf<'row.list'>>(query);
      expect(page).toMatchObject({ seq, definition });
      for (const row of page.rows) rows.push(rowText(row));
      after = page.next;
      if (after === undefined) break;
    }
    expect(rows.length).toBe(count);
    answered[definition.name] = { definition, rows: new Set(rows) };
  }
  return answered;
}

describe('as of', () => {
  test('S22 every point of random histories is what the log adds up to: tables, columns, rows, page by page', async () => {
    await fc.assert(
      fc.asyncProperty(randomCommands({ length: 40 }), fc.integer({ min: 1, max: 4 }), async (commands, limit) => {
        for (const command of commands) await stack.submit(command);
        const log = await stack.log();
        const first = Math.max(log.length - 40, 0);
        for (let seq = first; seq <= log.length; seq += 3) {
          expect(await answeredAt(seq, limit)).toEqual(foldAt(log, seq));
        }
      }),
      { numRuns: 6, endOnFailure: true },
    );
  }, 120_000);

  test('a row is told alone as among the others, and not at all when it was not there', async () => {
    await stack.done({
      type: 'table.create',
      name: 'rates',
      key: 'name',
      columns: [
        { name: 'name', type: 'text' },
        { name: 'rate', type: 'decimal' },
      ],
    });
    const { seq } = await stack.done({ type: 'row.insert', table: 'rates', row: { name: 'EUR', rate: '1.10' } });
    await stack.done({ type: 'row.update', table: 'rates', key: 'EUR', row: { rate: '1.20' } });
    await stack.done({ type: 'table.alter', table: 'rates', steps: [{ do: 'rename', column: 'rate', to: 'value' }] });
    await stack.done({ type: 'row.delete', table: 'rates', key: 'EUR' });
    const get = (at: number) => ({ type: 'row.get', table: 'rates', key: 'EUR', asOf: { seq: at } }) as const;
    expect(await stack.ask(get(seq))).toMatchObject({ seq, row: { row: { name: 'EUR', rate: '1.10' }, version: 1 } });
    expect(await stack.ask(get(seq + 1))).toMatchObject({ row: { row: { name: 'EUR', rate: '1.20' }, version: 2 } });
    expect(await stack.ask(get(seq + 2))).toMatchObject({
      row: { row: { name: 'EUR', value: '1.20' }, version: 2, seq: seq + 1 },
    });
    for (const absent of [seq - 1, seq + 3])
      expect((await refusedQuery(stack, get(absent))).code).toBe('row_not_found');
    expect((await refusedQuery(stack, get(seq - 2))).code).toBe('table_not_found');
  });

  test('filter, sort and search go by the cells and columns of then', async () => {
    await stack.done({
      type: 'table.create',
      name: 'then',
      columns: [
        { name: 'n', type: 'text' },
        { name: 'note', type: 'text' },
      ],
    });
    const rows = ['10', '9', '8'].map((n, index) => ({
      type: 'row.insert' as const,
      table: 'then',
      key: `k${index}`,
      row: { n, note: `Note ${n}` },
    }));
    const { seq } = await stack.done({ type: 'batch', commands: rows });
    await stack.done({ type: 'table.alter', table: 'then', steps: [{ do: 'retype', column: 'n', to: 'integer' }] });
    const altered = (await stack.done({ type: 'row.update', table: 'then', key: 'k0', row: { n: 1, note: 'other' } }))
      .seq;
    const keys = async (query: object): Promise<string[]> =>
      (await stack.ask<ReplyOf<'row.list'>>({ type: 'row.list', table: 'then', ...query })).rows.map(({ key }) => key);
    const sort = [{ column: 'n' }];
    expect(await keys({ sort, asOf: { seq } })).toEqual(['k0', 'k2', 'k1']);
    expect(await keys({ sort, asOf: { seq: altered - 1 } })).toEqual(['k2', 'k1', 'k0']);
    expect(await keys({ search: 'note 10', asOf: { seq: altered - 1 } })).toEqual(['k0']);
    expect(await keys({ search: 'note 10' })).toEqual([]);
    expect(await keys({ filter: [{ column: 'n', is: 'gt', value: 8 }], asOf: { seq: altered - 1 } })).toEqual([
      'k0',
      'k1',
    ]);
  });
});

describe('a point', () => {
  test('S22 a time is the last change at or before it, to the microsecond', async () => {
    await stack.done({ type: 'table.create', name: 'timed', columns: [] });
    for (let n = 0; n < 20; n += 1) await stack.done({ type: 'row.insert', table: 'timed', key: `k${n}`, row: {} });
    const log = await stack.log();
    const at = async (time: string): Promise<number> =>
      (await stack.ask<ReplyOf<'table.list'>>({ type: 'table.list', asOf: { at: time } })).seq;
    const micro = (time: string, by: number): string => {
      const micros = Number(time.slice(20, 26)) + by;
      return micros < 0 || micros > 999_999 ? time : `${time.slice(0, 20)}${String(micros).padStart(6, '0')}Z`;
    };
    for (const { at: time } of log.slice(-20)) {
      const last = log.findLast((entry) => entry.at <= time)?.seq;
      expect(await at(time)).toBe(last);
      expect(await at(micro(time, -1))).toBe(log.findLast((entry) => entry.at <= micro(time, -1))?.seq);
      expect(await at(micro(time, 1))).toBe(log.findLast((entry) => entry.at <= micro(time, 1))?.seq);
    }
    expect(await at('1999-01-01T00:00:00Z')).toBe(0);
    expect(await at(`${log.at(-1)?.at.slice(0, -1)}+00:00`)).toBe(log.length);
  });

  test('S15 what has not come yet and what is of another life is refused by code', async () => {
    const head = (await stack.log()).length;
    const asked = (asOf: object) => refusedQuery(stack, { type: 'table.list', asOf } as never);
    expect(await asked({ seq: head + 1 })).toMatchObject({ code: 'ahead_of_server', head });
    expect(await asked({ at: '2999-01-01T00:00:00Z' })).toMatchObject({ code: 'ahead_of_server', head });
    expect(await asked({ seq: 1, epoch: 'another' })).toMatchObject({ code: 'wrong_epoch' });
    expect(await asked({ tag: 'none' })).toMatchObject({ code: 'tag_not_found' });
  });

  test('P8 the page of another point is not continued by this one’s cursor', async () => {
    await stack.done({ type: 'table.create', name: 'paged', columns: [] });
    for (let n = 0; n < 3; n += 1) await stack.done({ type: 'row.insert', table: 'paged', key: `k${n}`, row: {} });
    const seq = (await stack.log()).length;
    const { next } = await stack.ask<ReplyOf<'row.list'>>({
      type: 'row.list',
      table: 'paged',
      limit: 1,
      asOf: { seq },
    });
    const other = { type: 'row.list', table: 'paged', limit: 1, asOf: { seq: seq - 1 }, after: next } as const;
    expect((await refusedQuery(stack, other)).code).toBe('bad_request');
  });
});
