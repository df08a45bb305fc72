import type { ServerResponse } from 'node:http';

/** An answer of server-sent events that goes on until the reader leaves, at the pace that the reader takes it. */
export class EventStream {
  readonly #response: ServerResponse;
  readonly #closed = new AbortController();

  constructor(response: ServerResponse) {
    this.#response = response;
    response.on('close', () => this.#closed.abort());
    response.on('error', () => this.#closed.abort());
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      // For proxies that would keep events until there is more.
      'x-accel-buffering': 'no',
    });
    response.flushHeaders();
  }

  /** Aborted when the reader has gone. */
  get closed(): AbortSignal {
    return this.#closed.signal;
  }

  /** Resolves when there is room for more, or the reader has gone. */
  async write(text: string): Promise<void> {
    if (this.closed.aborted || text === '' || this.#response.write(text)) return;
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
}
