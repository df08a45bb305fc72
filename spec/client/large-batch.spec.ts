import { expect, test } from 'vitest';
import type { SocketListener } from '../../client/channels.ts';
import { CommandChannel } from '../../client/command-channel.ts';
import { LargeBatch } from '../../client/large-batch.ts';
import type { Step } from '../../protocol/commands.ts';
import { FakeTiming, settled } from './fake-timing.ts';
import { Dice } from './random.ts';

interface Request {
  readonly id: string;
  readonly type: string;
  readonly stage?: string;
  readonly part?: number;
  readonly commands?: readonly Step[];
}

const limits = {
  requestBytesMax: 1_048_576,
  changesPerCommandMax: 10_000,
  pageRowsMax: 1,
  pageBytesMax: 1,
  feedMessageBytesMax: 1,
};
const done = { epoch: 'e', seq: 1 };
const status = { ...done, server: 's', version: '1', started: '', database: '', feed: '', tables: 0, counters: {} };

/** A server that answers each request after the same time, whatever else is on its way. */
class DistantServer {
  readonly timing = new FakeTiming(new Dice(1));
  readonly parts: (readonly Step[])[] = [];
  /** Parts that were on their way at the same time, at most. */
  atOnceMax = 0;
  readonly #answerMs: number;
  #onTheWay = 0;

  constructor(answerMs: number) {
    this.#answerMs = answerMs;
  }

  get channel(): CommandChannel {
    const address = { host: 'far', commandsPort: 1, feedPort: 2 };
    return new CommandChannel({
      transport: {
        publicKey: undefined,
        openCommands: (_address, listener) => ({
          send: (frame, sent) => this.#take(JSON.parse(frame) as Request, listener, sent),
          close: () => undefined,
        }),
        openFeed: () => ({ close: () => undefined }),
      },
      addresses: [address],
      timing: this.timing,
      timeoutMs: 60_000,
    });
  }

  #take(request: Request, listener: SocketListener, sent: () => void): () => boolean {
    sent();
    if (request.commands !== undefined) {
      this.parts[request.part ?? -1] = request.commands;
      this.#onTheWay += 1;
      this.atOnceMax = Math.max(this.atOnceMax, this.#onTheWay);
    }
    this.timing.after(this.#answerMs, () => {
      if (request.commands !== undefined) this.#onTheWay -= 1;
      const { id } = request;
      const reply = { v: 1, id, ok: true, ...this.#bodyOf(request) };
      listener.message([Buffer.from(JSON.stringify(reply))]);
    });
    return () => true;
  }

  #bodyOf({ type, stage, part }: Request): object {
    if (type === 'server.status') return { ...status, limits };
    return type === 'batch.part' ? { stage, part, stagedBytes: 1 } : { ...done, changed: true };
  }

  /** Lets time pass until it is settled. Answers how many milliseconds that were. */
  async until(work: Promise<unknown>): Promise<number> {
    let isSettled = false;
    const settling = work.finally(() => {
      isSettled = true;
    });
    const startMs = this.timing.now();
    for (await settled(); !isSettled; await settled()) this.timing.advance(1);
    await settling;
    return this.timing.now() - startMs;
  }
}

function* steps(count: number, text = 'x', onTaken?: (n: number) => void): Generator<Step> {
  for (let n = 0; n < count; n += 1) {
    onTaken?.(n);
    yield { type: 'row.insert', table: 't', row: { n, text } };
  }
}

test('a server nearby has one part at a time, and the next is made meanwhile', async () => {
  const server = new DistantServer(4);
  const takenAtMs: number[] = [];
  const startMs = server.timing.now();
  const all = steps(1_000, 'x', () => takenAtMs.push(server.timing.now() - startMs));
  await server.until(new LargeBatch(server.channel, server.timing, {}).send(all));
  expect(server.atOnceMax).toBe(1);
  expect(server.parts.map(({ length }) => length)).toEqual([250, 250, 250, 250]);
  expect(server.parts.flat()).toEqual([...steps(1_000)]);
  // Of the second part: it was ready when the first was answered, 4 ms behind the limits.
  expect([takenAtMs[0], takenAtMs[499]]).toEqual([4, 4]);
});

test('on a long way so many parts are sent that it is filled, and no more than 16', async () => {
  const server = new DistantServer(100);
  const tookMs = await server.until(new LargeBatch(server.channel, server.timing, {}).send(steps(20_000)));
  expect(server.atOnceMax).toBe(10);
  expect(server.parts.flat()).toEqual([...steps(20_000)]);
  // The limits, the first part, eight times ten more of the 79, and the commit.
  expect(tookMs).toBe(1_100);
  const further = new DistantServer(1_000);
  await further.until(new LargeBatch(further.channel, further.timing, {}).send(steps(10_000)));
  expect(further.atOnceMax).toBe(16);
});

test('long commands are sent in smaller parts, and one that is longer than a part by itself', async () => {
  const server = new DistantServer(4);
  const sizes = ['x'.repeat(30_000), 'x'.repeat(100_000)];
  const all = sizes.flatMap((text) => [...steps(3, text)]);
  await server.until(new LargeBatch(server.channel, server.timing, {}).send(all));
  expect(server.parts.map(({ length }) => length)).toEqual([2, 1, 1, 1, 1]);
});
