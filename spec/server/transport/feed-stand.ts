import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Subscriber } from 'zeromq';
import { toZ85 } from '../../../protocol/curve.ts';
import { curveKeys } from '../../../server/keys/curve-key.ts';
import type { FeedAdmission } from '../../../server/transport/feed-readers.ts';
import { FeedSocket } from '../../../server/transport/feed-socket.ts';
import { Gate } from '../../../server/transport/gate.ts';
import { freePorts } from '../../support/free-ports.ts';

/** What every message of the stand says. */
export const feedText = 'a message of the feed';

/** The keys of who may read. */
export class Members implements FeedAdmission {
  readonly keys = new Set<string>();
  /** Whether nobody can say who may. */
  broken = false;
  /** Whether nobody answers the question at all. */
  hangs = false;

  async admits(key: string): Promise<boolean> {
    this.#check();
    return this.keys.has(key);
  }

  async expelled(keys: readonly string[]): Promise<readonly string[]> {
    this.#check();
    if (this.hangs) await new Promise(() => undefined);
    return keys.filter((key) => !this.keys.has(key));
  }

  #check(): void {
    if (this.broken) throw new Error('the database is away');
  }
}

export interface ClientKeys {
  readonly publicKey: string;
  readonly secretKey: string;
}

export interface FeedStandOptions {
  readonly admission?: FeedAdmission | undefined;
  readonly connectionsMax?: number;
  readonly topicBytesMax?: number;
  /** Whether the socket is plain. */
  readonly plain?: boolean;
  /** Whether there is somebody who judges; true unless told otherwise. */
  readonly gateRuns?: boolean;
}

/** How long each piece is given to be answered. */
const pieceMs = 50;

/** A feed socket behind its gate, which publishes without a pause. */
export class FeedStand {
  readonly gate: Gate;
  readonly feed: FeedSocket;
  readonly port: number;
  readonly warnings: readonly string[];
  readonly #folder: string;
  readonly #key: string;
  readonly #timer: NodeJS.Timeout;
  readonly #readers = new Set<Subscriber>();

  private constructor(parts: {
    gate: Gate;
    feed: FeedSocket;
    port: number;
    folder: string;
    key: string;
    warnings: readonly string[];
  }) {
    this.gate = parts.gate;
    this.feed = parts.feed;
    this.port = parts.port;
    this.#folder = parts.folder;
    this.#key = parts.key;
    this.warnings = parts.warnings;
    this.#timer = setInterval(() => this.feed.send(['table/a/', '{}', feedText]), 2);
  }

  static async start({
    admission,
    connectionsMax = 100,
    topicBytesMax = 1_048_576,
    plain = false,
    gateRuns = true,
  }: FeedStandOptions = {}): Promise<FeedStand> {
    const folder = await mkdtemp(join(tmpdir(), 'rc-feed-'));
    const keys = await curveKeys(folder);
    const [port = 0] = await freePorts(1);
    const warnings: string[] = [];
    const warn = (message: string): void => {
      warnings.push(message);
    };
    const gate = new Gate(plain ? undefined : keys, (error) => warn(String(error)));
    const feed = new FeedSocket({
      address: `tcp://127.0.0.1:${port}`,
      gate,
      admission,
      connectionsMax,
      handshakeMs: 1_000,
      highWaterMark: 1_000,
      topicBytesMax,
      onJoin: () => undefined,
      warn,
    });
    if (gateRuns) await gate.run();
    await feed.run(() => 'welcome{}');
    return new FeedStand({ gate, feed, port, folder, key: keys.publicKey, warnings });
  }

  /** A reader with this key; without one, a plain one. */
  reader(keys?: ClientKeys): Reader {
    const curve = keys && {
      curveServerKey: toZ85(this.#key),
      curvePublicKey: toZ85(keys.publicKey),
      curveSecretKey: toZ85(keys.secretKey),
    };
    const socket = new Subscriber({ linger: 0, reconnectInterval: 50, ...curve });
    this.#readers.add(socket);
    return new Reader(socket, this.port);
  }

  /** Bytes that the port gives who sends these pieces, until it closes or the time is over. */
  async raw(pieces: readonly Buffer[], forMs: number): Promise<Buffer> {
    const socket = connect(this.port, '127.0.0.1');
    const received: Buffer[] = [];
    socket.on('data', (data) => received.push(data));
    socket.on('error', () => undefined);
    const ended = new Promise((resolve) => socket.once('close', resolve));
    const timer = setTimeout(() => socket.destroy(), forMs);
    // One after another: libzmq takes no greeting with more behind it in one piece.
    for (const bytes of pieces) {
      socket.write(bytes);
      await sleep(pieceMs);
    }
    await ended;
    clearTimeout(timer);
    return Buffer.concat(received);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    for (const socket of this.#readers) socket.close();
    await this.feed.stop();
    await this.gate.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** A subscriber that counts what it is given. */
export class Reader {
  readonly #socket: Subscriber;
  #messages = 0;
  #refused = 0;
  readonly #waiters = new Set<() => void>();

  constructor(socket: Subscriber, port: number) {
    this.#socket = socket;
    for (const kind of [
      'handshake:error:auth',
      'handshake:error:other',
      'handshake:error:protocol',
      'disconnect',
    ] as const) {
      socket.events.on(kind, () => {
        this.#refused += 1;
        this.#tell();
      });
    }
    socket.subscribe('');
    socket.connect(`tcp://127.0.0.1:${port}`);
    void this.#read();
  }

  get messages(): number {
    return this.#messages;
  }

  /** How often it was turned away, or cut off. */
  get turned(): number {
    return this.#refused;
  }

  /** Resolves when it was given so many messages in all. */
  async given(count: number): Promise<void> {
    while (this.#messages < count) await this.#change();
  }

  /** Resolves when it was turned away, or cut off, so many times. */
  async turnedAway(count = 1): Promise<void> {
    while (this.#refused < count) await this.#change();
  }

  close(): void {
    this.#socket.close();
  }

  async #read(): Promise<void> {
    try {
      for await (const _ of this.#socket) {
        this.#messages += 1;
        this.#tell();
      }
    } catch (error) {
      if (!this.#socket.closed) throw error;
    }
  }

  #change(): Promise<void> {
    return new Promise((resolve) => this.#waiters.add(resolve));
  }

  #tell(): void {
    for (const resolve of this.#waiters) resolve();
    this.#waiters.clear();
  }
}
