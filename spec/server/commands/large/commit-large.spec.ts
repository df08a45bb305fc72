import fc from 'fast-check';
import { nanoid } from 'nanoid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Step } from '../../../../protocol/commands.ts';
import type { AlterStep } from '../../../../protocol/table.ts';
import { type Answer, submission } from '../../../../server/commands/submission.ts';
import { uniqueName } from '../../../../server/domain/state.ts';
import { checkEnd, checkTiles, checkTree } from '../../../../server/log/self-check.ts';
import { loadTables } from '../../../../server/projections/tables.ts';
import { loadHolders } from '../../../../server/projections/unique.ts';
import { createLedger, type TestLedger } from '../../../support/ledger.ts';
import { scale } from '../../../support/scale.ts';
import { administrator } from '../../../support/server.ts';
import {
  commandKey,
  createRuledTable,
  createStack,
  expectWholeLog,
  granted,
  refusalOf,
  type Stack,
} from '../../stack.ts';

let ledger: TestLedger;
let stack: Stack;

beforeAll(async () => {
  ledger = await createLedger();
  stack = createStack(ledger, { pageBytesMax: 50_000 });
  await createRuledTable(stack);
});
afterAll(async () => {
  await expectWholeLog(ledger);
  await stack.stop();
  await ledger.drop();
});

const by = administrator.name;
const ada = { user: by };

async function stage(parts: readonly (readonly Step[])[], one = stack): Promise<string> {
  const name = nanoid();
  for (const [part, commands] of parts.entries()) {
    await one.staging.answer({ type: 'batch.part', stage: name, part, commands: [...commands] }, ada);
  }
  return name;
}

interface Commit {
  readonly id?: string;
  readonly why?: string;
  readonly dryRun?: boolean;
  readonly as?: string;
}

function commit(name: string, parts: number, { id = nanoid(), why, dryRun, as = by }: Commit = {}, one = stack) {
  const command = { type: 'batch.commit' as const, stage: name, parts, why };
  return one.committer.submit({ ...submission(id, as, command, commandKey), dryRun });
}

async function large(parts: readonly (readonly Step[])[], options: Commit = {}, one = stack): Promise<Answer> {
  return await commit(await stage(parts, one), parts.length, options, one);
}

const insert = (id: string, row: Record<string, string | number> = {}): Step => ({
  type: 'row.insert',
  table: 't',
  row: { id, ...row },
});

interface Logged {
  readonly seq: number;
  readonly group?: [number, number];
  readonly [field: string]: unknown;
}

async function entries(from: number, of = ledger): Promise<Logged[]> {
  const rows = await of.query<{ entry: string }>('SELECT entry FROM change WHERE seq > $1 ORDER BY seq', [from]);
  return rows.map(({ entry }) => JSON.parse(entry) as Logged);
}

const headSeq = async (of = ledger): Promise<number> =>
  Number((await of.query<{ seq: string }>('SELECT seq FROM head'))[0]?.seq);

const stagedParts = async (stage: string): Promise<number> =>
  (await ledger.query('SELECT 1 FROM staged_part WHERE stage = $1', [stage])).length;

/** What a committed log must be, whoever wrote it. */
async function expectSoundTree(): Promise<void> {
  const seq = await headSeq();
  const tiles = { from: 0, to: Math.floor(seq / 256) };
  expect(await checkEnd(stack.reading)).toBeUndefined();
  expect(await checkTree(stack.reading)).toBeUndefined();
  expect(await checkTiles(stack.reading, tiles)).toBeUndefined();
}

describe('a large batch', () => {
  test('P3 P6 is one group, whose entries all name its first and last seq, and a sound tree', async () => {
    const before = await headSeq();
    const parts = Array.from({ length: 3 }, (_, part) =>
      Array.from({ length: 1_500 }, (_, n) => insert(`group-${part}-${n}`)),
    );
    const name = await stage(parts);
    const reply = granted(await commit(name, 3, { why: 'all at once' }));
    expect(reply).toEqual({ epoch: reply.epoch, seq: before + 4_500, changed: true, changes: 4_500 });
    const logged = await entries(before);
    expect(logged).toHaveLength(4_500);
    for (const { group, why, at } of logged) {
      expect({ group, why, at }).toEqual({
        group: [before + 1, before + 4_500],
        why: 'all at once',
        at: logged[0]?.at,
      });
    }
    await expectSoundTree();
    expect(await stagedParts(name)).toBe(0);
    // What is written behind it finds everything as it should be.
    await stack.done(insert('behind', { badge: 99 }));
    await expectSoundTree();
  });

  test('names the right group when steps change nothing: what was guessed is done once more', async () => {
    await stack.done(insert('same', { n: 1 }));
    const before = await headSeq();
    const same: Step = { type: 'row.update', table: 't', key: 'same', row: { n: 1 } };
    const reply = granted(await large([[same, insert('one-more')], [same], [insert('two-more'), same]]));
    expect(reply).toMatchObject({ seq: before + 2, changes: 2 });
    expect((await entries(before)).map(({ group }) => group)).toEqual(Array(2).fill([before + 1, before + 2]));
    const nothing = granted(await large([[same], [same]]));
    expect(nothing).toMatchObject({ seq: before, changed: false, changes: 0 });
    expect(await headSeq()).toBe(before + 2);
  });

  test('lists every problem with its place in the whole, and does nothing at all', async () => {
    const before = await headSeq();
    const error = refusalOf(
      await large([
        [insert('good-1'), insert('bad-1', { n: -1 })],
        [insert('good-1'), insert('good-2', { badge: 5 })],
        [insert('bad-2', { badge: 5 }), { type: 'row.delete', table: 'none', key: 'x' }],
      ]),
    );
    expect(error.problems?.map(({ index, code }) => [index, code])).toEqual([
      [1, 'invalid'],
      [2, 'version_conflict'],
      [4, 'invalid'],
      [5, 'table_not_found'],
    ]);
    expect(await headSeq()).toBe(before);
    expect(await ledger.query(`SELECT 1 FROM row_projection WHERE key LIKE 'good-%'`)).toEqual([]);
  });

  test('P8 lists as many problems as a refusal may, and says how many more there are', async () => {
    const bad = Array.from({ length: 2_500 }, (_, n) => insert(`bad-${n}`, { n: -1 }));
    const error = refusalOf(await large([bad]));
    expect(error.problems).toHaveLength(1_000);
    expect(error).toMatchObject({ more: 1_500, message: expect.stringContaining('2499 more') });
  });

  test('may make, alter, fill and drop tables', async () => {
    const before = await headSeq();
    const column = { name: 'later', type: 'integer' as const };
    const fill = (n: number): Step => ({ type: 'row.insert', table: 'made', key: `k${n}`, row: { later: n } });
    const steps: Step[] = [
      { type: 'table.create', name: 'made', columns: [{ name: 'x', type: 'text' }] },
      { type: 'row.insert', table: 'made', key: 'k0', row: { x: '1' } },
      {
        type: 'table.alter',
        table: 'made',
        steps: [
          { do: 'add', column },
          { do: 'retype', column: 'x', to: 'integer' },
        ],
      },
      fill(1),
      { type: 'table.alter', table: 'made', steps: [{ do: 'rules', column: 'x', set: { sealed: true } }] },
      fill(2),
      { type: 'table.create', name: 'gone', columns: [] },
      { type: 'table.drop', table: 'gone' },
    ];
    // Sealing rewrites the row that has a value: nine changes of eight steps.
    expect(granted(await large([steps]))).toMatchObject({ seq: before + 9, changes: 9 });
    const logged = await entries(before);
    expect(logged.map(({ group }) => group)).toEqual(Array(9).fill([before + 1, before + 9]));
    expect(await stack.done({ type: 'row.update', table: 'made', key: 'k1', row: { later: 5 } })).toMatchObject({
      version: 2,
    });
    expect(await stack.refused({ type: 'row.delete', table: 'gone', key: 'x' })).toMatchObject({
      code: 'table_not_found',
    });
    await expectSoundTree();
  });

  test('P11 refuses tables of a batch that was taken back as if they had never been', async () => {
    const create: Step = { type: 'table.create', name: 'never', columns: [{ name: 'x', type: 'text' }] };
    refusalOf(await large([[create], [insert('bad', { n: -1 })]]));
    const other = { ...create, columns: [{ name: 'y', type: 'date' as const }] };
    await stack.done(other);
    expect(await stack.refused({ type: 'row.insert', table: 'never', row: { x: '1' } })).toMatchObject({
      problems: [{ column: 'x' }],
    });
  });
});

describe('values of a unique column move from row to row in it', () => {
  const names = Array.from({ length: 2_000 }, (_, n) => `rank-${n}`);
  const ranked: Step = {
    type: 'table.create',
    name: 'ranked',
    columns: [{ name: 'rank', type: 'integer', unique: true }],
  };
  const setRank = (name: string, rank: number): Step => ({
    ...{ type: 'row.upsert', table: 'ranked', key: name },
    row: { rank },
  });
  /** The ranks by row, and what PostgreSQL tells whose they are by. */
  async function expectRanks(rankOf: (n: number) => number): Promise<void> {
    const { id = 0 } = (await loadTables(stack.reading)).get('ranked') ?? {};
    const rows = await ledger.query<{ key: string; rank: number }>(
      `SELECT key, (cells ->> 'rank')::int AS rank FROM row_projection WHERE table_id = $1`,
      [id],
    );
    const wanted = new Map(names.map((name, n) => [name, rankOf(n)]));
    expect(new Map(rows.map(({ key, rank }) => [key, rank]))).toEqual(wanted);
    const column = { name: 'rank', type: 'integer' } as const;
    const holders = await loadHolders(
      stack.reading,
      rows.map(({ rank }) => ({ tableId: id, column, value: rank })),
    );
    for (const [name, rank] of wanted) expect(holders.get(uniqueName(id, column, rank))).toBe(name);
    expect(await ledger.query('SELECT FROM unique_projection WHERE table_id = $1', [id])).toHaveLength(names.length);
  }
  const ranks = (rankOf: (n: number) => number): Step[] => names.map((name, n) => setRank(name, rankOf(n)));

  test('all on by one, back by one, to the other end, in any order, and through many chunks', async () => {
    await stack.done(ranked);
    await large([ranks((n) => n)]);
    for (const rankOf of [(n: number) => n + 1, (n: number) => n, (n: number) => 1_999 - n]) {
      for (const steps of [ranks(rankOf), ranks(rankOf).toReversed()]) {
        granted(await large([steps.slice(0, 700), steps.slice(700)]));
        await expectRanks(rankOf);
        granted(await large([ranks((n) => (n * 7) % 2_000)]));
        await expectRanks((n) => (n * 7) % 2_000);
        granted(await large([ranks((n) => n + 5_000)]));
      }
    }
  }, 60_000);

  test('P6 what two rows have when it ends is refused, with the place of the step, the row and the holder', async () => {
    granted(await large([ranks((n) => n)]));
    const before = await headSeq();
    // The first ends on the rank of the last, which stays; another takes one that is given up, and then one that is not.
    const steps = [...ranks((n) => (n === 0 ? 1_999 : n + 1)).slice(0, 1_998), setRank('rank-1998', 3_000)];
    const { problems = [] } = refusalOf(await large([steps]));
    expect(problems.map(({ index, key, column, message }) => [index, key, column, message])).toEqual([
      [0, 'rank-0', 'rank', 'rank is unique, and row rank-1999 has this value'],
    ]);
    const twice = [setRank('rank-3', 2), ...ranks((n) => n).slice(4), setRank('new', 1_500)];
    const wrong = refusalOf(await large([twice])).problems ?? [];
    expect(wrong.map(({ index, key, message }) => [index, key, message.match(/row (\S+)/)?.[1]])).toEqual([
      [0, 'rank-3', 'rank-2'],
      [1_997, 'new', 'rank-1500'],
    ]);
    expect(await headSeq()).toBe(before);
    await expectRanks((n) => n);
  });

  test('P8 more of them than may lie in memory are refused, and nothing is done', async () => {
    const columns = Array.from({ length: 500 }, (_, n) => ({ name: `c${n}`, type: 'integer' as const, unique: true }));
    await stack.done({ type: 'table.create', name: 'wide', columns });
    const before = await headSeq();
    const same = Object.fromEntries(columns.map(({ name }) => [name, 1]));
    const rows = Array.from({ length: 420 }, (): Step => ({ type: 'row.insert', table: 'wide', row: same }));
    const more = Array.from({ length: 600 }, (): Step => ({ type: 'row.insert', table: 'wide', row: {} }));
    expect(refusalOf(await large([rows, more]))).toMatchObject({
      code: 'too_large',
      message: expect.stringContaining('more than 200,000 values of unique columns'),
    });
    expect(await headSeq()).toBe(before);
  });

  test('ahead of a change of its columns it has to be done, and a table that is dropped waits for nothing', async () => {
    granted(await large([ranks((n) => n)]));
    const alter = (...steps: AlterStep[]): Step => ({ type: 'table.alter', table: 'ranked', steps });
    const renamed = alter({ do: 'rename', column: 'rank', to: 'place' });
    const back = alter({ do: 'rename', column: 'place', to: 'rank' });
    const swap = [setRank('rank-0', 1), setRank('rank-1', 0)];
    granted(await large([[...swap, renamed, back, ...ranks((n) => n).slice(0, 2)]]));
    await expectRanks((n) => n);
    const { problems = [] } = refusalOf(await large([[swap[0] as Step, renamed, back, swap[1] as Step]]));
    expect(problems[0]).toMatchObject({ index: 0, key: 'rank-0', message: expect.stringContaining('row rank-1 ') });
    const drop: Step = { type: 'table.drop', table: 'ranked' };
    granted(await large([[swap[0] as Step, drop, ranked, ...ranks((n) => n)]]));
    await expectRanks((n) => n);
  });
});

const key = fc.constantFrom('a', 'b', 'c');
const cells = fc.record(
  {
    n: fc.constantFrom<number | null>(-1, 1, 2, null),
    badge: fc.constantFrom<number | null>(7, 8, null),
    secret: fc.constantFrom<string | null>('s1', 's2', null),
  },
  { requiredKeys: [] },
);
const row = fc.tuple(key, cells).map(([id, rest]) => ({ id, ...rest }));
const table = fc.constant('t');
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ type: fc.constant('row.insert' as const), table, row }),
  fc.record({ type: fc.constant('row.upsert' as const), table, row }),
  fc.record({ type: fc.constant('row.update' as const), table, key, row: cells }),
  fc.record({ type: fc.constant('row.delete' as const), table, key }),
  fc.record({ type: fc.constant('row.erase' as const), table, key }),
);

/** What differs from one ledger to another: times, salts, ids, and where the log stands. */
const comparable = (text: unknown): unknown =>
  JSON.parse(
    JSON.stringify(text)
      .replace(/\d{4}-[\d-]+T[\d:.]+Z|(?<="sealed":")[^"]*|(?<="command":")[^"]*/g, '…')
      .replace(/"epoch":"[^"]*",?/g, ''),
  );

test('in parts of any size a batch does what it does in one piece', async () => {
  const [ownLedger, twin] = [await createLedger(), await createLedger()];
  const [first, twinStack] = [createStack(ownLedger), createStack(twin)];
  await Promise.all([createRuledTable(first), createRuledTable(twinStack)]);
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(anyStep, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 5 }),
      async (parts) => {
        const [before, twinBefore] = await Promise.all([headSeq(ownLedger), headSeq(twin)]);
        const inParts = await large(parts, { why: 'why' }, first);
        const whole = await twinStack.submit({ type: 'batch', commands: parts.flat(), why: 'why' });
        if ('error' in inParts || 'error' in whole) {
          expect(comparable(inParts)).toEqual(comparable(whole));
          return;
        }
        const { results: _, ...reply } = granted(whole);
        expect(comparable(granted(inParts))).toEqual(comparable(reply));
        expect(comparable(await entries(before, ownLedger))).toEqual(comparable(await entries(twinBefore, twin)));
      },
    ),
    { numRuns: scale(100, 1_000) },
  );
  await Promise.all([first.stop(), twinStack.stop()]);
  await Promise.all([ownLedger.drop(), twin.drop()]);
}, 120_000);

test('small parts, which are read together, keep their order and the places of their commands', async () => {
  const before = await headSeq();
  const keys = Array.from({ length: 2_307 }, (_, n) => `small-${n}`);
  const parts = Array.from({ length: 330 }, (_, part) =>
    keys.slice(part * 7, part * 7 + 7).map((id) => insert(id, { n: 1 })),
  );
  // One by itself between them, whose bytes are more than are read together.
  parts.splice(200, 0, [insert('small-long', { secret: 'x'.repeat(300_000) })]);
  const wanted = [...keys.slice(0, 1_400), 'small-long', ...keys.slice(1_400)];
  expect(granted(await large(parts))).toMatchObject({ changes: 2_308 });
  expect((await entries(before)).map(({ key }) => key)).toEqual(wanted);
  const more = keys.slice(0, 1_400).map((id) => [insert(`${id}-more`)]);
  const refused = refusalOf(await large([...more, [insert('small-good'), insert('small-bad', { n: -1 })]]));
  expect(refused?.problems).toMatchObject([{ index: 1_401, code: 'invalid' }]);
});

describe('the command', () => {
  test('P2 takes effect once: the same id again is answered as before, though its parts are gone', async () => {
    const id = nanoid();
    const name = await stage([[insert('once')]]);
    const answer = await commit(name, 1, { id });
    expect(await commit(name, 1, { id })).toEqual(answer);
    expect(refusalOf(await commit(name, 1, { id, why: 'another' }))).toMatchObject({ code: 'command_id_reused' });
    expect(refusalOf(await commit(name, 1))).toMatchObject({ code: 'invalid' });
  });

  test('P2 asked for again while it is in work, is done once and answered to all', async () => {
    const id = nanoid();
    const name = await stage([[insert('in-work')], [insert('bad', { n: -1 })]]);
    const counted = stack.committer.counters.commands;
    const answers = await Promise.all([commit(name, 2, { id }), commit(name, 2, { id }), commit(name, 2, { id })]);
    expect(new Set(answers).size).toBe(1);
    expect(refusalOf(answers[0])).toMatchObject({ problems: [{ index: 1 }] });
    expect(stack.committer.counters.commands).toBe(counted + 1);
  });

  test('a dry run shows the first entries and leaves everything as it was, the parts too', async () => {
    const before = await headSeq();
    const same: Step = { type: 'row.update', table: 't', key: 'same', row: { n: 1 } };
    const parts = [Array.from({ length: 1_200 }, (_, n) => insert(`dry-${n}`)), [same, insert('dry-last')]];
    const name = await stage(parts);
    const id = nanoid();
    const answer = await commit(name, 2, { id, dryRun: true });
    const reply = granted(answer) as unknown as Record<string, unknown>;
    expect(reply).toMatchObject({ dryRun: true, seq: before + 1_201, changes: 1_201, more: true });
    const lines = ('lines' in answer ? (answer.lines ?? '') : '').split('\n');
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ key: 'dry-0', group: [before + 1, before + 1_201] });
    expect(JSON.parse(lines.at(-1) ?? '')).toEqual({ end: { count: reply.count, last: reply.last } });
    expect([await headSeq(), await stagedParts(name)]).toEqual([before, 2]);
    expect(granted(await commit(name, 2, { id }))).toMatchObject({ seq: before + 1_201, changes: 1_201 });
  });

  test('P9 a stage is its maker’s alone, and has to be whole', async () => {
    const name = await stage([[insert('mine')], [insert('mine-too')]]);
    expect(refusalOf(await commit(name, 2, { as: 'bob' }))).toMatchObject({ code: 'forbidden' });
    expect(refusalOf(await commit(name, 3))).toMatchObject({ code: 'invalid', message: /2 parts of 3: part 2 / });
    expect(refusalOf(await commit(name, 1))).toMatchObject({ code: 'invalid', message: /more than the commit names/ });
    expect(await ledger.query(`SELECT 1 FROM row_projection WHERE key LIKE 'mine%'`)).toEqual([]);
    await stack.staging.answer({ type: 'batch.drop', stage: name }, ada);
    expect(refusalOf(await commit(name, 2))).toMatchObject({ code: 'invalid', message: /0 parts of 2: part 0 / });
  });

  test('stands between the commands ahead of it and those behind it', async () => {
    const name = await stage([[insert('amid', { badge: 55 })]]);
    const [ahead, amid, behind] = await Promise.all([
      stack.submit(insert('ahead')),
      commit(name, 1),
      stack.submit(insert('late', { badge: 55 })),
    ]);
    expect(granted(amid).seq).toBe(granted(ahead).seq + 1);
    expect(refusalOf(behind)).toMatchObject({ problems: [{ column: 'badge' }] });
  });

  test('is given up between two chunks when the server is stopped', async () => {
    const ending = createStack(ledger);
    const name = await stage(Array.from({ length: 50 }, (_, part) => [insert(`ending-${part}`)]));
    const before = await headSeq();
    const waiting = commit(name, 50, {}, ending);
    await ending.committer.drain();
    expect(refusalOf(await waiting)).toMatchObject({ code: 'unavailable' });
    expect(await headSeq()).toBe(before);
    await ending.stop();
  });
});

describe('what is written while the next is decided', () => {
  const parts = (name: string) =>
    Array.from({ length: 20 }, (_, part) => Array.from({ length: 400 }, (_, n) => insert(`${name}-${part}-${n}`)));

  test('P1 P2 the writing backend killed amid it: it is done again, once', async () => {
    const before = await headSeq();
    const name = await stage(parts('killed'));
    const { retries } = stack.committer.counters;
    let isDone = false;
    const waiting = commit(name, 20).finally(() => {
      isDone = true;
    });
    let killed = 0;
    while (killed === 0 && !isDone) {
      const found = await ledger.query(`
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND application_name = 'rowcast' AND state = 'active'
          AND query LIKE '%INSERT INTO change%'`);
      killed = found.length;
    }
    expect(killed).toBe(1);
    expect(granted(await waiting)).toMatchObject({ seq: before + 8_000, changes: 8_000 });
    expect(stack.committer.counters.retries).toBeGreaterThan(retries);
    await expectSoundTree();
  });

  test('P1 a write that fails makes all of it fail, though others were decided behind it', async () => {
    const before = await headSeq();
    await ledger.query(`
      CREATE FUNCTION refuse_ghost() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF NEW.key = 'ghost-3-399' THEN RAISE EXCEPTION 'no ghosts' USING ERRCODE = '23514'; END IF; RETURN NEW; END $$`);
    await ledger.query(`
      CREATE TRIGGER no_ghosts BEFORE INSERT ON row_projection FOR EACH ROW EXECUTE FUNCTION refuse_ghost()`);
    try {
      const name = await stage(parts('ghost'));
      // The same is to be said of its last chunk, behind which nothing is decided.
      const last = await stage([[insert('ghost-3-399')]]);
      for (const [stage, count] of [[name, 20] as const, [last, 1] as const]) {
        expect(refusalOf(await commit(stage, count))).toMatchObject({ code: 'internal' });
      }
    } finally {
      await ledger.query('DROP TRIGGER no_ghosts ON row_projection');
    }
    expect(await headSeq()).toBe(before);
    await stack.done(insert('ghost-3-399'));
    await expectSoundTree();
  });
});
