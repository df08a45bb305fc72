import { nanoid } from 'nanoid';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Command } from '../../../protocol/commands.ts';
import type { Answer } from '../../../server/commands/submission.ts';
import { createLedger, type TestLedger } from '../../support/ledger.ts';
import { createStack, expectWholeLog, granted, refusalOf, type Stack } from '../stack.ts';

let ledger: TestLedger;
let stack: Stack;

beforeAll(async () => {
  ledger = await createLedger();
  stack = createStack(ledger);
  await stack.done({ type: 'table.create', name: 't', key: 'id', columns: [{ name: 'id', type: 'text' }] });
});
afterAll(async () => {
  await stack.stop();
  await ledger.drop();
});

const insert = (id: string): Command => ({ type: 'row.insert', table: 't', row: { id } });

/** Kills whatever the writing backend is doing. Only while it works: at rest it would be no fault at all. */
async function killWriter(): Promise<boolean> {
  const killed = await ledger.query(`
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND application_name = 'rowcast' AND state <> 'idle'`);
  return killed.length > 0;
}

const headSeq = async (): Promise<number> =>
  Number((await ledger.query<{ seq: string }>('SELECT seq FROM head'))[0]?.seq);

test('P1 P2 the writing backend killed again and again: every answer is in the log, each command at most once', async () => {
  const answers = new Map<string, Answer>();
  let killed = 0;
  let writersLeft = 8;
  const killing = (async () => {
    // After every kill some commits get through, or nothing would be under way that can be lost.
    for (let nextAt = 3; writersLeft > 0; ) {
      if ((await headSeq()) < nextAt) continue;
      if (!(await killWriter())) continue;
      killed += 1;
      nextAt = (await headSeq()) + 4;
    }
  })();
  const writing = Array.from({ length: writersLeft }, async (_, writer) => {
    for (let n = 0; n < 40; n += 1) {
      const key = `${writer}-${n}`;
      const id = `killed-${key}`;
      let answer = await stack.submit(insert(key), id);
      // The outcome was unknown: the same id settles it, as a client does.
      for (let tries = 0; tries < 20 && 'error' in answer; tries += 1) answer = await stack.submit(insert(key), id);
      answers.set(key, answer);
    }
    writersLeft -= 1;
  });
  await Promise.all([...writing, killing]);
  expect(killed).toBeGreaterThan(10);
  expect(stack.committer.counters.retries).toBeGreaterThan(0);

  const logged = await ledger.query<{ key: string; seq: string; command: string }>(
    `SELECT key, seq, entry::json ->> 'command' AS command FROM change WHERE key IS NOT NULL`,
  );
  expect(logged).toHaveLength(320);
  expect(new Set(logged.map(({ command }) => command)).size).toBe(320);
  for (const { key, seq } of logged)
    expect(granted(answers.get(key))).toMatchObject({ key, seq: Number(seq), version: 1 });
  await expectWholeLog(ledger);
  // What the tail was handed is what the log holds, each change at most once: a lost answer is found by its poll.
  const offered = stack.committed.map(({ seq }) => seq);
  expect(new Set(offered).size).toBe(offered.length);
}, 60_000);

test('P8 a stranger’s lock: unavailable within its time, the same id settles it, and work goes on', async () => {
  const stranger = new pg.Client({ ...ledger.owner, options: '-c search_path=rowcast' });
  await stranger.connect();
  await stranger.query('BEGIN');
  await stranger.query('LOCK TABLE head IN ACCESS EXCLUSIVE MODE');
  const id = nanoid();
  const started = performance.now();
  const refused = refusalOf(await stack.submit(insert('locked'), id));
  expect(refused).toMatchObject({ code: 'unavailable', retryAfterMs: expect.any(Number) });
  expect(refused.message).toContain('not known');
  expect(performance.now() - started).toBeLessThan(15_000);
  await stranger.query('ROLLBACK');
  await stranger.end();
  expect(await stack.done(insert('locked'), id)).toMatchObject({ key: 'locked', version: 1 });
  expect(await ledger.query(`SELECT 1 FROM change WHERE key = 'locked'`)).toHaveLength(1);
}, 60_000);

test('P8 work that takes longer than statement_timeout_ms is refused at once and once; a lock is still told apart', async () => {
  const hasty = createStack(ledger, { statementTimeoutMs: 1_000 });
  await ledger.query(`
    CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      IF NEW.key = 'slow' THEN PERFORM pg_sleep(20); END IF; RETURN NULL; END $$`);
  await ledger.query(`CREATE TRIGGER slow AFTER INSERT ON change FOR EACH ROW EXECUTE FUNCTION dawdle()`);
  const stranger = new pg.Client({ ...ledger.owner, options: '-c search_path=rowcast' });
  await stranger.connect();
  try {
    const [before, slow, after] = await Promise.all([
      hasty.submit(insert('before the slow one')),
      hasty.submit(insert('slow')),
      hasty.submit(insert('after the slow one')),
    ]);
    expect(refusalOf(slow)).toMatchObject({ code: 'too_large', message: expect.stringContaining('(1000)') });
    expect([granted(before).version, granted(after).version]).toEqual([1, 1]);
    expect(hasty.committer.counters.retries).toBe(0);
    const id = nanoid();
    await stranger.query('BEGIN');
    await stranger.query('LOCK TABLE head IN ACCESS EXCLUSIVE MODE');
    const waiting = hasty.submit(insert('held up'), id);
    expect(refusalOf(await waiting)).toMatchObject({ code: 'unavailable', retryAfterMs: expect.any(Number) });
    await stranger.query('ROLLBACK');
    expect(await hasty.done(insert('held up'), id)).toMatchObject({ version: 1 });
    await expectWholeLog(ledger);
  } finally {
    await stranger.end();
    await ledger.query('DROP TRIGGER slow ON change');
    await hasty.stop();
  }
}, 60_000);

test('P8 a lock that is held for a moment only delays', async () => {
  const stranger = new pg.Client({ ...ledger.owner, options: '-c search_path=rowcast' });
  await stranger.connect();
  await stranger.query('BEGIN');
  await stranger.query('SELECT 1 FROM head FOR UPDATE');
  const waiting = stack.done(insert('delayed'));
  // A signal and no sleep: the writer is seen waiting for the lock.
  const isWaiting = `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
  while ((await ledger.query(isWaiting)).length === 0);
  await stranger.query('COMMIT');
  await stranger.end();
  expect(await waiting).toMatchObject({ version: 1 });
});

test('P1 nothing is acknowledged that a rolled-back transaction had written', async () => {
  // A deferred constraint is judged at COMMIT: every statement before it succeeds.
  await ledger.query(`
    CREATE FUNCTION refuse_ghosts() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      IF NEW.key = 'ghost' THEN RAISE EXCEPTION 'no ghosts' USING ERRCODE = '23514'; END IF; RETURN NULL; END $$`);
  await ledger.query(`
    CREATE CONSTRAINT TRIGGER no_ghosts AFTER INSERT ON change DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION refuse_ghosts()`);
  try {
    const [first, ghost, last] = await Promise.all([
      stack.submit(insert('ahead of the ghost')),
      stack.submit(insert('ghost')),
      stack.submit(insert('behind the ghost')),
    ]);
    expect(refusalOf(ghost).code).toBe('internal');
    const keys = (await ledger.query<{ key: string }>('SELECT key FROM change ORDER BY seq DESC LIMIT 2')).map(
      ({ key }) => key,
    );
    expect(keys).toEqual(['behind the ghost', 'ahead of the ghost']);
    expect([granted(first).version, granted(last).version]).toEqual([1, 1]);
    expect(stack.committed.some(({ key }) => key === 'ghost')).toBe(false);
    await expectWholeLog(ledger);
  } finally {
    await ledger.query('DROP TRIGGER no_ghosts ON change');
  }
});
