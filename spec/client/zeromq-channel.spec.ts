import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Router } from 'zeromq';
import type { CommandSocket } from '../../client/channels.ts';
import { zeromqTransport } from '../../client/zeromq-channel.ts';
import { joinBundle } from '../../protocol/bundle.ts';

let server: Router;
let socket: CommandSocket;
let replies: string[][];

beforeEach(async () => {
  server = new Router({ linger: 0, receiveTimeout: 10_000 });
  await server.bind('tcp://127.0.0.1:*');
  const commandsPort = Number(server.lastEndpoint?.split(':').at(-1));
  replies = [];
  socket = zeromqTransport({ encrypted: false }).openCommands(
    { host: '127.0.0.1', commandsPort, feedPort: commandsPort },
    {
      message: (frames) => replies.push(frames.map((frame) => Buffer.from(frame).toString().trimEnd())),
      down: vi.fn(),
    },
  );
});
afterEach(() => {
  socket.close();
  server.close();
});

test('requests of one turn go in one frame, one alone as it is', async () => {
  const sent = vi.fn();
  for (const request of ['"a"', '"b"', '"c"']) socket.send(request, sent);
  expect((await server.receive()).slice(1).map(String)).toEqual(['', joinBundle(['"a"', '"b"', '"c"'])]);
  await vi.waitFor(() => expect(sent).toHaveBeenCalledTimes(3));
  socket.send('"d"', sent);
  expect((await server.receive()).slice(1).map(String)).toEqual(['', '"d"']);
});

test('a request has left before the turn is over, as who asked may go on to compute for long', async () => {
  socket.send('"connects"', vi.fn());
  await server.receive();
  const sent = vi.fn();
  socket.send('"a"', sent);
  await new Promise(process.nextTick);
  expect(sent).toHaveBeenCalled();
});

test('what is withdrawn in its turn does not go with the others', async () => {
  const sent = vi.fn();
  const [, withdraw] = ['"a"', '"b"', '"c"'].map((request) => socket.send(request, sent));
  expect(withdraw?.()).toBe(true);
  expect(String((await server.receive()).at(-1))).toBe(joinBundle(['"a"', '"c"']));
  await vi.waitFor(() => expect(sent).toHaveBeenCalledTimes(2));
});

test('replies that come together are delivered one by one, those with entries as they are', async () => {
  socket.send('"a"', vi.fn());
  const [peer = Buffer.of()] = await server.receive();
  await server.send([peer, '', joinBundle(['"1"', '"2"'])]);
  await server.send([peer, '', '"3"', 'entries']);
  await vi.waitFor(() => expect(replies).toEqual([['"1"'], ['"2"'], ['"3"', 'entries']]));
});
