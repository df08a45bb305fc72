import { generateKeyPairSync } from 'node:crypto';
import { Context, Dealer, type Socket, Subscriber } from 'zeromq';
import type { ServerAddress } from '../protocol/address.ts';
import { joinBundle, splitBundle, takeBundle } from '../protocol/bundle.ts';
import { toZ85 } from '../protocol/curve.ts';
import type { CommandSocket, FeedSocket, SocketListener, Transport } from './channels.ts';

/** No blocky context and no linger, or a process with an unsent message never ends (RELIABILITY Z14). */
const context = new Context({ blocky: false });

const mib = 1_048_576;

/** Heartbeats see a black hole, which TCP alone never reports (Z9); reconnects are spread out (Z27). */
const common = {
  context,
  linger: 0,
  ipv6: true,
  heartbeatInterval: 1_000,
  heartbeatTimeout: 3_000,
  heartbeatTimeToLive: 6_000,
  handshakeInterval: 5_000,
  maxMessageSize: 256 * mib,
} as const;

interface CurveKeys {
  readonly publicKey: string;
  readonly secretKey: string;
}

/**
 * ZeroMQ: a DEALER for the commands and a SUB for each watch. The only file of the client that imports zeromq.
 *
 * Its sockets have one CURVE key pair, made here and kept nowhere: a server knows them by it, and nothing that was
 * recorded can be read, or sent again, later.
 */
export function zeromqTransport({ encrypted }: { readonly encrypted: boolean }): Transport {
  const keys = encrypted ? makeKeys() : undefined;
  return {
    publicKey: keys?.publicKey,
    openCommands: (address, listener) => openDealer(address, listener, keys),
    openFeed: (address, topics, listener) => openSubscriber({ address, topics, listener, keys }),
  };
}

function makeKeys(): CurveKeys {
  const { x: publicKey = '', d: secretKey = '' } = generateKeyPairSync('x25519').privateKey.export({ format: 'jwk' });
  return { publicKey, secretKey };
}

/** What a socket needs to speak to this server and to no other. Of a server without a key: nothing, it is plain. */
function curveOptions({ key }: ServerAddress, keys: CurveKeys | undefined) {
  if (key === undefined || keys === undefined) return {};
  return {
    curveServerKey: toZ85(key),
    curvePublicKey: toZ85(keys.publicKey),
    curveSecretKey: toZ85(keys.secretKey),
  };
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

function openDealer(address: ServerAddress, listener: SocketListener, keys: CurveKeys | undefined): CommandSocket {
  const dealer = new Dealer({
    ...common,
    ...reconnectOptions(),
    ...curveOptions(address, keys),
    // Nothing is given to a connection that does not stand yet: what is unsent can be sent elsewhere.
    immediate: true,
    sendHighWaterMark: 1_000,
    receiveHighWaterMark: 10_000,
  });
  const life = { closed: false };
  const waiting = new Set<Outgoing>();
  const leaving = new Set<Outgoing>();
  let writing = false;

  // zeromq.js takes one send at a time and throws EBUSY at the next one, synchronously (Z1): one writer, one queue.
  async function write(): Promise<void> {
    writing = true;
    // What is asked for together goes together, and so does what comes while something is sent. It does not wait for the end
    // of the turn: who has asked for the next page may go on to compute for long with this one.
    await undefined;
    while (waiting.size > 0) {
      const bundle = takeBundle(waiting, ({ frame }) => frame);
      for (const outgoing of bundle) {
        waiting.delete(outgoing);
        leaving.add(outgoing);
      }
      await dealer.send(['', joinBundle(bundle.map(({ frame }) => frame))]);
      for (const { sent } of bundle) sent();
      leaving.clear();
    }
    writing = false;
  }

  observe(dealer, listener, life);
  dealer.connect(endpoint(address.host, address.commandsPort));
  readAll({ socket: dealer, life, listener, deliver: ([, ...frames]) => deliverReplies(frames, listener) });
  return {
    send(frame, sent) {
      const outgoing = { frame, sent };
      waiting.add(outgoing);
      if (!writing) write().catch(shutdownOnly(life, listener));
      return () => {
        waiting.delete(outgoing);
        return life.closed || !leaving.has(outgoing);
      };
    },
    close() {
      life.closed = true;
      waiting.clear();
      dealer.close();
    },
  };
}

/** A bundle is as many messages. */
function deliverReplies(frames: readonly Uint8Array[], { message }: SocketListener): void {
  const [first = new Uint8Array()] = frames;
  const bundle = splitBundle(first);
  if (bundle === undefined) message(frames);
  else for (const reply of bundle) message([reply]);
}

interface Subscription {
  readonly address: ServerAddress;
  readonly topics: readonly string[];
  readonly listener: SocketListener;
  readonly keys: CurveKeys | undefined;
}

function openSubscriber({ address, topics, listener, keys }: Subscription): FeedSocket {
  const subscriber = new Subscriber({
    ...common,
    ...reconnectOptions(),
    ...curveOptions(address, keys),
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
