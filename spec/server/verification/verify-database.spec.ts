import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Command } from '../../../protocol/commands.ts';
import { openDatabase } from '../../../server/database/database.ts';
import { readTailStart } from '../../../server/log/read.ts';
import type { BadPlace, Part } from '../../../server/verification/findings.ts';
import { type DatabaseReport, type Signed, verifyDatabase } from '../../../server/verification/verify-database.ts';
import { createLedger, silentLog, type TestLedger } from '../../support/ledger.ts';
import { revert } from '../commands/revert/reverting.ts';
import { fillWithEverything, revertSealed } from '../everything.ts';
import { createStack, granted, type Stack } from '../stack.ts';

let ledger: TestLedger;
let signed: Signed;

beforeAll(async () => {
  ledger = await createLedger();
  const stack = createStack(ledger);
  await fillWithEverything(stack);
  const { frontier, seq } = await readTailStart(stack.reading);
  signed = { origin: 'rowcast/test', size: seq, root: frontier.root };
  await stack.stop();
});
afterAll(() => ledger.drop());

class RolledBack extends Error {}

/** What a check finds after some statements of a superuser, whom no trigger stops; they are taken back then. */
async function reportAfter(...statements: readonly string[]): Promise<DatabaseReport> {
  return await reportOf({ ledger, signed }, ...statements);
}

async function reportOf(
  there: { readonly ledger: TestLedger; readonly signed: Signed },
  ...statements: readonly string[]
): Promise<DatabaseReport> {
  const options = { schema: 'rowcast', poolConnections: 1, statementTimeoutMs: 30_000, namedStatements: false };
  const database = openDatabase({ ...options, connection: there.ledger.owner, log: silentLog });
  let report: DatabaseReport | undefined;
  try {
    await database.transaction().execute(async (executor) => {
      await sql`SET LOCAL session_replication_role = replica`.execute(executor);
      for (const statement of statements) await sql.raw(statement).execute(executor);
      const { signal } = new AbortController();
      report = await verifyDatabase({ executor, signed: there.signed, signal, onProgress: () => undefined });
      throw new RolledBack();
    });
  } catch (error) {
    if (!(error instanceof RolledBack)) throw error;
  } finally {
    await database.destroy();
  }
  if (report === undefined) expect.fail('no report');
  return report;
}

test('P10 a database that nobody has touched is verified, part by part', async () => {
  const report = await reportAfter();
  expect(Object.fromEntries(report.parts.map(({ part, text }) => [part, text]))).toEqual({
    entries: expect.stringMatching(/^308 changes, 0\.1 MB, each hashed from its bytes/),
    tree: expect.stringContaining('1 tile and the edge'),
    checkpoint: expect.stringMatching(/^over 308 changes/),
    answers: expect.stringMatching(/^of 11 commands/),
    tables: expect.stringMatching(
      /^1 table with columns, rules and the names of the views' columns; 1 dropped; what guards/,
    ),
    rows: expect.stringMatching(/^299 rows/),
    keys: expect.stringMatching(/^597 unique values/),
    sealed: expect.stringMatching(/^599 values, each makes its commitment; of 2 values that was erased none is left/),
    tags: expect.stringMatching(/^1 tag,/),
    accounts: expect.stringMatching(/^1 account, as 2 entries of the audit/),
  });
  expect(report).toMatchObject({ verified: true, head: 308 });
});

test('P10 so is one whose tiles keep no roots, as before 0.4.0', async () => {
  expect(await reportAfter('UPDATE tile SET nodes = NULL')).toMatchObject({ verified: true });
});

const cell = `(SELECT commitment FROM sealed_cell WHERE key = '5' AND "column" = 'salary')`;
/** One statement for each thing that may be tampered with, the part that finds it, and the place that it names. */
const tamperings: readonly [part: Part, place: Partial<BadPlace>, ...statements: string[]][] = [
  ['entries', { seq: 100 }, `UPDATE change SET entry = replace(entry, 'm95@x', 'n95@x') WHERE seq = 100`],
  ['entries', { seq: 200 }, 'DELETE FROM change WHERE seq = 200'],
  ['entries', { seq: 308 }, 'DELETE FROM change WHERE seq = 308'],
  ['entries', { seq: 309 }, `INSERT INTO change SELECT 309, table_id, key, 309, entry FROM change WHERE seq = 308`],
  ['entries', { seq: 100, table: 'staff' }, `UPDATE change SET key = 'other' WHERE seq = 100`],
  ['entries', { seq: 100, table: 'staff' }, 'UPDATE change SET group_last = 106 WHERE seq = 100'],
  ['entries', { seq: 3, table: 'city' }, 'UPDATE change SET table_id = 1 WHERE seq = 3'],
  ['entries', { seq: 50 }, `UPDATE change SET entry = 'nothing' WHERE seq = 50`],
  // Behind the last full tile the tree keeps no hash of each: of the entries there it is one.
  ['tree', { seq: 305 }, `UPDATE change SET entry = replace(entry, 'left', 'fled') WHERE seq = 306`],
  ['tree', { seq: 257 }, `UPDATE head SET peaks = set_byte(peaks, 39, get_byte(peaks, 39) # 255)`],
  ['tree', { seq: 1 }, `UPDATE tile SET leaves = set_byte(leaves, 39, get_byte(leaves, 39) # 255)`],
  ['tree', { seq: 1 }, `UPDATE tile SET nodes = set_byte(nodes, 39, get_byte(nodes, 39) # 255)`],
  ['tree', { seq: 1 }, 'DELETE FROM tile'],
  ['tree', { seq: 308 }, 'UPDATE head SET schema_seq = 2'],
  ['checkpoint', { seq: 308 }, 'DELETE FROM change WHERE seq = 308', 'UPDATE head SET seq = 307'],
  [
    'answers',
    { seq: 5 },
    `DELETE FROM command WHERE id = (SELECT entry::json ->> 'command' FROM change WHERE seq = 5)`,
  ],
  [
    'tables',
    { seq: 305, table: 'staff' },
    `UPDATE table_projection SET definition = '{"name":"staff","columns":[]}' WHERE id = 1`,
  ],
  ['tables', { seq: 4, table: 'city' }, 'UPDATE table_projection SET dropped = NULL WHERE id = 2'],
  ['tables', { seq: 4, table: 'city' }, 'DELETE FROM table_projection WHERE id = 2'],
  ['tables', { seq: 305, table: 'staff' }, 'DROP VIEW rowcast_tables.staff'],
  ['tables', { table: 'change' }, 'ALTER TABLE change DISABLE TRIGGER append_only'],
  ['tables', { table: 'audit' }, 'DROP TRIGGER append_only ON audit'],
  ['tables', { table: 'table_projection' }, 'ALTER TABLE table_projection DISABLE TRIGGER append_only'],
  ['tables', { seq: 305, table: 'staff' }, 'DELETE FROM table_projection WHERE id = 1'],
  [
    'rows',
    { seq: 55, table: 'staff', key: '50' },
    `UPDATE row_projection SET cells = replace(cells::text, 'm50@', 'n50@')::json WHERE key = '50'`,
  ],
  ['rows', { seq: 55, table: 'staff', key: '50' }, `UPDATE row_projection SET version = 2 WHERE key = '50'`],
  ['rows', { seq: 55, table: 'staff', key: '50' }, `DELETE FROM row_projection WHERE key = '50'`],
  [
    'rows',
    { table: 'staff', key: '999' },
    `INSERT INTO row_projection SELECT 1, '999', 1, 5, at, by, cells FROM row_projection WHERE key = '50'`,
  ],
  [
    'rows',
    { seq: 306, table: 'staff', key: '7' },
    `INSERT INTO row_projection SELECT 1, '7', 1, 12, at, by, cells FROM row_projection WHERE key = '50'`,
  ],
  [
    'rows',
    { seq: 5, key: '999' },
    `INSERT INTO row_projection SELECT 77, '999', 1, 5, at, by, cells FROM row_projection WHERE key = '50'`,
  ],
  ['keys', { key: '50', column: 'mail' }, `INSERT INTO unique_projection VALUES (77, 'mail', '\\x00', '50')`],
  [
    'keys',
    { table: 'staff', key: '50', column: 'mail' },
    `DELETE FROM unique_projection WHERE key = '50' AND "column" = 'mail'`,
  ],
  [
    'keys',
    { table: 'staff', key: '50', column: 'ssn' },
    `UPDATE unique_projection SET value = '\\x00' WHERE key = '50' AND "column" = 'ssn'`,
  ],
  [
    'keys',
    { table: 'staff', key: '50', column: 'mail' },
    `INSERT INTO unique_projection VALUES (1, 'mail', '\\x00', '50')`,
  ],
  [
    'sealed',
    { seq: 10, table: 'staff', key: '5', column: 'salary' },
    `UPDATE sealed_cell SET value = '"9000"' WHERE commitment = ${cell}`,
  ],
  [
    'sealed',
    { seq: 10, table: 'staff', key: '5', column: 'salary' },
    `DELETE FROM sealed_cell WHERE commitment = ${cell}`,
  ],
  [
    'sealed',
    { seq: 10, table: 'staff', key: '5', column: 'salary' },
    `UPDATE sealed_cell SET key = '6' WHERE commitment = ${cell}`,
  ],
  [
    'sealed',
    { table: 'staff', key: '5', column: 'pay' },
    `INSERT INTO sealed_cell SELECT repeat('x', 43), 1, '5', 'pay', salt, value FROM sealed_cell LIMIT 1`,
  ],
  ['tags', { key: 'reviewed', seq: 900 }, `UPDATE tag SET seq = 900`],
  ['accounts', { key: 'ada' }, `UPDATE account SET role = 'viewer'`],
  ['accounts', { key: 'eve' }, `INSERT INTO account (name, role, password) VALUES ('eve', 'administrator', 'x')`],
  ['accounts', { seq: 1 }, 'DELETE FROM audit WHERE seq = 1'],
];

test.each(tamperings)('P10 %s %j: %s', async (part, place, ...statements) => {
  const { verified, parts } = await reportAfter(...statements);
  expect(verified).toBe(false);
  expect(parts.find((one) => one.part === part)).toMatchObject({ state: 'bad', fault: place });
});

test('P10 an erased value that somebody has put back is found', async () => {
  const [{ entry = '' } = {}] = await ledger.query<{ entry: string }>('SELECT entry FROM change WHERE seq = 14');
  const commitment = /"sealed":"([^"]+)"/.exec(entry)?.[1];
  const { parts } = await reportAfter(
    `INSERT INTO sealed_cell SELECT '${commitment}', 1, '9', 'salary', salt, value FROM sealed_cell WHERE key = '5' LIMIT 1`,
  );
  expect(parts.find(({ state }) => state === 'bad')?.fault).toMatchObject({ seq: 14, key: '9', column: 'salary' });
});

test('P10 everything hashed anew is held against what was signed', async () => {
  const { parts } = await reportAfter(
    `UPDATE change SET entry = replace(entry, 'Aachen', 'Zwolle') WHERE seq = 3`,
    'DELETE FROM tile',
    `UPDATE head SET peaks = ''`,
  );
  expect(parts.filter(({ state }) => state === 'bad').map(({ part }) => part)).toContain('checkpoint');
});

const staff: Command = {
  type: 'table.create',
  name: 'staff',
  columns: [{ name: 'pay', type: 'decimal', sealed: true }],
};
const hire = { type: 'row.insert', table: 'staff', key: 'a', row: { pay: '1' } } as const;
const takeBack = async (stack: Stack, seq: number) =>
  granted(await revert(stack, { what: { seq }, conflicts: 'overwrite' }));

/** Histories in which a revert brings a commitment again, and a tampering that must be found nevertheless. */
const reverted: readonly [what: string, history: (stack: Stack) => Promise<unknown>, tampering: string][] = [
  [
    'a delete',
    async (stack) => {
      await takeBack(stack, (await stack.done({ type: 'row.delete', table: 'staff', key: 'a' })).seq);
    },
    'DELETE FROM sealed_cell',
  ],
  [
    'a drop, so that the value is of another life of the table',
    async (stack) => await takeBack(stack, (await stack.done({ type: 'table.drop', table: 'staff' })).seq),
    'UPDATE sealed_cell SET table_id = 1',
  ],
  [
    'an update, whose cell was erased since',
    async (stack) => {
      const { seq } = await stack.done({ type: 'row.update', table: 'staff', key: 'a', row: { pay: '2' } });
      await stack.done({ type: 'row.erase', table: 'staff', key: 'a' });
      await takeBack(stack, seq);
      await stack.done({ ...hire, key: 'b' });
    },
    'DELETE FROM sealed_cell',
  ],
  ['all of these', async (stack) => await revertSealed(stack), `DELETE FROM sealed_cell WHERE key = '7'`],
];

test.each(reverted)('P10 honest sealed cells behind a revert of %s are verified', async (what, history, tampering) => {
  const there = await createLedger();
  const stack = createStack(there);
  if (what !== 'all of these') for (const command of [staff, hire]) await stack.done(command);
  await history(stack);
  await stack.stop();
  const none = { ledger: there, signed: { none: 'none' } };
  expect((await reportOf(none)).parts.find(({ part }) => part === 'sealed')).toMatchObject({ state: 'good' });
  const { parts } = await reportOf(none, tampering);
  expect(parts.find(({ part }) => part === 'sealed')).toMatchObject({ state: 'bad' });
  await there.drop();
});
