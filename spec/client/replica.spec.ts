import { afterEach, describe, expect, test } from 'vitest';
import type { Replica, ReplicaOptions } from '../../client/replica.ts';
import type { CurrentRow } from '../../protocol/errors.ts';
import type { Filter } from '../../protocol/filter.ts';
import { create, FakeAuthor } from './fake-author.ts';
import { type Faults, noFaults } from './fake-network.ts';
import { fold } from './fake-server.ts';
import { settled } from './fake-timing.ts';
import { insert, Stage } from './stage.ts';

const stages: Stage[] = [];

afterEach(async () => {
  for (const { ledger, network, timing } of stages.splice(0)) {
    await ledger.close();
    expect({ pipes: network.openPipes, timers: timing.pending }).toEqual({ pipes: 0, timers: 0 });
  }
});

function setStage(seed?: number): Stage {
  const stage = new Stage({ pageMax: 5, ...(seed === undefined ? {} : { seed }) });
  stages.push(stage);
  return stage;
}

async function replicate(stage: Stage, options?: ReplicaOptions): Promise<Replica> {
  const replica = stage.ledger.replica('rate', options);
  await stage.quiet();
  return replica;
}

const big: Filter = [{ column: 'n', is: 'ge', value: 5 }];
const lossy: Faults = { lose: 0.15, repeat: 0.1, loseReply: 0.05, omit: 0.05, refuse: 0.05 };

/** The oracle: what the log says that the table holds at the replica's cursor. */
function expectFold(replica: Replica, { server }: Stage, filter: Filter | undefined): void {
  const { cursor } = replica;
  if (cursor?.epoch !== server.epoch) return;
  const table = fold(server.log.slice(0, cursor.seq)).get('rate');
  expect(replica.definition).toEqual(table?.definition);
  expect(byKey(replica.rows)).toEqual(
    byKey(new Map([...(table?.rows ?? [])].filter(([, one]) => passes(one, filter)))),
  );
}

function passes({ row: { n } }: CurrentRow, filter: Filter | undefined): boolean {
  return filter === undefined || (typeof n === 'number' && n >= 5);
}

function byKey(rows: ReadonlyMap<string, CurrentRow>): CurrentRow[] {
  return [...rows.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
}

describe.each([
  ['of a table', undefined],
  ['with a filter', big],
])('a replica %s', (_, filter) => {
  test('P5 P6 S5 holds at every seq what the log says, whatever the network does', async () => {
    for (let seed = 1; seed <= 15; seed += 1) {
      const stage = setStage(seed);
      const { dice, network, timing } = stage;
      const author = new FakeAuthor(stage.server, dice);
      const replica = stage.ledger.replica('rate', { filter });
      let checks = 0;
      replica.subscribe((event) => {
        const altered = event.type === 'group' && event.changes.some(({ entry }) => entry.op === 'alter');
        // With a filter, rows that begin to match by an alter come with the snapshot that follows it.
        if (event.type === 'state' || (altered && filter !== undefined)) return;
        checks += 1;
        expectFold(replica, stage, filter);
      });
      network.faults = lossy;
      for (let step = 0; step < 300; step += 1) {
        if (dice.chance(0.25)) author.write();
        if (dice.chance(0.25)) network.publish();
        if (dice.chance(0.02)) network.cutFeed();
        if (dice.chance(0.05)) network.reconnect();
        if (dice.chance(0.2)) timing.advance(dice.below(500));
        network.deliver();
        await settled();
      }
      network.faults = noFaults;
      network.reconnect();
      await stage.pass(20);
      expect({ seed, state: replica.state, seq: replica.cursor?.seq }).toEqual({
        seed,
        state: 'live',
        seq: stage.server.head,
      });
      expectFold(replica, stage, filter);
      expect(checks).toBeGreaterThan(3);
    }
  });
});

describe('a replica', () => {
  test('S4 reads what was just written, once it has reached its seq', async () => {
    const stage = setStage();
    stage.write(create('rate'));
    const replica = await replicate(stage);
    await replica.ready();
    stage.write(insert('EUR', { n: 1 }));
    const reached = replica.reached(2);
    expect(replica.rows.size).toBe(0);
    await stage.quiet();
    await reached;
    expect(replica.rows.get('EUR')).toMatchObject({ version: 1, seq: 2, by: 'ada', row: { n: 1 } });
  });

  test('P7 reaches the seq of another table with the next head', async () => {
    const stage = setStage();
    stage.write(create('rate'));
    const replica = await replicate(stage);
    stage.write(create('city'));
    const reached = replica.reached(2);
    await stage.pass(1);
    await reached;
  });

  test('P8 waits for a seq no longer than it was told to', async () => {
    const stage = setStage();
    stage.write(create('rate'));
    const replica = await replicate(stage);
    const reached = replica.reached(99, { timeoutMs: 500 });
    const failure = expect(reached).rejects.toMatchObject({ code: 'timeout' });
    stage.timing.advance(500);
    await failure;
  });

  test('S16 starts over with a restored ledger, and tells who waits for the life before', async () => {
    const stage = setStage();
    stage.write(create('rate'));
    stage.write(insert('EUR', { n: 1 }));
    const replica = await replicate(stage);
    const reached = replica.reached({ seq: 9, epoch: 'epoch-0' });
    const failure = expect(reached).rejects.toMatchObject({ code: 'wrong_epoch' });
    stage.server.restore(1);
    await stage.pass(2);
    await failure;
    expect({ rows: replica.rows.size, cursor: replica.cursor }).toEqual({
      rows: 0,
      cursor: { seq: 1, epoch: 'epoch-1' },
    });
  });

  test('S12 with a filter shows rows that begin to match by an alter', async () => {
    const stage = setStage();
    stage.write(create('rate'));
    stage.write(insert('EUR', { n: 1 }));
    const replica = await replicate(stage, { filter: big });
    expect([...replica.rows.keys()]).toEqual([]);
    const was = stage.server.tables().get('rate')?.definition ?? { name: 'rate', columns: [] };
    const column = { name: 'n', type: 'integer', default: 9 } as const;
    const definition = { ...was, columns: [...was.columns.filter(({ name }) => name !== 'n'), column] };
    const steps = [{ do: 'remove', column: 'n' } as const, { do: 'add', column } as const];
    stage.write({ table: 'rate', op: 'alter', definition, steps, was });
    await stage.quiet();
    expect(replica.rows.get('EUR')?.row).toEqual({ n: 9 });
    expect(replica.state).toBe('live');
  });

  test('of a table that is not there fails, and says so to all who wait and listen', async () => {
    const stage = setStage();
    const replica = stage.ledger.replica('none');
    const told: unknown[] = [];
    replica.subscribe((event) => told.push(event.type));
    const ready = expect(replica.ready()).rejects.toMatchObject({ code: 'table_not_found' });
    await stage.quiet();
    await ready;
    expect(replica.failure?.code).toBe('table_not_found');
    expect(told.at(-1)).toBe('failed');
  });

  test('tells its listeners until they have enough', async () => {
    const stage = setStage();
    stage.write(create('rate'));
    const replica = await replicate(stage);
    const told: string[] = [];
    const unsubscribe = replica.subscribe((event) => told.push(event.type));
    stage.write(insert('EUR', { n: 1 }));
    await stage.quiet();
    unsubscribe();
    stage.write(insert('USD', { n: 1 }));
    await stage.quiet();
    expect(told).toEqual(['group']);
  });

  test('that was closed refuses to wait', async () => {
    const stage = setStage();
    stage.write(create('rate'));
    const replica = await replicate(stage);
    const waiting = expect(replica.reached(99)).rejects.toMatchObject({ code: 'closed' });
    await replica.close();
    await waiting;
    await expect(replica.reached(1)).rejects.toMatchObject({ code: 'closed' });
  });
});
