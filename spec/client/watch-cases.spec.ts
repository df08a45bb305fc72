import { afterEach, describe, expect, test } from 'vitest';
import { RowcastError } from '../../client/errors.ts';
import type { WatchEvent } from '../../client/events.ts';
import type { Watch, WatchOptions } from '../../client/watch.ts';
import type { Filter } from '../../protocol/filter.ts';
import type { TableDefinition } from '../../protocol/table.ts';
import { create } from './fake-author.ts';
import { type Draft, toMessages } from './fake-server.ts';
import { settled } from './fake-timing.ts';
import { insert, Stage, type StageOptions } from './stage.ts';

const stages: Stage[] = [];

afterEach(async () => {
  for (const { ledger, network, timing } of stages.splice(0)) {
    await ledger.close();
    expect({ pipes: network.openPipes, timers: timing.pending }).toEqual({ pipes: 0, timers: 0 });
  }
});

function setStage(options?: StageOptions): Stage {
  const stage = new Stage(options);
  stages.push(stage);
  stage.write(create('rate'));
  return stage;
}

/** Takes everything that a watch has now. */
class Consumer {
  readonly watch: Watch;
  readonly events: WatchEvent[] = [];
  failure: unknown;
  ended = false;

  constructor({ ledger }: Stage, options: WatchOptions) {
    this.watch = ledger.watch(options);
    this.#take().catch((error: unknown) => {
      this.failure = error;
    });
  }

  get states(): string[] {
    return this.events.flatMap((event) => (event.type === 'state' ? [event.state] : []));
  }

  get changes(): string[] {
    return this.events.flatMap((event) =>
      event.type === 'group'
        ? event.changes.map(({ kind, entry }) => `${kind} ${'key' in entry ? entry.key : entry.op}`)
        : [],
    );
  }

  async #take(): Promise<void> {
    for await (const event of this.watch) this.events.push(event);
    this.ended = true;
  }
}

async function watching(stage: Stage, options: WatchOptions = { table: 'rate' }): Promise<Consumer> {
  const consumer = new Consumer(stage, options);
  await stage.quiet();
  return consumer;
}

const big: Filter = [{ column: 'n', is: 'ge', value: 5 }];
const rate = create('rate');
const definition: TableDefinition = 'definition' in rate && rate.definition !== undefined ? rate.definition : never();

function never(): never {
  throw new Error('a create has a definition');
}

describe('a watch', () => {
  test('S11 S13 begins with one event that holds the whole table, and then is live', async () => {
    const stage = setStage({ pageMax: 2 });
    stage.write(...['a', 'b', 'c', 'd', 'e'].map((key) => insert(key, { n: 1 })));
    const { events, watch } = await watching(stage);
    expect(events.map(({ type }) => type)).toEqual(['state', 'state', 'reset', 'state']);
    expect(events[2]).toMatchObject({ definition, rows: [{}, {}, {}, {}, {}], cursor: { seq: 6, epoch: 'epoch-0' } });
    expect({ state: watch.state, cursor: watch.cursor }).toEqual({
      state: 'live',
      cursor: { seq: 6, epoch: 'epoch-0' },
    });
  });

  test('P6 delivers the changes of one command as one event, with who, when and why', async () => {
    const stage = setStage();
    const { events } = await watching(stage);
    stage.write(insert('a', { n: 1 }), insert('x', { n: 1 }, 'city'), insert('b', { n: 2 }));
    await stage.quiet();
    expect(events.at(-1)).toMatchObject({
      type: 'group',
      by: 'ada',
      command: 'command-epoch-0-2',
      cursor: { seq: 4, epoch: 'epoch-0' },
      changes: [
        { kind: 'enter', entry: { seq: 2, key: 'a' }, after: { n: 1 } },
        { kind: 'enter', entry: { seq: 4, key: 'b' }, after: { n: 2 } },
      ],
    });
  });

  test('P6 of the whole ledger delivers a group over several tables once all of it is there, ordered by seq', async () => {
    const stage = setStage();
    stage.write(create('city'));
    const consumer = await watching(stage, {});
    stage.write(insert('a', { n: 1 }), insert('x', { n: 1 }, 'city'), insert('b', { n: 2 }));
    stage.network.deliver();
    await settled();
    expect(consumer.changes).toEqual([]);
    await stage.quiet();
    expect(consumer.changes).toEqual(['enter a', 'enter x', 'enter b']);
    expect(consumer.watch.cursor?.seq).toBe(5);
  });

  test('P7 with a filter moves its cursor along with the heads, though nothing concerns it', async () => {
    const stage = setStage();
    const { watch, events } = await watching(stage, { table: 'rate', filter: big });
    const before = events.length;
    for (let n = 0; n < 50; n += 1) stage.write(insert(`k${n}`, { n: 1 }, n % 2 === 0 ? 'rate' : 'city'));
    await stage.pass(1);
    expect(watch.cursor?.seq).toBe(51);
    expect(events.length).toBe(before);
  });

  test('Z10 P7 learns of a lost last message from the next head', async () => {
    const stage = setStage();
    const consumer = await watching(stage);
    stage.network.faults = { ...stage.network.faults, lose: 1 };
    stage.write(insert('a', { n: 1 }));
    stage.network.faults = { ...stage.network.faults, lose: 0 };
    await stage.quiet();
    expect(consumer.changes).toEqual([]);
    await stage.pass(1);
    expect(consumer.changes).toEqual(['enter a']);
    expect(consumer.states.slice(-2)).toEqual(['behind', 'live']);
  });

  test('S11 says that it is disconnected when the heads stop, and is complete again when they come back', async () => {
    const stage = setStage();
    const consumer = await watching(stage);
    for (let second = 0; second < 3; second += 1) stage.timing.advance(1_000);
    expect(consumer.watch.state).toBe('disconnected');
    stage.write(insert('a', { n: 1 }));
    await stage.pass(3);
    expect(consumer.changes).toEqual(['enter a']);
    expect(consumer.watch.state).toBe('live');
  });

  test('opens another connection after five seconds of silence', async () => {
    const stage = setStage();
    const { watch } = await watching(stage);
    for (let second = 0; second < 5; second += 1) stage.timing.advance(1_000);
    stage.timing.advance(200);
    await stage.quiet();
    expect(watch.state).toBe('live');
  });

  test('a table that is dropped stays watched, and is seen when it comes back', async () => {
    const stage = setStage();
    const consumer = await watching(stage);
    stage.write({ table: 'rate', op: 'drop', was: definition });
    await stage.pass(2);
    stage.write(create('rate'), insert('a', { n: 1 }));
    await stage.quiet();
    expect(consumer.changes).toEqual(['table drop', 'table create', 'enter a']);
  });

  test('P7 a lost drop is learnt of even from a head that does not name the table any more', async () => {
    const stage = setStage();
    const consumer = await watching(stage);
    stage.network.faults = { ...stage.network.faults, lose: 1 };
    stage.write({ table: 'rate', op: 'drop', was: definition });
    stage.network.faults = { ...stage.network.faults, lose: 0 };
    stage.server.namesDropped = false;
    await stage.pass(3);
    expect(consumer.changes).toEqual(['table drop']);
    expect(consumer.watch.state).toBe('live');
  });

  test('S12 with a filter sees rows enter, change and leave, and deletes', async () => {
    const stage = setStage();
    const consumer = await watching(stage, { table: 'rate', filter: big });
    const update = (version: number, n: number, was: number): Draft => ({
      ...{ table: 'rate', op: 'update', key: 'a', version },
      row: { n },
      was: { n: was },
    });
    stage.write(insert('a', { n: 1 }));
    stage.write(update(2, 7, 1));
    stage.write(update(3, 8, 7));
    stage.write(update(4, 2, 8));
    stage.write({ table: 'rate', op: 'delete', key: 'a', version: 5, was: { n: 2 } });
    stage.write(insert('b', { n: 9 }));
    stage.write({ table: 'rate', op: 'delete', key: 'b', version: 2, was: { n: 9 } });
    await stage.quiet();
    expect(consumer.changes).toEqual(['enter a', 'change a', 'leave a', 'enter b', 'leave b']);
  });

  test('with a filter that an alter makes senseless delivers the alter, and then says so', async () => {
    const stage = setStage();
    const consumer = await watching(stage, { table: 'rate', filter: big });
    const columns = definition.columns.filter(({ name }) => name !== 'n');
    const steps = [{ do: 'remove', column: 'n' } as const];
    stage.write({ table: 'rate', op: 'alter', definition: { ...definition, columns }, steps, was: definition });
    await stage.quiet();
    expect(consumer.changes).toEqual(['table alter']);
    expect(consumer.failure).toMatchObject({ code: 'bad_request' });
  });

  test('with a filter from a cursor judges rows by the columns that the table had then', async () => {
    const stage = setStage();
    stage.write(insert('a', { n: 9 }));
    stage.write(insert('b', { n: 10 }));
    // As texts "9" comes behind "10"; as numbers it does not.
    const columns = definition.columns.map((column) =>
      column.name === 'n' ? { ...column, type: 'text' as const } : column,
    );
    const steps = [{ do: 'retype', column: 'n', to: 'text' } as const];
    stage.write({ table: 'rate', op: 'alter', definition: { ...definition, columns }, steps, was: definition });
    const filter: Filter = [{ column: 'n', is: 'ge', value: 10 }];
    const consumer = await watching(stage, { table: 'rate', filter, from: '0@epoch-0' });
    expect(consumer.changes).toEqual(['table create', 'enter b', 'table alter']);
  });

  test('P8 reads no further than a consumer that takes nothing needs, and drops nothing', async () => {
    const stage = setStage({ pageMax: 10, queueLimits: { eventsMax: 20, bytesMax: 1_000_000 } });
    for (let n = 0; n < 1_000; n += 1) stage.write(insert(`k${n}`, { n }));
    const watch = stage.ledger.watch({ table: 'rate', from: '0@epoch-0' });
    await stage.pass(5);
    // Two pages fill the queue, and one is on its way.
    expect(stage.network.served('log.read')).toBeLessThanOrEqual(4);
    const seqs: number[] = [];
    const taking = (async () => {
      for await (const event of watch) if (event.type === 'group') seqs.push(event.cursor.seq);
    })();
    while (seqs.length < 1_001) await stage.pass(1);
    await watch.close();
    await taking;
    expect(seqs).toEqual(Array.from({ length: 1_001 }, (_, index) => index + 1));
  });

  test('ends quietly when it is closed, aborted or left, and when the ledger is closed', async () => {
    const stage = setStage();
    const abort = new AbortController();
    const aborted = await watching(stage, { table: 'rate', signal: abort.signal });
    const closed = await watching(stage);
    const ofLedger = await watching(stage);
    abort.abort();
    await closed.watch.close();
    await stage.ledger.close();
    await settled();
    expect([aborted, closed, ofLedger].map(({ ended, failure }) => [ended, failure])).toEqual(
      Array.from({ length: 3 }, () => [true, undefined]),
    );
    expect(() => stage.ledger.watch({ table: 'rate' })).toThrow(RowcastError);
  });

  test('S15 of a server that has lost changes without beginning a new life starts over', async () => {
    const stage = setStage();
    stage.write(insert('a', { n: 1 }));
    const consumer = await watching(stage);
    const replaying = await watching(stage, { table: 'rate', from: '0@epoch-0' });
    stage.server.log = stage.server.log.slice(0, 1);
    await stage.pass(60);
    const resets = consumer.events.flatMap((event) => (event.type === 'reset' ? [event.cursor.seq] : []));
    expect(resets).toEqual([2, 1]);
    expect(replaying.failure).toMatchObject({ code: 'ahead_of_server' });
  });

  test('P7 an unreadable message of the feed sends the reader to the log', async () => {
    const stage = setStage();
    const consumer = await watching(stage);
    const [message] = toMessages(stage.server.commit([insert('a', { n: 1 })]), 'epoch-0', {
      previousOf: new Map(),
      omit: () => false,
    });
    stage.network.send('table/rate/', [
      Buffer.from('table/rate/'),
      Buffer.from('{}'),
      message?.frames[2] ?? Buffer.alloc(0),
    ]);
    await stage.quiet();
    expect(consumer.changes).toEqual(['enter a']);
  });
});

describe('S15 a watch that cannot be had says why', () => {
  test.each<[string, WatchOptions, string]>([
    ['of a table that is not there', { table: 'none' }, 'table_not_found'],
    ['of a table that never was, from a cursor', { table: 'none', from: '0@epoch-0' }, 'table_not_found'],
    ['from another epoch', { table: 'rate', from: '1@epoch-9' }, 'wrong_epoch'],
    ['of the ledger from another epoch', { from: '1@epoch-9' }, 'wrong_epoch'],
    ['from beyond the head', { from: '99@epoch-0' }, 'ahead_of_server'],
    ['with a filter on no column', { table: 'rate', filter: [{ column: 'x', is: 'eq', value: 1 }] }, 'bad_request'],
  ])('%s', async (_, options, code) => {
    const consumer = await watching(setStage(), options);
    expect(consumer.failure).toMatchObject({ code });
  });

  test.each<[string, WatchOptions]>([
    ['with a filter but no table', { filter: big }],
    ['from what is no cursor', { from: '12' }],
  ])('%s, at once', (_, options) => {
    const stage = setStage();
    expect(() => stage.ledger.watch(options)).toThrow(RowcastError);
  });
});
