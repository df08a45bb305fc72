import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { Dice } from '../client/random.ts';
import { TopicFilter } from './zmtp-filter.ts';

/** What the network does to the bytes. */
interface Weather {
  /** Bytes after which a connection is reset, drawn anew for each; never when undefined. */
  readonly resetWithinBytes?: number;
  /** Milliseconds that bytes are under way, drawn between the two. Their order stays. */
  readonly delayMs?: readonly [least: number, most: number];
  /** Nothing passes and nobody is told: connections stand, and new ones are taken. */
  readonly blackHole?: boolean;
  /** Whole messages of these topics vanish, while all else passes. */
  readonly dropTopics?: string;
}

type Language = 'zmtp' | 'http';

interface ProxyParts {
  readonly target: number;
  readonly dice: Dice;
  readonly speaks: Language;
}

interface LinkParts extends Pick<ProxyParts, 'target' | 'speaks'> {
  readonly onReset: () => void;
}

/**
 * A network between a client and a server that can be made bad: a TCP proxy in the test's process. The bytes that a
 * black hole has swallowed arrive when it ends, as TCP would send them again.
 */
export class TcpProxy {
  readonly port: number;
  readonly #server: Server;
  readonly #target: number;
  readonly #dice: Dice;
  readonly #speaks: Language;
  readonly #links = new Set<Link>();
  #weather: Weather = {};
  #resets = 0;
  readonly #waiting = new Set<{ readonly count: number; readonly resolve: () => void }>();

  private constructor(server: Server, { target, dice, speaks }: ProxyParts) {
    this.#server = server;
    this.#target = target;
    this.#dice = dice;
    this.#speaks = speaks;
    const address = server.address();
    this.port = typeof address === 'object' && address !== null ? address.port : 0;
    server.on('connection', (client) => this.#accept(client));
  }

  /**
   * @param target port of 127.0.0.1 that it leads to
   * @param speaks what passes: ZMTP, of which topics can be dropped, or anything else
   */
  static async start(target: number, dice: Dice, speaks: Language = 'zmtp'): Promise<TcpProxy> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new TcpProxy(server, { target, dice, speaks });
  }

  /** Connections that were reset since the start. */
  get resets(): number {
    return this.#resets;
  }

  /** Resolves when so many connections were reset since the start. */
  resetsReached(count: number): Promise<void> {
    if (this.#resets >= count) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.add({ count, resolve }));
  }

  /** Changes the weather for the connections that stand and for those to come. */
  set weather(weather: Weather) {
    this.#weather = weather;
    for (const link of this.#links) link.feel(weather, this.#dice);
  }

  /** Resets every connection that stands. */
  cut(): void {
    for (const link of this.#links) link.reset();
  }

  async close(): Promise<void> {
    for (const link of this.#links) link.end();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #accept(client: Socket): void {
    const link = new Link(client, { target: this.#target, speaks: this.#speaks, onReset: () => this.#countReset() });
    this.#links.add(link);
    link.onClosed(() => this.#links.delete(link));
    link.feel(this.#weather, this.#dice);
  }

  #countReset(): void {
    this.#resets += 1;
    for (const one of [...this.#waiting]) {
      if (one.count > this.#resets) continue;
      this.#waiting.delete(one);
      one.resolve();
    }
  }
}

/** One connection through the proxy. */
class Link {
  readonly #client: Socket;
  readonly #upstream: Socket;
  readonly #onReset: () => void;
  readonly #filter = new TopicFilter();
  #bytesLeft = Number.POSITIVE_INFINITY;
  #delay: () => number = () => 0;
  #timers = new Set<NodeJS.Timeout>();

  constructor(client: Socket, { target, speaks, onReset }: LinkParts) {
    this.#client = client;
    this.#upstream = connect(target, '127.0.0.1');
    this.#onReset = onReset;
    this.#pipe(client, this.#upstream, (bytes) => bytes);
    this.#pipe(this.#upstream, client, speaks === 'zmtp' ? (bytes) => this.#filter.pass(bytes) : (bytes) => bytes);
  }

  feel({ resetWithinBytes, delayMs, blackHole, dropTopics }: Weather, dice: Dice): void {
    this.#bytesLeft = resetWithinBytes === undefined ? Number.POSITIVE_INFINITY : dice.below(resetWithinBytes);
    const [least, most] = delayMs ?? [0, 0];
    this.#delay = () => least + dice.next() * (most - least);
    this.#filter.dropping = dropTopics;
    for (const socket of [this.#client, this.#upstream]) {
      if (blackHole) socket.pause();
      else socket.resume();
    }
  }

  onClosed(closed: () => void): void {
    this.#client.once('close', closed);
  }

  end(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#client.destroy();
    this.#upstream.destroy();
  }

  #pipe(from: Socket, to: Socket, filter: (bytes: Buffer) => Buffer): void {
    let dueAt = 0;
    from.setNoDelay(true);
    from.on('error', () => undefined);
    from.on('close', () => to.destroy());
    from.on('data', (data) => {
      const bytes = filter(data);
      const passing = bytes.subarray(0, Math.min(bytes.length, this.#bytesLeft));
      this.#bytesLeft -= bytes.length;
      const delayMs = this.#delay();
      if (delayMs === 0 && dueAt === 0) to.write(passing);
      else dueAt = this.#later(to, passing, Math.max(dueAt, performance.now() + delayMs));
      if (this.#bytesLeft < 0) this.reset();
    });
  }

  #later(to: Socket, bytes: Buffer, dueAt: number): number {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      if (!to.destroyed) to.write(bytes);
    }, dueAt - performance.now());
    this.#timers.add(timer);
    return dueAt;
  }

  /** RST to both: no FIN, no more bytes. */
  reset(): void {
    if (this.#client.destroyed) return;
    this.#client.resetAndDestroy();
    this.#upstream.resetAndDestroy();
    this.#onReset();
  }
}
