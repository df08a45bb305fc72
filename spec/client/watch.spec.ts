import { describe, expect, test } from 'vitest';
import { Ledger } from '../../client/client.ts';
import type { RowcastError } from '../../client/errors.ts';
import type { GroupEvent, ResetEvent, WatchEvent } from '../../client/events.ts';
import type { Watch } from '../../client/watch.ts';
import { type Cursor, formatCursor } from '../../protocol/cursor.ts';
import type { Entry } from '../../protocol/entry.ts';
import type { Filter } from '../../protocol/filter.ts';
import type { Cells } from '../../protocol/values.ts';
import { FakeAuthor } from './fake-author.ts';
import { FakeNetwork, type Faults, noFaults } from './fake-network.ts';
import { FakeLedger } from './fake-server.ts';
import { FakeTiming, settled } from './fake-timing.ts';
import { expectedGroups, type View } from './oracle.ts';
import { Dice } from './random.ts';

const address = { host: 'one', commandsPort: 5555, feedPort: 5556 };
const filter: Filter = [{ column: 'n', is: 'ge', value: 5 }];
const seedsOfEach = Number(process.env.ROWCAST_SEEDS ?? 15);
const firstSeed = Number(process.env.ROWCAST_SEED ?? 1);

type Scope = 'table' | 'filtered table' | 'ledger';

const views: Record<Scope, View> = {
  table: { table: 'rate', matches: () => true },
  'filtered table': { table: 'rate', matches: ({ n }: Cells) => typeof n === 'number' && n >= 5 },
  ledger: { table: undefined, matches: () => true },
};

interface Scenario {
  readonly scope: Scope;
  readonly faults: Faults;
  /** Cuts of the feed, restores of the ledger and resumptions by the consumer, each by its chance at every step. */
  readonly cut: number;
  readonly restore: number;
  readonly resume: number;
  /** How likely the consumer takes an event at a step. */
  readonly take: number;
  readonly steps: number;
}

/** What one watch delivered: from a reset or a cursor on. */
interface Segment {
  readonly start: Cursor;
  readonly reset: ResetEvent | undefined;
  readonly groups: GroupEvent[];
}

/** A ledger, a network and a consumer, moved step by step by the dice. */
class World {
  readonly dice: Dice;
  readonly timing: FakeTiming;
  readonly server: FakeLedger;
  readonly network: FakeNetwork;
  readonly author: FakeAuthor;
  readonly ledger: Ledger;
  readonly scenario: Scenario;
  readonly segments: Segment[] = [];
  /** The log of every epoch, as it was when it ended. */
  readonly logs = new Map<string, readonly Entry[]>();
  watch: Watch;
  failure: RowcastError | undefined;
  #taking = false;
  #sinceBeatMs = 0;

  constructor(seed: number, scenario: Scenario) {
    this.scenario = scenario;
    this.dice = new Dice(seed);
    this.timing = new FakeTiming(this.dice);
    this.server = new FakeLedger(() => 1 + this.dice.below(7));
    this.network = new FakeNetwork(this.server, this.dice);
    this.author = new FakeAuthor(this.server, this.dice);
    for (let writes = this.dice.below(30); writes > 0; writes -= 1) this.author.write();
    this.network.publish();
    this.server.namesDropped = this.dice.chance(0.5);
    this.network.faults = scenario.faults;
    this.ledger = new Ledger({
      transport: this.network,
      // With one address the socket mends itself, with two the client moves on.
      addresses: this.dice.chance(0.5) ? [address] : [address, { ...address, host: 'two' }],
      timing: this.timing,
      timeoutMs: 3_000,
      session: undefined,
      queueLimits: { eventsMax: 6, bytesMax: 1_000_000 },
      bufferLimits: { messagesMax: 12, bytesMax: 1_000_000 },
    });
    this.watch = this.#open(scenario.scope === 'ledger' ? this.#randomCursor() : undefined);
  }

  get log(): readonly Entry[] {
    return this.server.log;
  }

  async step(): Promise<void> {
    const { dice, scenario, network } = this;
    // A table that is not there when its snapshot is read is a case of its own.
    this.author.mayDrop = scenario.restore === 0 && this.segments.length > 0;
    if (dice.chance(0.25)) this.author.write();
    if (dice.chance(0.25)) network.publish();
    if (dice.chance(0.7)) network.deliver();
    if (dice.chance(scenario.cut)) network.cutFeed();
    if (dice.chance(0.05)) network.reconnect();
    if (dice.chance(scenario.restore)) this.#restore();
    if (dice.chance(0.3)) this.#pass(dice.below(500));
    if (dice.chance(scenario.take)) this.take();
    await settled();
    if (dice.chance(scenario.resume)) await this.#resume();
  }

  /** No faults any more: everything that was promised has to come. */
  async calm(): Promise<void> {
    this.network.faults = noFaults;
    for (let left = 5_000; left > 0 && !this.#arrived(); left -= 1) {
      this.network.reconnect();
      if (this.network.busy) this.network.deliver();
      else this.#pass(250);
      this.take();
      await settled();
    }
    if (!this.#arrived()) throw new Error(`not caught up: ${this.watch.state} at ${JSON.stringify(this.watch.cursor)}`);
  }

  take(): void {
    if (this.#taking || this.failure !== undefined) return;
    this.#taking = true;
    const { watch } = this;
    watch.next().then(
      ({ value }) => {
        this.#taking = false;
        if (value !== undefined) this.#record(value);
      },
      (error: unknown) => {
        this.#taking = false;
        this.failure = error as RowcastError;
      },
    );
  }

  #arrived(): boolean {
    if (this.failure !== undefined) return true;
    const { cursor, state } = this.watch;
    return state === 'live' && cursor?.epoch === this.server.epoch && cursor.seq >= this.server.head;
  }

  #open(from: Cursor | undefined): Watch {
    const { scope } = this.scenario;
    if (from !== undefined) this.segments.push({ start: from, reset: undefined, groups: [] });
    return this.ledger.watch({
      ...(scope === 'ledger' ? {} : { table: 'rate' }),
      ...(scope === 'filtered table' ? { filter } : {}),
      ...(from === undefined ? {} : { from: formatCursor(from) }),
    });
  }

  #randomCursor(): Cursor {
    return { seq: this.dice.below(this.server.head + 1), epoch: this.server.epoch };
  }

  #record(event: WatchEvent): void {
    if (event.type === 'reset') this.segments.push({ start: event.cursor, reset: event, groups: [] });
    else if (event.type === 'group') this.segments.at(-1)?.groups.push(event);
  }

  #pass(ms: number): void {
    this.timing.advance(ms);
    this.#sinceBeatMs += ms;
    if (this.#sinceBeatMs < 1_000) return;
    this.#sinceBeatMs -= 1_000;
    this.network.beat();
  }

  #restore(): void {
    this.logs.set(this.server.epoch, this.server.log);
    // Never to before the tables were created, nor into a group.
    const groups = this.server.log.filter(({ seq, group }) => seq >= 2 && (group === undefined || group[1] === seq));
    this.server.restore(this.dice.pick(groups.slice(-10))?.seq ?? this.server.head);
    this.author.readAgain();
  }

  /** The consumer goes away and comes back with its cursor. */
  async #resume(): Promise<void> {
    if (this.failure !== undefined || this.#taking || this.watch.cursor === undefined) return;
    await this.watch.close();
    const { cursor } = this.watch;
    if (cursor !== undefined) this.watch = this.#open(cursor);
  }

  /** The oracle: what was delivered is what the log says, from where it began, in order, once, in whole groups. */
  check(): void {
    const view = views[this.scenario.scope];
    this.logs.set(this.server.epoch, this.server.log);
    for (const [index, segment] of this.segments.entries()) {
      const { start, reset, groups } = segment;
      const log = this.logs.get(start.epoch) ?? [];
      if (reset !== undefined) checkReset(reset, log, view);
      const expected = expectedGroups(log, start.seq, view);
      const actual = groups.map(({ cursor, changes }) => ({ last: cursor.seq, changes }));
      expect(actual).toEqual(expected.slice(0, actual.length));
      const next = this.segments[index + 1];
      const end = next === undefined ? this.#end() : next.reset === undefined ? next.start : undefined;
      if (end !== undefined) expect(expected.filter(({ last }) => last <= end.seq).length).toBe(actual.length);
    }
  }

  #end(): Cursor | undefined {
    return this.failure === undefined ? this.watch.cursor : undefined;
  }
}

function checkReset(
  { rows, definition, cursor }: ResetEvent,
  log: readonly Entry[],
  { table = '', matches }: View,
): void {
  const server = new FakeLedger();
  server.log = [...log];
  const state = server.tables(cursor.seq).get(table);
  expect(definition).toEqual(state?.definition);
  expect(rows).toEqual([...(state?.rows.values() ?? [])].filter(({ row }) => matches(row)));
}

async function run(seed: number, scenario: Scenario): Promise<World> {
  const world = new World(seed, scenario);
  try {
    for (let step = 0; step < scenario.steps; step += 1) await world.step();
    await world.calm();
    world.check();
  } catch (error) {
    throw new Error(`seed ${seed}: ROWCAST_SEED=${seed} ROWCAST_SEEDS=1 runs it alone`, { cause: error });
  } finally {
    await world.ledger.close();
  }
  expect(world.network.openPipes).toBe(0);
  expect(world.timing.pending).toBe(0);
  return world;
}

const quiet: Scenario = {
  scope: 'table',
  faults: noFaults,
  cut: 0,
  restore: 0,
  resume: 0,
  take: 0.9,
  steps: 250,
};
const lossy: Faults = { lose: 0.15, repeat: 0.1, loseReply: 0.05, omit: 0.05, refuse: 0.05 };

const scopes = Object.keys(views) as readonly Scope[];
const seeds = Array.from({ length: seedsOfEach }, (_, index) => firstSeed + index);

describe.each(scopes)('a watch of a %s', (scope) => {
  async function runAll(scenario: Partial<Scenario>): Promise<World[]> {
    const worlds: World[] = [];
    for (const seed of seeds) worlds.push(await run(seed, { ...quiet, scope, ...scenario }));
    const delivered = worlds.flatMap(({ segments }) => segments).reduce((sum, { groups }) => sum + groups.length, 0);
    expect(delivered).toBeGreaterThan(10 * worlds.length);
    return worlds;
  }

  test('P5 P6 S5 sees exactly the log from its start, in order, once, groups whole', async () => {
    for (const { failure } of await runAll({})) expect(failure).toBeUndefined();
  });

  test('P5 P6 P7 loses nothing to lost, repeated and omitted messages, lost replies and refusals', async () => {
    for (const { failure } of await runAll({ faults: lossy })) expect(failure).toBeUndefined();
  });

  test('P7 S7 comes back complete when its connection is cut', async () => {
    for (const { failure } of await runAll({ cut: 0.05, faults: lossy })) expect(failure).toBeUndefined();
  });

  test('P8 Z11 drops nothing for a slow consumer, with a queue and a buffer that are small', async () => {
    for (const { failure } of await runAll({ take: 0.08, faults: lossy })) expect(failure).toBeUndefined();
  });

  test('P7 resumes from any cursor without a seam', async () => {
    for (const { failure } of await runAll({ resume: 0.04, cut: 0.02, faults: lossy })) {
      expect(failure).toBeUndefined();
    }
  });

  test('S16 meets a restored ledger: starts over with a snapshot, or says wrong_epoch when it has none', async () => {
    const codes = new Set<string | undefined>();
    for (const { failure } of await runAll({ restore: 0.01, faults: lossy })) codes.add(failure?.code);
    expect([...codes].filter((code) => code !== undefined && code !== 'wrong_epoch')).toEqual([]);
    if (scope !== 'ledger') expect(codes).toEqual(new Set([undefined]));
  });
});
