import { describe, expect, test } from 'vitest';
import { RowcastError } from '../../client/errors.ts';
import { EventQueue } from '../../client/event-queue.ts';
import type { GroupEvent, StateEvent } from '../../client/events.ts';
import { type FeedInput, LiveBuffer } from '../../client/live-buffer.ts';

function message(seq: number, bytes = 0): FeedInput {
  const header = { epoch: 'e', first: seq, last: seq, previous: seq - 1, count: 1 };
  return { kind: 'message', header, lines: new Uint8Array(bytes) };
}

function seqOf(input: FeedInput | undefined): number | undefined {
  return input?.kind === 'message' ? input.header.first : undefined;
}

describe('the live buffer', () => {
  test('gives back in order what came, thousands of messages long', () => {
    const buffer = new LiveBuffer();
    const taken: (number | undefined)[] = [];
    for (let seq = 1; seq <= 5_000; seq += 1) {
      buffer.push(message(seq));
      if (seq % 3 === 0) taken.push(seqOf(buffer.shift()?.input));
    }
    while (!buffer.isEmpty) taken.push(seqOf(buffer.shift()?.input));
    expect(taken).toEqual(Array.from({ length: 5_000 }, (_, index) => index + 1));
    expect(buffer.overflowed).toBe(false);
  });

  test.each([
    ['messages', 4, 0],
    ['bytes', 2, 600],
  ])('P8 throws away what is beyond its limit of %s, and says so', (_, count, bytes) => {
    const buffer = new LiveBuffer({ messagesMax: 3, bytesMax: 1_500 });
    for (let seq = 1; seq <= count; seq += 1) buffer.push(message(seq, bytes));
    expect({ overflowed: buffer.overflowed, isEmpty: buffer.isEmpty }).toEqual({ overflowed: true, isEmpty: true });
    buffer.clear();
    buffer.push(message(9));
    expect(seqOf(buffer.shift()?.input)).toBe(9);
  });
});

describe('the queue of a consumer', () => {
  const group = (seq: number): GroupEvent => {
    return { type: 'group', cursor: { seq, epoch: 'e' }, at: '', by: '', command: '', changes: [] };
  };
  const state = (name: StateEvent['state']): StateEvent => ({ type: 'state', state: name, since: '' });
  const put = (queue: EventQueue, seq: number): void => queue.push(group(seq), { seq, epoch: 'e' }, 10);

  test('gives events in order, thousands of them, and its cursor is behind what was taken', async () => {
    const queue = new EventQueue();
    for (let seq = 1; seq <= 3_000; seq += 1) put(queue, seq);
    for (let seq = 1; seq <= 3_000; seq += 1) {
      expect(await queue.next()).toMatchObject({ value: { cursor: { seq } } });
      expect(queue.cursor?.seq).toBe(seq);
    }
  });

  test('P7 moves its cursor on only behind what was taken', async () => {
    const queue = new EventQueue();
    put(queue, 1);
    queue.move({ seq: 5, epoch: 'e' });
    expect(queue.cursor).toBeUndefined();
    await queue.next();
    expect(queue.cursor?.seq).toBe(5);
    queue.move({ seq: 6, epoch: 'e' });
    expect(queue.cursor?.seq).toBe(6);
  });

  test.each([
    ['events', { eventsMax: 4, bytesMax: 1_000 }],
    ['bytes', { eventsMax: 100, bytesMax: 40 }],
  ])('P8 is full at its limit of %s, and has room when half was taken', async (_, limits) => {
    const queue = new EventQueue(limits);
    for (let seq = 1; seq <= 4; seq += 1) put(queue, seq);
    expect(queue.isFull).toBe(true);
    let room = false;
    const waiting = queue.room().then(() => {
      room = true;
    });
    await queue.next();
    expect(room).toBe(false);
    await queue.next();
    await waiting;
    expect(queue.isFull).toBe(false);
  });

  test('keeps only the latest of states that nobody has taken', async () => {
    const queue = new EventQueue();
    for (const name of ['connecting', 'catchingUp', 'live'] as const) queue.push(state(name), undefined, 0);
    expect(await queue.next()).toMatchObject({ value: { state: 'live' } });
  });

  test('throws its failure once, behind all that was put in before', async () => {
    const queue = new EventQueue();
    put(queue, 1);
    queue.fail(new RowcastError('wrong_epoch', 'no'));
    await expect(queue.next()).resolves.toMatchObject({ value: { cursor: { seq: 1 } } });
    await expect(queue.next()).rejects.toMatchObject({ code: 'wrong_epoch' });
    await expect(queue.next()).resolves.toEqual({ done: true, value: undefined });
  });

  test('ends for all who wait, and lets a producer go that waits for room', async () => {
    const queue = new EventQueue({ eventsMax: 1, bytesMax: 1_000 });
    const waiting = [queue.next(), queue.next()];
    queue.end();
    expect(await Promise.all(waiting)).toEqual([{ done: true }, { done: true }]);
    await queue.room();
  });
});
