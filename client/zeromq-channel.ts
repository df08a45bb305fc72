import { Context, Dealer, type Socket, Subscriber } from 'zeromq';
import type { ServerAddress } from '../protocol/address.ts';
import type { CommandSocket, FeedSocket, SocketListener, Transport } from './channels.ts';

/** No blocky context and no linger, or a process with an unsent message never ends (RELIABILITY Z14). */
const context = new Context({ blocky: false });

const mib = 1_048_576;

/** Heartbeats see a black hole, which TCP alone never reports (Z9); reconnects are spread out (Z27). */
const common = {
  context,
  linger: 0,
  heartbeatInterval: 1_000,
  heartbeatTimeout: 3_000,
  heartbeatTimeToLive: 6_000,
  handshakeInterval: 5_000,
  maxMessageSize: 256 * mib,
} as const;

/** ZeroMQ: a DEALER for the commands and a SUB for each watch. The only file of the client that imports zeromq. */
export function zeromqTransport(): Transport {
  return { publicKey: undefined, openCommands: openDealer, openFeed: openSubscriber };
}

function reconnectOptions() {
  return { reconnectInterval: 100 + Math.floor(Math.random() * 100), reconnectMaxInterval: 5_000 };
}

function endpoint(host: string, port: number): string {
  return `tcp://${host}:${port}`;
}

interface Outgoing {
  readonly frame: string;
  readonly sent: () => void;
}

function openDealer(address: ServerAddress, listener: SocketListener): CommandSocket {
  const dealer = new Dealer({
    ...common,
    ...reconnectOptions(),
    // Nothing is given to a connection that does not stand yet: what is unsent can be sent elsewhere.
    immediate: true,
    sendHighWaterMark: 1_000,
    receiveHighWaterMark: 10_000,
  });
  const life = { closed: false };
  const waiting = new Set<Outgoing>();
  let leaving: Outgoing | undefined;

  // zeromq.js takes one send at a time and throws EBUSY at the next one, synchronously (Z1): one writer, one queue.
  async function write(): Promise<void> {
    // A set is gone through in order of insertion, with what is added on the way.
    for (leaving of waiting) {
      waiting.delete(leaving);
      await dealer.send(['', leaving.frame]);
      leaving.sent();
    }
    leaving = undefined;
  }

  observe(dealer, listener, life);
  dealer.connect(endpoint(address.host, address.commandsPort));
  readAll({ socket: dealer, life, listener, deliver: (frames) => listener.message(frames.slice(1)) });
  return {
    send(frame, sent) {
      const outgoing = { frame, sent };
      waiting.add(outgoing);
      if (leaving === undefined) write().catch(shutdownOnly(life, listener));
      return () => {
        waiting.delete(outgoing);
        return life.closed || leaving !== outgoing;
      };
    },
    close() {
      life.closed = true;
      waiting.clear();
      dealer.close();
    },
  };
}

function openSubscriber(address: ServerAddress, topics: readonly string[], listener: SocketListener): FeedSocket {
  const subscriber = new Subscriber({
    ...common,
    ...reconnectOptions(),
    receiveHighWaterMark: 100_000,
  });
  const life = { closed: false };
  observe(subscriber, listener, life);
  subscriber.subscribe(...topics);
  subscriber.connect(endpoint(address.host, address.feedPort));
  readAll({ socket: subscriber, life, listener, deliver: (frames) => listener.message(frames) });
  return {
    close() {
      life.closed = true;
      subscriber.close();
    },
  };
}

interface Life {
  closed: boolean;
}

interface Reading {
  readonly socket: Dealer | Subscriber;
  readonly life: Life;
  readonly listener: SocketListener;
  readonly deliver: (frames: readonly Uint8Array[]) => void;
}

/** The one reader of a socket. */
function readAll({ socket, life, listener, deliver }: Reading): void {
  async function read(): Promise<void> {
    while (!life.closed) {
      const frames = await socket.receive();
      if (!life.closed) deliver(frames);
    }
  }
  read().catch(shutdownOnly(life, listener));
}

/** Closing with a call pending answers EAGAIN or EBADF: that is the shutdown, and only when it is ours (Z15). */
function shutdownOnly(life: Life, listener: SocketListener): (error: unknown) => void {
  return () => {
    if (!life.closed) listener.down();
  };
}

function observe(socket: Socket, listener: SocketListener, life: Life): void {
  const down = (): void => {
    if (!life.closed) listener.down();
  };
  socket.events.on('disconnect', down);
  socket.events.on('connect:retry', down);
}
