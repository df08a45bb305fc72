import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { connect, type Ledger, RowcastError, type Step, type WatchEvent } from '../../client/index.ts';
import { Dice } from '../client/random.ts';
import { expectWholeLog } from '../server/stack.ts';
import { createLedger, type TestLedger } from '../support/ledger.ts';
import { figure, scale } from '../support/scale.ts';
import { administrator, type ServerProcess, spawnServer, type TestSettings, writeSettings } from '../support/server.ts';

let ledger: TestLedger;
let settings: TestSettings;
let server: ServerProcess;
let admin: Ledger;

beforeEach(async () => {
  ledger = await createLedger();
  settings = await writeSettings(ledger);
  server = await spawnServer(settings);
  admin = connect(settings.address);
  await admin.login(administrator.name, administrator.password);
  const columns = [
    { name: 'id', type: 'integer' as const },
    { name: 'name', type: 'text' as const, required: true },
  ];
  await admin.createTable({ name: 'people', key: 'id', columns });
});
afterEach(async () => {
  await admin.close();
  await server.kill();
  await settings.remove();
  await ledger.drop();
});

function* people(count: number, from = 0): Generator<Step> {
  for (let id = from; id < from + count; id += 1) {
    yield { type: 'row.insert', table: 'people', row: { id, name: `Person number ${id}` } };
  }
}

const count = async (what: string): Promise<number> =>
  Number((await ledger.query<{ count: string }>(`SELECT count(*) FROM ${what}`))[0]?.count);

/** Returns when a statement that writes the log has been seen at work in a large commit. */
async function writing(): Promise<void> {
  const seen = `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'rowcast'
    AND xact_start IS NOT NULL AND query LIKE '%INSERT INTO change%' AND state <> 'idle'`;
  while ((await ledger.query(seen)).length === 0);
}

const kills = scale(2, 15);

test(`P1 P2 P6 ${kills} times kill -9 in the middle of a large commit: nothing of it or all of it, and once`, async () => {
  const dice = new Dice(20_261_125);
  const size = scale(6_000, 12_000);
  for (let kill = 0; kill < kills; kill += 1) {
    const before = await count('change');
    let isCommitting: (() => void) | undefined;
    const committing = new Promise<void>((resolve) => {
      isCommitting = resolve;
    });
    // Patience for the server's restart: the command is sent again under its id by itself.
    const sent = admin.largeBatch(people(size, kill * size), {
      onProgress: (progress) => progress.committing && isCommitting?.(),
    });
    await committing;
    await writing();
    for (let wait = dice.below(40); wait > 0; wait -= 1) await ledger.query('SELECT 1');
    await server.kill();
    expect([before, before + size]).toContain(await count('change'));
    expect(await count('row_projection')).toBe((await count('change')) - 1);
    server = await spawnServer(settings);
    expect(await sent).toMatchObject({ changes: size });
    expect(await count('change')).toBe(before + size);
    expect(await count('staged_part')).toBe(0);
  }
  await expectWholeLog(ledger);
  expect((await admin.verify()).tables).toBeDefined();
}, 120_000);

test('P1 a server that is killed between two parts: the rest is staged when it is back', async () => {
  async function* interrupted(): AsyncGenerator<Step> {
    yield* people(3_000);
    await server.kill();
    server = await spawnServer(settings);
    yield* people(3_000, 3_000);
  }
  expect(await admin.largeBatch(interrupted())).toMatchObject({ changes: 6_000 });
  await expectWholeLog(ledger);
}, 60_000);

test('P5 P6 a watcher sees one group, though the feed only announces it', async () => {
  await using viewer = connect(settings.address);
  const watch = viewer.watch({ table: 'people' });
  const replica = viewer.replica('people');
  await replica.reached(1);
  const reply = await admin.largeBatch(people(8_000), { why: 'the census' });
  await admin.insert('people', { id: -1, name: 'behind' });
  const groups: WatchEvent[] = [];
  for await (const event of watch) {
    if (event.type === 'group') groups.push(event);
    if (groups.length === 2) break;
  }
  expect(groups.map((event) => (event.type === 'group' ? event.changes.length : 0))).toEqual([8_000, 1]);
  expect(groups[0]).toMatchObject({ why: 'the census', cursor: { seq: reply.seq } });
  await replica.reached(reply.seq + 1);
  expect(replica.rows.size).toBe(8_001);
  await watch.close();
}, 60_000);

test('P6 over several tables it is one group to who watches the whole ledger, and a part of it to who watches one', async () => {
  await admin.createTable({ name: 'other', columns: [] });
  const { seq, epoch } = await admin.status();
  const [all, one] = [admin.watch({ from: { seq, epoch } }), admin.watch({ table: 'other', from: { seq, epoch } })];
  const first = async (watch: AsyncIterable<WatchEvent>): Promise<number> => {
    for await (const event of watch) if (event.type === 'group') return event.changes.length;
    return 0;
  };
  const seen = [first(all), first(one)];
  const steps = [...people(3_000), { type: 'row.insert', table: 'other', key: 'x', row: {} } as const];
  await admin.largeBatch([...steps, ...people(3_000, 3_000)]);
  expect(await Promise.all(seen)).toEqual([6_001, 1]);
}, 60_000);

describe('the library', () => {
  test('tells the place of every problem in the whole batch, and leaves nothing staged', async () => {
    const steps = [...people(6_000)];
    steps[3] = { type: 'row.insert', table: 'people', row: { id: -3 } };
    steps[5_500] = { type: 'row.insert', table: 'none', row: {} };
    const error = await admin.largeBatch(steps).catch((caught: unknown) => caught);
    if (!(error instanceof RowcastError)) expect.fail(String(error));
    expect(error.problems.map(({ index, code }) => [index, code])).toEqual([
      [3, 'invalid'],
      [5_500, 'table_not_found'],
    ]);
    expect([await count('staged_part'), await count('row_projection')]).toEqual([0, 0]);
  });

  test('tells the place of a command that cannot be sent, or that is none', async () => {
    const unsendable = [...people(2_000), { type: 'row.insert', table: 'people', row: { id: Number.NaN } } as Step];
    await expect(admin.largeBatch(unsendable)).rejects.toMatchObject({
      code: 'invalid',
      message: expect.stringContaining('commands[2000].row.id'),
    });
    const none = [...people(2_000), { type: 'row.get', table: 'people', key: '1' } as unknown as Step];
    const error = await admin.largeBatch(none).catch((caught: RowcastError) => caught);
    expect(error).toMatchObject({ code: 'bad_request', problems: [{ index: 2_000 }] });
    await expect(admin.largeBatch([])).rejects.toMatchObject({ code: 'bad_request' });
    expect(await count('staged_part')).toBe(0);
  });

  test('shows by a dry run what would be recorded, and leaves nothing', async () => {
    const before = await count('change');
    const tried = await admin.largeBatch(people(2_500), { dryRun: true });
    expect(tried).toMatchObject({ dryRun: true, changes: 2_500, seq: before + 2_500 });
    expect(tried.entries?.[0]).toMatchObject({ entry: { seq: before + 1, group: [before + 1, before + 2_500] } });
    expect([await count('change'), await count('staged_part')]).toEqual([before, 0]);
  });

  test('P2 the same commands under the same id are the same command, and answered again', async () => {
    const id = 'large-batch-once';
    const first = await admin.largeBatch(people(2_500), { id });
    expect(await admin.largeBatch(people(2_500), { id })).toEqual(first);
    expect([await count('change'), await count('staged_part')]).toEqual([2_501, 0]);
    await expect(admin.largeBatch(people(10), { id, why: 'another' })).rejects.toMatchObject({
      code: 'command_id_reused',
    });
  });

  test('ends with its caller’s signal while parts are sent, and leaves nothing', async () => {
    const controller = new AbortController();
    const sent = admin.largeBatch(people(20_000), {
      signal: controller.signal,
      onProgress: ({ commands }) => commands > 3_000 && controller.abort(),
    });
    await expect(sent).rejects.toMatchObject({ code: 'aborted', outcomeUnknown: false });
    expect(await count('change')).toBe(1);
  });
});

test('P8 the server’s memory does not grow with the batch', async () => {
  const rssMiB = async (): Promise<number> => ((await admin.status()).counters.memoryBytes ?? 0) / 1_048_576;
  // The first warms up what any size needs.
  await admin.largeBatch(people(5_000));
  const before = await rssMiB();
  const size = scale(25_000, 400_000);
  await admin.largeBatch(people(size, 10_000));
  const after = await rssMiB();
  figure(`large batch of ${size}: the server's memory ${Math.round(before)} → ${Math.round(after)} MiB`);
  expect(after - before).toBeLessThan(150);
}, 120_000);
