import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** What went over one connection. */
export interface Recording {
  readonly toServer: Buffer[];
  readonly toClient: Buffer[];
}

/** Sits between clients and a server and writes down every byte, as whoever taps the wire would. */
export class Recorder {
  readonly port: number;
  readonly recordings: Recording[] = [];
  readonly #server: Server;
  readonly #target: number;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server, target: number) {
    this.#server = server;
    this.#target = target;
    const address = server.address();
    this.port = typeof address === 'object' && address !== null ? address.port : 0;
    server.on('connection', (client) => this.#accept(client));
  }

  /** @param target port of 127.0.0.1 that it leads to */
  static async start(target: number): Promise<Recorder> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Recorder(server, target);
  }

  /** All bytes, of one way or both. */
  bytes(...ways: readonly (keyof Recording)[]): Buffer {
    return Buffer.concat(this.recordings.flatMap((recording) => ways.flatMap((way) => recording[way])));
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #accept(client: Socket): void {
    const upstream = connect(this.#target, '127.0.0.1');
    const recording: Recording = { toServer: [], toClient: [] };
    this.recordings.push(recording);
    this.#pipe(client, upstream, recording.toServer);
    this.#pipe(upstream, client, recording.toClient);
  }

  #pipe(from: Socket, to: Socket, record: Buffer[]): void {
    this.#sockets.add(from);
    from.setNoDelay(true);
    // A reset is what hostile tests bring about; the other side is told by the close that follows.
    from.on('error', () => undefined);
    from.on('data', (bytes) => {
      record.push(bytes);
      to.write(bytes);
    });
    from.on('close', () => {
      this.#sockets.delete(from);
      to.destroy();
    });
  }
}
