import fc from 'fast-check';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bigints, lines, texts } from '../../../server/database/arrays.ts';
import type { Database } from '../../../server/database/database.ts';
import { createLedger, type TestLedger } from '../../support/ledger.ts';

let ledger: TestLedger;
let database: Database;
beforeAll(async () => {
  ledger = await createLedger();
  database = ledger.open(1);
});
afterAll(() => ledger.drop());

async function read(values: readonly (string | null)[]): Promise<(string | null)[]> {
  const { rows } = await sql<{ read: (string | null)[] }>`SELECT to_json(${texts(values)}) AS read`.execute(database);
  return rows[0]?.read ?? [];
}

test('texts are read as they are, whatever an array of them would take them for', async () => {
  const odd = ['', 'NULL', 'null', ' ', 'a,b', '{a}', '"', '\\', '\\"', 'a"b\\c', '\n', '\t', 'é𝄞', "'", '$1', '{}'];
  expect(await read(odd)).toEqual(odd);
  expect(await read([...odd, null, 'x'])).toEqual([...odd, null, 'x']);
  for (const one of odd) expect(await read([one])).toEqual([one]);
  expect(await read([null])).toEqual([null]);
  expect(await read([])).toEqual([]);
});

test('so are any others', async () => {
  const part = fc.constantFrom('"', '\\', ',', '{', '}', ' ', 'NULL', 'a', '\n', 'é');
  const text = fc.array(part, { maxLength: 6 }).map((chosen) => chosen.join(''));
  await fc.assert(
    fc.asyncProperty(fc.array(fc.option(text), { maxLength: 6 }), async (values) => {
      expect(await read(values)).toEqual(values);
    }),
    { numRuns: 300 },
  );
});

test('numbers are read to the digit', async () => {
  const values = [0, -1, 1, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER];
  const { rows } = await sql<{ read: string[] }>`SELECT ${bigints(values)}::text[] AS read`.execute(database);
  expect(rows[0]?.read).toEqual(values.map(String));
  const none = await sql<{ count: number }>`SELECT cardinality(${bigints([])}) AS count`.execute(database);
  expect(none.rows).toEqual([{ count: 0 }]);
});

test('lines are read one by one', async () => {
  const values = ['{"a":"x,\\n\\"y\\""}', 'NULL', "'", '\\'];
  const { rows } = await sql<{ read: string[] }>`SELECT ${lines(values)} AS read`.execute(database);
  expect(rows[0]?.read).toEqual(values);
  const none = await sql<{ count: number }>`SELECT count(*)::integer AS count FROM unnest(${lines([])})`.execute(
    database,
  );
  expect(none.rows).toEqual([{ count: 0 }]);
});
