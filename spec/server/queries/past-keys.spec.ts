import fc from 'fast-check';
import { type RawBuilder, sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Step } from '../../../protocol/commands.ts';
import type { Entry } from '../../../protocol/entry.ts';
import { Fold } from '../../../protocol/fold.ts';
import type { ReplyOf } from '../../../protocol/replies.ts';
import type { Cells } from '../../../protocol/values.ts';
import type { Database } from '../../../server/database/database.ts';
import { entryRowsSql, livesAt, type TableAsOf, tableAsOf } from '../../../server/queries/as-of.ts';
import { type PastPlace, pastKeysSql, pastPlace } from '../../../server/queries/past-keys.ts';
import { createLedger, type TestLedger } from '../../support/ledger.ts';
import { randomCommands } from '../../support/random-history.ts';
import { createStack, type Stack } from '../stack.ts';

let ledger: TestLedger;
let stack: Stack;
let database: Database;

beforeAll(async () => {
  ledger = await createLedger();
  stack = createStack(ledger);
  database = ledger.open(1);
});
afterAll(async () => {
  await stack.stop();
  await ledger.drop();
});

type Place = Exclude<PastPlace, 'near'>;

async function tablesAt(seq: number): Promise<TableAsOf[]> {
  const lives = await livesAt(database, seq);
  return await Promise.all(lives.map((life) => tableAsOf(database, life, seq)));
}

/** Key and cells of the rows, as they come. */
async function rowsBy(table: TableAsOf, place: Place, after?: string): Promise<[string, Cells][]> {
  const { rows } = await sql<{ key: string; cells: Cells }>`
    SELECT key, cells FROM (${entryRowsSql(table, pastKeysSql(table, place, after))}) AS past`.execute(database);
  return rows.map(({ key, cells }) => [key, cells]);
}

function foldedRows(log: readonly Entry[], seq: number, name: string): [string, Cells][] {
  const fold = new Fold();
  for (const entry of log.slice(0, seq)) fold.apply(entry);
  const rows = [...(fold.tables.get(name)?.rows.values() ?? [])].map(({ key, row }): [string, Cells] => [key, row]);
  return rows.sort(([a], [b]) => (a < b ? -1 : 1));
}

test('S22 on each of the ways come the rows that the log adds up to, each once, in order of the key', async () => {
  await fc.assert(
    fc.asyncProperty(randomCommands({ length: 40 }), async (commands) => {
      for (const command of commands) await stack.submit(command);
      const log = await stack.log();
      for (let seq = Math.max(log.length - 40, 0); seq <= log.length; seq += 4) {
        for (const table of await tablesAt(seq)) {
          const wanted = foldedRows(log, seq, table.definition.name);
          const places: Place[] = table.isLiving ? ['early', 'left', 'every'] : ['early', 'every'];
          for (const place of places) {
            expect(await rowsBy(table, place)).toEqual(wanted);
            expect(await rowsBy(table, place, 'b')).toEqual(wanted.filter(([key]) => key > 'b'));
          }
        }
      }
    }),
    { numRuns: 6, endOnFailure: true },
  );
}, 120_000);

describe('in a table whose rows were mostly deleted', () => {
  const size = 6_000;
  const name = 'emptied';
  /** In an order that is not that of the time. */
  const keyOf = (n: number): string => `k${String((n * 7_919) % size).padStart(4, '0')}`;
  let created: number;
  let filled: number;
  let emptied: number;

  async function batches(steps: readonly Step[]): Promise<number> {
    let seq = 0;
    for (let start = 0; start < steps.length; start += 500) {
      seq = (await stack.done({ type: 'batch', commands: steps.slice(start, start + 500) })).seq;
    }
    return seq;
  }

  beforeAll(async () => {
    const columns = [{ name: 'n', type: 'integer' as const }];
    created = (await stack.done({ type: 'table.create', name, columns })).seq;
    const all = Array.from({ length: size }, (_, n) => n);
    const table = name;
    filled = await batches(all.map((n) => ({ type: 'row.insert', table, key: keyOf(n), row: { n } })));
    // One of the rows is changed more often than a walk reads entries at once.
    await batches(
      Array.from({ length: 300 }, (_, n) => ({ type: 'row.update', table, key: 'k5950', row: { n: -1 - n } })),
    );
    const gone = all.map((n) => `k${String(n).padStart(4, '0')}`).filter((key) => key < 'k5900');
    emptied = await batches(gone.map((key) => ({ type: 'row.delete', table, key })));
    await batches(
      Array.from({ length: 2_500 }, (_, n) => ({ type: 'row.upsert', table, key: 'k5999', row: { n: n + size } })),
    );
  }, 120_000);

  async function tableAt(seq: number): Promise<TableAsOf> {
    const table = (await tablesAt(seq)).find(({ definition }) => definition.name === name);
    if (table === undefined) throw new Error('it is there');
    return table;
  }

  test('S22 pages are right at every stage of it, on the way that costs least there', async () => {
    const log = await stack.log();
    const stages: [number, PastPlace][] = [
      [created + 40, 'early'],
      [filled - 100, 'every'],
      [emptied - 3_000, 'left'],
      [emptied, 'left'],
      [log.length - 5, 'near'],
    ];
    for (const [seq, place] of stages) {
      expect(await pastPlace(database, await tableAt(seq))).toBe(place);
      const rows: [string, Cells][] = [];
      for (let after: string | undefined; ; ) {
        const query = { type: 'row.list' as const, table: name, asOf: { seq }, limit: 1_000, after };
        const page = await stack.ask<ReplyOf<'row.list'>>(query);
        for (const { key, row } of page.rows) rows.push([key, row]);
        after = page.next;
        if (after === undefined) break;
      }
      expect(rows).toEqual(foldedRows(log, seq, name));
    }
  }, 120_000);

  test('P8 a page looks at little more than its own rows: not at those that came later, nor at those that were gone', async () => {
    await ledger.query('VACUUM ANALYZE change, row_projection');
    const readBy = async (query: RawBuilder<unknown>): Promise<number> => {
      const { rows } = await sql<{ 'QUERY PLAN': [{ Plan: Record<string, number> }] }>`
        EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) SELECT * FROM (${query}) AS past LIMIT 50`.execute(
        database,
      );
      const { Plan } = rows[0]?.['QUERY PLAN'][0] ?? { Plan: {} };
      return (Plan['Shared Hit Blocks'] ?? Number.NaN) + (Plan['Shared Read Blocks'] ?? Number.NaN);
    };
    const [early, left] = [await tableAt(created + 40), await tableAt(emptied)];
    expect(await readBy(entryRowsSql(early, pastKeysSql(early, 'early')))).toBeLessThan(500);
    expect(await readBy(entryRowsSql(left, pastKeysSql(left, 'left')))).toBeLessThan(1_000);
    expect(await readBy(entryRowsSql(left, pastKeysSql(left, 'every')))).toBeGreaterThan(10_000);
  });
});
