import { describe, expect, it } from 'vitest';
import { EventQueue } from '../../../client/event-queue.ts';
import type { GroupEvent, StateEvent } from '../../../client/events.ts';
import { type PaceOptions, Pacer } from '../../../client/play/pacer.ts';
import { paced } from '../../../client/play/play.ts';
import { FakeTiming, settled } from '../fake-timing.ts';
import { Dice } from '../random.ts';

const begin = Date.parse('2025-06-01T12:00:00Z');
const group = (seq: number, seconds: number): GroupEvent => ({
  type: 'group',
  cursor: { seq, epoch: 'e' },
  at: new Date(begin + seconds * 1_000).toISOString(),
  by: 'ada',
  command: `c${seq}`,
  changes: [],
});
const live: StateEvent = { type: 'state', state: 'live', since: '' };

/** A play whose clock is moved by hand: what was shown, and after how many seconds. */
class Stage {
  readonly timing = new FakeTiming(new Dice(1));
  readonly queue = new EventQueue();
  readonly shown: [string, number][] = [];
  readonly stop = new AbortController();
  readonly done: Promise<void>;
  readonly #start = this.timing.now();

  constructor(pace: PaceOptions, events: readonly (GroupEvent | StateEvent)[]) {
    this.push(...events);
    this.done = this.#run(pace);
  }

  push(...events: readonly (GroupEvent | StateEvent)[]): void {
    for (const event of events) this.queue.push(event, undefined, 0);
  }

  /** Lets time pass in steps of a tenth of a second. */
  async pass(seconds: number): Promise<void> {
    for (let tenth = 0; tenth < seconds * 10; tenth += 1) {
      for (let turn = 0; turn < 5; turn += 1) await settled();
      this.timing.advance(100);
    }
    for (let turn = 0; turn < 5; turn += 1) await settled();
  }

  async #run(pace: PaceOptions): Promise<void> {
    const queue = { next: () => this.queue.next() };
    const { timing } = this;
    for await (const event of paced(queue, { pacer: new Pacer(timing, pace), timing, signal: this.stop.signal })) {
      const name = event.type === 'group' ? `#${event.cursor.seq}` : event.type === 'state' ? event.state : event.type;
      this.shown.push([name, Math.round((timing.now() - this.#start) / 100) / 10]);
    }
  }
}

it('a play with a pace that is none is refused', () => {
  const timing = new FakeTiming(new Dice(1));
  for (const pace of [{ speed: 0 }, { speed: -1 }, { speed: Number.NaN }, { gapMsMax: -1 }]) {
    expect(() => new Pacer(timing, pace)).toThrow(expect.objectContaining({ code: 'bad_request' }));
  }
});

describe('a play', () => {
  const past = [group(1, 0), group(2, 2), group(3, 2), group(4, 62)];

  it.each([
    ['as it was', {}, [0, 2, 2, 62]],
    ['ten times as fast', { speed: 10 }, [0, 0.2, 0.2, 6.2]],
    ['half as fast', { speed: 0.5 }, [0, 4, 4, 124]],
    ['long waits cut', { gapMsMax: 3_000 }, [0, 2, 2, 5]],
    ['without waiting', { speed: Number.POSITIVE_INFINITY }, [0, 0, 0, 0]],
  ])('lets the time of then pass: %s', async (_, pace, seconds) => {
    const stage = new Stage(pace, past);
    await stage.pass(130);
    expect(stage.shown).toEqual(seconds.map((second, index) => [`#${index + 1}`, second]));
    stage.queue.end();
    await stage.done;
  });

  it('is live when all of the past was shown, not when it was read, and shows from then on what comes at once', async () => {
    const stage = new Stage({}, [...past.slice(0, 2), live, group(3, 4)]);
    await stage.pass(3);
    expect(stage.shown).toEqual([
      ['#1', 0],
      ['#2', 2],
    ]);
    await stage.pass(3);
    expect(stage.shown.slice(2)).toEqual([
      ['#3', 4],
      ['live', 4],
    ]);
    // Its commit was long after that of #3 by the server's clock, and it is shown as it comes.
    stage.push(group(4, 500));
    await stage.pass(1);
    expect(stage.shown.slice(4)).toEqual([['#4', 6]]);
    stage.push({ ...live, state: 'behind' }, group(5, 501), live);
    await stage.pass(2);
    expect(stage.shown.slice(5).map(([name]) => name)).toEqual(['behind', '#5', 'live']);
    stage.queue.end();
    await stage.done;
  });

  it('does not show at once what a slow consumer made late, and makes up for a little', async () => {
    const stage = new Stage({}, [group(1, 0)]);
    await stage.pass(60);
    stage.push(group(2, 1), group(3, 2), group(4, 2.1));
    await stage.pass(5);
    expect(stage.shown).toEqual([
      ['#1', 0],
      ['#2', 60],
      ['#3', 60.8],
      ['#4', 60.9],
    ]);
    stage.queue.end();
    await stage.done;
  });

  it('ends in the middle of a wait when it is stopped', async () => {
    const stage = new Stage({}, past);
    await stage.pass(10);
    stage.stop.abort();
    await stage.done;
    expect(stage.shown.length).toBe(3);
    expect(stage.timing.pending).toBe(0);
  });
});
