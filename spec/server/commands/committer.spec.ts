import { nanoid } from 'nanoid';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Command } from '../../../protocol/commands.ts';
import { limits } from '../../../protocol/limits.ts';
import { type Answer, submission } from '../../../server/commands/submission.ts';
import { holdHead } from '../../support/hold-head.ts';
import { createLedger, type TestLedger } from '../../support/ledger.ts';
import { commandKey, createStack, expectWholeLog, granted, refusalOf, type Stack } from '../stack.ts';

let ledger: TestLedger;
let stack: Stack;

beforeAll(async () => {
  ledger = await createLedger();
  stack = createStack(ledger, { queueCommandsMax: 500, groupCommandsMax: 200 });
  await stack.done({
    type: 'table.create',
    name: 't',
    key: 'id',
    columns: [
      { name: 'id', type: 'text' },
      { name: 'n', type: 'integer', min: 0 },
      { name: 'badge', type: 'integer', unique: true },
    ],
  });
});
afterAll(async () => {
  await expectWholeLog(ledger);
  await stack.stop();
  await ledger.drop();
});

const insert = (id: string, row: Record<string, string | number> = {}): Command => ({
  type: 'row.insert',
  table: 't',
  row: { id, ...row },
});
const countOf = async (key: string): Promise<number> =>
  (await ledger.query(`SELECT 1 FROM change WHERE key = $1`, [key])).length;
const head = async (): Promise<number> => Number((await ledger.query<{ seq: string }>('SELECT seq FROM head'))[0]?.seq);

describe('group commit (S2)', () => {
  test('P3 commands that wait go together, in order of arrival, and take seqs without a hole', async () => {
    const groupsBefore = stack.committer.counters.groups;
    const first = (await head()) + 1;
    const replies = await Promise.all(Array.from({ length: 400 }, (_, n) => stack.done(insert(`group-${n}`))));
    expect(replies.map(({ seq }) => seq)).toEqual(replies.map((_, n) => first + n));
    // 400 commands by groups of at most 200.
    expect(stack.committer.counters.groups - groupsBefore).toBeLessThanOrEqual(4);
  });

  test('P2 P6 one bad command among 100: 99 are written, 1 is refused with the right reason', async () => {
    const before = await head();
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, n) => stack.submit(insert(`neighbour-${n}`, { n: n === 56 ? -1 : n }))),
    );
    const refused = answers.flatMap((answer, n) => ('error' in answer ? [{ n, ...answer.error }] : []));
    expect(refused).toMatchObject([
      { n: 56, code: 'invalid', problems: [{ code: 'invalid', table: 't', key: 'neighbour-56', column: 'n' }] },
    ]);
    expect(await head()).toBe(before + 99);
    expect(await countOf('neighbour-56')).toBe(0);
    expect(await countOf('neighbour-57')).toBe(1);
  });

  test('commands of one group see what the ones ahead of them have done', async () => {
    const [inserted, updated, conflict, deleted, again] = await Promise.all([
      stack.submit(insert('chain', { badge: 77 })),
      stack.submit({ type: 'row.update', table: 't', key: 'chain', row: { n: 1 }, expect: { version: 1 } }),
      stack.submit({ type: 'row.update', table: 't', key: 'chain', row: { n: 2 }, expect: { version: 1 } }),
      stack.submit({ type: 'row.delete', table: 't', key: 'chain' }),
      stack.submit(insert('chain-2', { badge: 77 })),
    ]);
    expect([granted(inserted), granted(updated)]).toMatchObject([{ version: 1 }, { version: 2 }]);
    expect(refusalOf(conflict).problems?.[0]?.current).toMatchObject({ version: 2, row: { n: 1 } });
    expect([granted(deleted), granted(again)]).toMatchObject([{ version: 3 }, { version: 1 }]);
  });

  test('P4 what was answered before another was sent stands ahead of it, though they go to two servers', async () => {
    const other = createStack(ledger);
    let last = 0;
    for (let n = 0; n < 20; n += 1) {
      const { seq } = await (n % 2 === 0 ? stack : other).done(insert(`real-time-${n}`));
      expect(seq).toBeGreaterThan(last);
      last = seq;
    }
    await other.stop();
  });

  test('P3 50 who expect the same version: one wins, 49 are refused, one change is written', async () => {
    await stack.done(insert('race'));
    const before = await head();
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, n) =>
        stack.submit({ type: 'row.update', table: 't', key: 'race', row: { n }, expect: { version: 1 } }),
      ),
    );
    expect(answers.filter((answer) => 'body' in answer)).toHaveLength(1);
    expect(answers.filter((answer) => 'error' in answer && answer.error.code === 'version_conflict')).toHaveLength(49);
    expect(await head()).toBe(before + 1);
  });

  test('a command that changes tables is a group of its own, and those behind it are judged by the new table', async () => {
    const [ahead, altered, behind, wrong] = await Promise.all([
      stack.submit(insert('ahead')),
      stack.submit({
        type: 'table.alter',
        table: 't',
        steps: [{ do: 'add', column: { name: 'later', type: 'text' } }],
      }),
      stack.submit(insert('behind', { later: 'x' })),
      stack.submit(insert('wrong', { later: 5 })),
    ]);
    expect([granted(ahead), granted(altered), granted(behind)].map(({ changed }) => changed)).toEqual([
      true,
      true,
      true,
    ]);
    expect(refusalOf(wrong)).toMatchObject({ code: 'invalid', problems: [{ column: 'later' }] });
  });

  test('a batch that makes a table, fills it and drops another is one group', async () => {
    await stack.done({ type: 'table.create', name: 'old', columns: [] });
    const { results = [] } = await stack.done({
      type: 'batch',
      commands: [
        { type: 'table.drop', table: 'old' },
        { type: 'table.create', name: 'old', columns: [{ name: 'x', type: 'text', unique: true }] },
        { type: 'row.insert', table: 'old', key: 'k', row: { x: 'y' } },
      ],
    });
    const last = results.at(-1)?.seq;
    const groups = await ledger.query<{ group_last: string }>(
      'SELECT DISTINCT group_last FROM change WHERE seq = ANY($1)',
      [results.map(({ seq }) => seq)],
    );
    expect(groups).toEqual([{ group_last: String(last) }]);
    expect(await stack.refused({ type: 'row.insert', table: 'old', row: { x: 'y' } })).toMatchObject({
      code: 'invalid',
    });
  });

  test('a refusal lists a bounded number of problems and says how many more there are (P8)', async () => {
    const commands = Array.from({ length: limits.problemsMax + 5 }, (_, n) => ({
      type: 'row.delete' as const,
      table: 't',
      key: `not-there-${n}`,
    }));
    const refused = await stack.refused({ type: 'batch', commands });
    expect(refused.problems).toHaveLength(limits.problemsMax);
    expect(refused.more).toBe(5);
  });
});

describe('P2 a command’s id takes effect once, for ever', () => {
  const bodyOf = (answer: Answer): string => ('body' in answer ? answer.body : expect.fail(JSON.stringify(answer)));

  test('the same again is answered with the very same text, and changes nothing', async () => {
    const id = nanoid();
    const first = await stack.submit(insert('once'), id);
    const changes = await head();
    await stack.done({ type: 'row.update', table: 't', key: 'once', row: { n: 5 } });
    expect(bodyOf(await stack.submit(insert('once'), id))).toBe(bodyOf(first));
    expect(await head()).toBe(changes + 1);
  });

  test('so is one that had changed nothing, though by now it would', async () => {
    const id = nanoid();
    const same: Command = { type: 'row.upsert', table: 't', row: { id: 'still', n: 1 } };
    await stack.done(same);
    const first = await stack.submit(same, id);
    expect(granted(first).changed).toBe(false);
    await stack.done({ type: 'row.update', table: 't', key: 'still', row: { n: 2 } });
    expect(bodyOf(await stack.submit(same, id))).toBe(bodyOf(first));
    expect(await stack.ask({ type: 'row.get', table: 't', key: 'still' })).toMatchObject({ row: { row: { n: 2 } } });
  });

  test('after a restart, on another server, the answer is still the first one', async () => {
    const id = nanoid();
    const first = await stack.submit(insert('restart'), id);
    const other = createStack(ledger);
    expect(bodyOf(await other.submit(insert('restart'), id))).toBe(bodyOf(first));
    await other.stop();
    expect(await countOf('restart')).toBe(1);
  });

  test('100 at once under one id, on two servers: 1 change, 100 equal answers', async () => {
    const id = nanoid();
    const other = createStack(ledger);
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, n) => (n % 2 === 0 ? stack : other).submit(insert('hundred'), id)),
    );
    expect(new Set(answers.map(bodyOf)).size).toBe(1);
    expect(await countOf('hundred')).toBe(1);
    await other.stop();
  });

  test('the same id with another body is an error: later, in the same group, and from another user', async () => {
    const id = nanoid();
    const both = await Promise.all([stack.submit(insert('mine'), id), stack.submit(insert('other'), id)]);
    expect(both.map((answer) => ('error' in answer ? answer.error.code : 'ok'))).toEqual(['ok', 'command_id_reused']);
    expect(await stack.refused(insert('other'), id)).toMatchObject({ code: 'command_id_reused' });
    const { error } = (await stack.committer.submit(submission(id, 'bob', insert('mine'), commandKey))) as {
      error: object;
    };
    expect(error).toMatchObject({ code: 'command_id_reused' });
    expect(await countOf('other')).toBe(0);
  });

  test('a retry may name its cells in another order: it is the same command', async () => {
    const id = nanoid();
    const first = await stack.submit({ type: 'row.insert', table: 't', row: { id: 'order', n: 1 } }, id);
    const again = await stack.submit({ type: 'row.insert', table: 't', row: { n: 1, id: 'order' } }, id);
    expect(bodyOf(again)).toBe(bodyOf(first));
  });

  test('a refused command leaves its id free: mended, it may be sent under it again', async () => {
    const id = nanoid();
    expect(await stack.refused(insert('mended', { n: -1 }), id)).toMatchObject({ code: 'invalid' });
    expect(await stack.done(insert('mended', { n: 1 }), id)).toMatchObject({ version: 1 });
  });
});

describe('P8 limits', () => {
  test('beyond the queue’s limit commands are answered busy at once, and those taken are all answered', async () => {
    const small = createStack(ledger, { queueCommandsMax: 10, groupCommandsMax: 5 });
    const answers = await Promise.all(Array.from({ length: 30 }, (_, n) => small.submit(insert(`busy-${n}`))));
    const busy = answers.filter((answer) => 'error' in answer);
    expect(busy).toHaveLength(20);
    expect(busy).toMatchObject(busy.map(() => ({ error: { code: 'busy', retryAfterMs: 100 } })));
    expect(small.committer.counters).toMatchObject({ busy: 20, commands: 10 });
    await small.stop();
  });

  test('drain answers all that was taken, and takes nothing more', async () => {
    const ending = createStack(ledger);
    const taken = Array.from({ length: 50 }, (_, n) => ending.submit(insert(`drained-${n}`)));
    const drained = ending.committer.drain();
    expect(refusalOf(await ending.submit(insert('late')))).toMatchObject({ code: 'unavailable' });
    await drained;
    for (const answer of await Promise.all(taken)) granted(answer);
    expect(await countOf('late')).toBe(0);
    await ending.stop();
  });
});

describe('P11 when the log was found changed', () => {
  const tampered = { code: 'tampered', message: 'the log is not what it was' } as const;

  test('nothing is written any more: neither what waits in the queue nor what waits for the head', async () => {
    const halting = createStack(ledger, { groupCommandsMax: 5 });
    const known = nanoid();
    await halting.done(insert('done-before'), known);
    const before = await head();
    const release = await holdHead(ledger);
    const waiting = Array.from({ length: 20 }, (_, n) => halting.submit(insert(`halted-${n}`)));
    const again = halting.submit(insert('done-before'), known);
    await vi.waitFor(async () => {
      const waits = await ledger.query(
        `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      );
      expect(waits).toHaveLength(1);
    });
    halting.committer.halt(tampered);
    await release();
    const answers = await Promise.all(waiting);
    expect(answers).toEqual(answers.map(() => ({ error: tampered })));
    // It is done, whatever happened since.
    granted(await again);
    expect(refusalOf(await halting.submit(insert('halted-late')))).toEqual(tampered);
    expect(await head()).toBe(before);
    await halting.stop();
  });

  test('no tag is set and nothing is staged, and reading goes on', async () => {
    const halting = createStack(ledger);
    const session = await halting.login();
    halting.committer.halt(tampered);
    const part = { stage: 'of-a-halted', part: 0, commands: [insert('halted')] };
    for (const [body, code] of [
      [{ type: 'tag.set', name: 'of-a-halted' }, 'tampered'],
      [{ type: 'batch.part', ...part }, 'tampered'],
      [{ type: 'batch.commit', stage: part.stage, parts: 1 }, 'tampered'],
      [{ type: 'row.get', table: 't', key: 'nobody' }, 'row_not_found'],
    ] as const) {
      const text = session.proved(JSON.stringify({ v: 1, id: nanoid(), ...body }));
      const [reply = ''] = await halting.dispatch.handle(Buffer.from(text), 'a peer');
      expect(JSON.parse(reply)).toMatchObject({ error: { code } });
    }
    expect(await ledger.query(`SELECT 1 FROM tag UNION ALL SELECT 1 FROM staged_part`)).toEqual([]);
    await halting.stop();
  });
});

describe('a command that PostgreSQL itself refuses (D14)', () => {
  beforeAll(async () => {
    // What no rule of ours foresees: here a rule of the database's own, as an operator might add one.
    await ledger.query(`ALTER TABLE row_projection ADD CONSTRAINT no_poison CHECK (key NOT LIKE 'poison%')`);
  });
  afterAll(() => ledger.query('ALTER TABLE row_projection DROP CONSTRAINT no_poison'));

  // On a connection that is new and on one that has written before: which answer comes first must make no difference.
  test.each(['new', 'used'])(
    'is answered internal at once, and its neighbours are written: a %s connection',
    async (kind) => {
      const server = createStack(ledger);
      if (kind === 'used') for (let n = 0; n < 3; n += 1) await server.done(insert(`warm-${n}`));
      const id = nanoid();
      const answers = await Promise.all([
        ...Array.from({ length: 10 }, (_, n) => server.submit(insert(`before-poison-${kind}-${n}`))),
        server.submit(insert(`poison-${kind}`), id),
        ...Array.from({ length: 10 }, (_, n) => server.submit(insert(`after-poison-${kind}-${n}`))),
      ]);
      const refused = answers.filter((answer) => 'error' in answer);
      expect(refused).toMatchObject([{ error: { code: 'internal', message: expect.stringContaining(id) } }]);
      expect(JSON.stringify(refused)).not.toContain('no_poison');
      expect(await countOf(`poison-${kind}`)).toBe(0);
      // Nobody took it for a database that is away, and made the others wait for its trials.
      expect(server.committer.counters.retries).toBe(0);
      await server.stop();
    },
  );
});

test('what was committed is handed to the tail: each change once, in order, and nothing of a refused command (P5)', () => {
  const seqs = stack.committed.map(({ seq }) => seq);
  expect(seqs).toEqual([...new Set(seqs)].sort((a, b) => a - b));
  expect(stack.committed.some(({ key }) => key === 'neighbour-56')).toBe(false);
});
