import type { ServerResponse } from 'node:http';
import { streamHeaders } from '../headers.ts';

/** An answer of server-sent events that goes on until the reader leaves, at the pace that the reader takes it. */
export class EventStream {
  readonly #response: ServerResponse;
  readonly #closed = new AbortController();

  constructor(response: ServerResponse) {
    this.#response = response;
    response.on('close', () => this.#closed.abort());
    response.on('error', () => this.#closed.abort());
    // It ends with its connection: lengths around each part would be a third of the work of writing it.
    response.removeHeader('transfer-encoding');
    response.writeHead(200, {
      ...streamHeaders,
      'content-type': 'text/event-stream; charset=utf-8',
      // For proxies that would keep events until there is more.
      'x-accel-buffering': 'no',
    });
    response.flushHeaders();
    // It left before it was answered, of which nothing tells any more.
    if (response.destroyed || response.closed) this.#closed.abort();
  }

  /** Aborted when the reader has gone. */
  get closed(): AbortSignal {
    return this.#closed.signal;
  }

  /** Whether what was written is still waiting for the reader. */
  get isBlocked(): boolean {
    return this.#response.writableNeedDrain;
  }

  /** Resolves when there is room for more, or the reader has gone. */
  async write(bytes: string | Uint8Array): Promise<void> {
    if (this.closed.aborted || bytes.length === 0 || this.#response.write(bytes)) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        this.#response.off('drain', done);
        this.closed.removeEventListener('abort', done);
        resolve();
      };
      this.#response.once('drain', done);
      this.closed.addEventListener('abort', done, { once: true });
    });
  }

  end(text = ''): void {
    if (!this.closed.aborted) this.#response.end(text);
  }

  /** Breaks off, as a connection that was lost. */
  cut(): void {
    this.#response.destroy();
  }
}
