import type { Selectable } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { LedgerTables } from '../../../server/database/tables.ts';
import { createLedger, type TestLedger } from '../../support/ledger.ts';

/** What PostgreSQL must have for each TypeScript type: the compiler compares this list with tables.ts. */
type PostgresType<Value> = null extends Value ? `${NotNull<Exclude<Value, null>>} null` : NotNull<Value>;
type NotNull<Value> = Value extends string
  ? 'text'
  : Value extends number
    ? 'bigint'
    : Value extends boolean
      ? 'boolean'
      : Value extends Buffer
        ? 'bytea'
        : Value extends Date
          ? 'timestamp with time zone'
          : 'json';

const typed: {
  [Table in keyof LedgerTables]: {
    [Column in keyof LedgerTables[Table]]: PostgresType<
      Selectable<LedgerTables[Table]>[Column & keyof Selectable<LedgerTables[Table]>]
    >;
  };
} = {
  head: {
    single: 'boolean',
    epoch: 'text',
    seq: 'bigint',
    at: 'timestamp with time zone',
    schema_seq: 'bigint',
    peaks: 'bytea null',
  },
  tile: { level: 'bigint', index: 'bigint', hash: 'bytea', leaves: 'bytea null', nodes: 'bytea null' },
  change: { seq: 'bigint', table_id: 'bigint', key: 'text null', group_last: 'bigint', entry: 'text' },
  tag: {
    name: 'text',
    seq: 'bigint',
    at: 'timestamp with time zone',
    by: 'text',
    why: 'text null',
    request: 'text',
    asked: 'text',
  },
  command: { id: 'text', body: 'bytea', answer: 'text' },
  table_projection: { id: 'bigint', name: 'text', definition: 'json', changed: 'bigint', dropped: 'bigint null' },
  row_projection: {
    table_id: 'bigint',
    key: 'text',
    version: 'bigint',
    seq: 'bigint',
    at: 'text',
    by: 'text',
    cells: 'json',
  },
  unique_projection: { table_id: 'bigint', column: 'text', value: 'bytea', key: 'text' },
  sealed_cell: { commitment: 'text', table_id: 'bigint', key: 'text', column: 'text', salt: 'bytea', value: 'text' },
  staged_part: {
    stage: 'text',
    part: 'bigint',
    by: 'text',
    steps: 'bigint',
    bytes: 'bigint',
    commands: 'text',
    added: 'timestamp with time zone',
  },
  account: {
    name: 'text',
    role: 'text',
    password: 'text',
    disabled: 'boolean',
    created: 'timestamp with time zone',
  },
  applied_administrator: { name: 'text', line: 'bytea' },
  session: {
    id: 'text',
    user: 'text',
    created: 'timestamp with time zone',
    used: 'timestamp with time zone',
    expires: 'timestamp with time zone',
  },
  session_key: { session: 'text', key: 'text', added: 'timestamp with time zone' },
  audit: {
    seq: 'bigint',
    at: 'timestamp with time zone',
    what: 'text',
    by: 'text',
    details: 'json',
    request: 'text null',
    body: 'bytea null',
    answer: 'text null',
  },
};

let ledger: TestLedger;
beforeAll(async () => {
  ledger = await createLedger();
});
afterAll(() => ledger.drop());

test('every table and column of schema.sql is the one that tables.ts says, and there is no other', async () => {
  const columns = await ledger.query<{ table: string; column: string; type: string }>(`
    SELECT table_name AS "table", column_name AS "column",
           data_type || CASE is_nullable WHEN 'YES' THEN ' null' ELSE '' END AS type
    FROM information_schema.columns WHERE table_schema = 'rowcast'`);
  const found: Record<string, Record<string, string>> = {};
  for (const { table, column, type } of columns) found[table] = { ...found[table], [column]: type };
  expect(found).toEqual(typed);
});

test('texts that are compared have code point order, whatever the database’s locale is', async () => {
  const columns = await ledger.query<{ name: string }>(`
    SELECT table_name || '.' || column_name AS name FROM information_schema.columns
    WHERE table_schema = 'rowcast' AND data_type = 'text' AND collation_name = 'C'`);
  const names = columns.map(({ name }) => name);
  for (const name of [
    'change.key',
    'row_projection.key',
    'unique_projection.key',
    'table_projection.name',
    'command.id',
  ]) {
    expect(names).toContain(name);
  }
});
