import fc from 'fast-check';
import { nanoid } from 'nanoid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Command, Step } from '../../../protocol/commands.ts';
import { type Answer, submission } from '../../../server/commands/submission.ts';
import { createLedger, type TestLedger } from '../../support/ledger.ts';
import { scale } from '../../support/scale.ts';
import { administrator } from '../../support/server.ts';
import { commandKey, createRuledTable, createStack, expectWholeLog, granted, refusalOf, type Stack } from '../stack.ts';

let ledger: TestLedger;
let stack: Stack;

beforeAll(async () => {
  ledger = await createLedger();
  stack = createStack(ledger, { pageBytesMax: 100_000 });
  await createRuledTable(stack);
  await stack.done({ type: 'table.create', name: 'keyless', columns: [{ name: 'x', type: 'text' }] });
});
afterAll(async () => {
  await expectWholeLog(ledger);
  await stack.stop();
  await ledger.drop();
});

const tryOut = (command: Command, id = nanoid()): Promise<Answer> =>
  stack.committer.submit({ ...submission(id, administrator.name, command, commandKey), dryRun: true });

/** Every row of every table of the ledger. */
async function everything(): Promise<string> {
  const tables = await ledger.query<{ name: string }>(
    `SELECT table_name AS name FROM information_schema.tables
     WHERE table_schema = 'rowcast' AND table_type = 'BASE TABLE' ORDER BY 1`,
  );
  const parts: unknown[] = [];
  for (const { name } of tables) {
    parts.push(await ledger.query(`SELECT '${name}' AS "table", json_agg(x::text ORDER BY x::text) FROM ${name} x`));
  }
  parts.push(await ledger.query(`SELECT viewname, definition FROM pg_views WHERE schemaname = 'rowcast_tables'`));
  return JSON.stringify(parts);
}

const entriesAfter = async (seq: number): Promise<string[]> =>
  (await ledger.query<{ entry: string }>('SELECT entry FROM change WHERE seq > $1 ORDER BY seq', [seq])).map(
    ({ entry }) => entry,
  );

const headSeq = async (): Promise<number> =>
  Number((await ledger.query<{ seq: string }>('SELECT seq FROM head'))[0]?.seq);

/** What differs from one deciding to the next: the time, salts, and keys that are made. */
function comparable(entry: string): unknown {
  const { at: _at, ...rest } = JSON.parse(entry) as { at: string; table: string; key?: string; op: string };
  const made = rest.table === 'keyless' && rest.op === 'insert' ? { ...rest, key: 'made' } : rest;
  return JSON.parse(JSON.stringify(made).replace(/"sealed":"[^"]*"/g, '"sealed":"…"'));
}

/** A refusal may show a row that the command itself would have made: with the time and the salts of the deciding. */
const settled = (answer: Answer): unknown =>
  JSON.parse(JSON.stringify(answer).replace(/\d{4}-[\d-]+T[\d:.]+Z|(?<="sealed":")[^"]*/g, '…'));

const key = fc.constantFrom('a', 'b', 'c', 'd');
const cells = fc.record(
  {
    n: fc.constantFrom<number | null>(-1, 1, 2, 3, null),
    badge: fc.constantFrom<number | null>(7, 8, null),
    secret: fc.constantFrom<string | null>('s1', 's2', null),
  },
  { requiredKeys: [] },
);
const rowStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ type: fc.constant('row.insert' as const), table: fc.constant('t'), row: row() }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ type: fc.constant('row.upsert' as const), table: fc.constant('t'), row: row() }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ type: fc.constant('row.update' as const), table: fc.constant('t'), key, row: cells }),
  },
  fc.record({ type: fc.constant('row.delete' as const), table: fc.constant('t'), key }),
  fc.record({ type: fc.constant('row.erase' as const), table: fc.constant('t'), key }),
  fc.constant<Step>({ type: 'row.insert', table: 'keyless', row: { x: 'y' } }),
);
function row() {
  return fc.tuple(key, cells).map(([id, rest]) => ({ id, ...rest }));
}
const tableStep: fc.Arbitrary<Step> = fc.oneof(
  fc
    .constantFrom('u', 'v')
    .map((name): Step => ({ type: 'table.create', name, columns: [{ name: 'x', type: 'text' }] })),
  fc.constantFrom('u', 'v').map((table): Step => ({ type: 'table.drop', table })),
  fc
    .constantFrom('u', 'v')
    .map(
      (table): Step => ({ type: 'table.alter', table, steps: [{ do: 'add', column: { name: 'y', type: 'date' } }] }),
    ),
);
const step = fc.oneof({ weight: 6, arbitrary: rowStep }, { weight: 1, arbitrary: tableStep });
const command: fc.Arbitrary<Command> = fc.oneof(
  step,
  fc.record({
    type: fc.constant('batch' as const),
    commands: fc.array(step, { minLength: 1, maxLength: 6 }),
    why: fc.constantFrom(undefined, 'a reason'),
  }),
);

test('a dry run says what the command then does, and leaves the whole ledger as it was', async () => {
  let grantedCount = 0;
  await fc.assert(
    fc.asyncProperty(command, async (one) => {
      const id = nanoid();
      const before = await everything();
      const head = await headSeq();
      const tried = await tryOut(one, id);
      expect(await everything()).toBe(before);
      // Under the same id: a dry run uses none up.
      const real = await stack.submit(one, id);
      if ('error' in tried || 'error' in real) {
        expect(settled(tried)).toEqual(settled(real));
        return;
      }
      grantedCount += 1;
      const { dryRun, count, last, more, ...reply } = JSON.parse(tried.body);
      const lines = tried.lines?.split('\n') ?? [];
      const recorded = await entriesAfter(head);
      expect({ dryRun, more }).toEqual({ dryRun: true, more: false });
      expect(JSON.parse(lines.at(-1) ?? '')).toEqual({ end: { count, last } });
      expect(lines.slice(0, -1).map(comparable)).toEqual(recorded.map(comparable));
      const { results: _1, key: _2, ...said } = reply;
      const { results: _3, key: _4, ...done } = granted(real);
      expect(said).toEqual(done);
      expect(last).toBe(head + recorded.length);
    }),
    { numRuns: scale(150, 500) },
  );
  expect(grantedCount).toBeGreaterThan(scale(30, 100));
}, 120_000);

describe('a dry run', () => {
  test('P2 answers nothing that was answered before under its id, and uses none up', async () => {
    const insert: Command = { type: 'row.insert', table: 't', row: { id: 'known' } };
    const id = nanoid();
    await stack.done(insert, id);
    expect(refusalOf(await tryOut(insert, id))).toMatchObject({ code: 'version_conflict' });
    expect(await stack.done(insert, id)).toMatchObject({ key: 'known' });
  });

  test('goes in its place of a group, and the commands behind it do not see it', async () => {
    const head = await headSeq();
    const answers = await Promise.all([
      stack.submit({ type: 'row.insert', table: 't', row: { id: 'in-place' } }),
      tryOut({ type: 'row.update', table: 't', key: 'in-place', row: { n: 5 } }),
      stack.submit({ type: 'row.update', table: 't', key: 'in-place', row: { n: 6 } }),
    ]);
    expect(answers.map(granted).map(({ seq, version }) => ({ seq, version }))).toEqual([
      { seq: head + 1, version: 1 },
      { seq: head + 2, version: 2 },
      { seq: head + 2, version: 2 },
    ]);
    expect(await headSeq()).toBe(head + 2);
  });

  test('P8 shows a page of entries, and says that there are more', async () => {
    const long = 'x'.repeat(1_000);
    const commands = Array.from(
      { length: 500 },
      (_, n): Step => ({
        type: 'row.insert',
        table: 'keyless',
        row: { x: `${n} ${long}` },
      }),
    );
    const answer = await tryOut({ type: 'batch', commands });
    const reply = granted(answer) as unknown as Record<string, unknown>;
    expect(reply).toMatchObject({ dryRun: true, more: true, changes: 500, changed: true });
    const lines = ('lines' in answer ? (answer.lines ?? '') : '').split('\n');
    expect(lines.length - 1).toBe(reply.count);
    expect(Number(reply.count)).toBeLessThan(110);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ group: [expect.any(Number), Number(reply.seq)] });
  });

  test('is refused by PostgreSQL as the command would be: somebody’s view stands on that of the table', async () => {
    await stack.done({ type: 'table.create', name: 'leaned-on', columns: [{ name: 'x', type: 'text' }] });
    await ledger.query(`CREATE VIEW public.report AS SELECT x FROM rowcast_tables."leaned-on"`);
    const drop: Command = { type: 'table.drop', table: 'leaned-on' };
    expect(refusalOf(await tryOut(drop))).toEqual(await stack.refused(drop));
    await ledger.query('DROP VIEW public.report');
    expect(granted(await tryOut(drop))).toMatchObject({ changed: true });
    expect(await stack.done({ type: 'row.insert', table: 'leaned-on', row: { x: '1' } })).toMatchObject({ version: 1 });
  });
});
