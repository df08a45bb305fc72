import type { IncomingMessage } from 'node:http';
import type { Entry } from '../../client/index.ts';

export interface ServerEvent {
  readonly id: string | undefined;
  readonly event: string;
  readonly data: unknown;
}

export interface ReadGroup {
  readonly cursor: string;
  readonly by: string;
  readonly why?: string;
  readonly entries: readonly Entry[];
}

/** Reads server-sent events as a browser does, and remembers all of them. */
export class EventReader {
  readonly events: ServerEvent[] = [];
  /** Resolves when the answer is over, whoever ended it. */
  readonly closed: Promise<void>;
  readonly #response: IncomingMessage;
  #rest = '';
  #isClosed = false;
  #wake: () => void = () => undefined;

  constructor(response: IncomingMessage) {
    this.#response = response;
    this.closed = new Promise((resolve) =>
      response.once('close', () => {
        this.#isClosed = true;
        this.#wake();
        resolve();
      }),
    );
    response.on('error', () => undefined);
    response.setEncoding('utf8').on('data', (text: string) => this.#take(text));
  }

  get headers(): IncomingMessage['headers'] {
    return this.#response.headers;
  }

  /** The id of the last event that had one. */
  get lastId(): string | undefined {
    return this.events.findLast(({ id }) => id !== undefined)?.id;
  }

  get groups(): ReadGroup[] {
    return this.events.filter(({ event }) => event === 'group').map(({ data }) => data as ReadGroup);
  }

  get seqs(): number[] {
    return this.groups.flatMap(({ entries }) => entries.map(({ seq }) => seq));
  }

  /** Resolves to the first event that fits, past ones included. @throws Error when the answer ends before */
  async until(fits: (event: ServerEvent) => boolean): Promise<ServerEvent> {
    for (let at = 0; ; ) {
      for (let event = this.events[at]; event !== undefined; event = this.events[at]) {
        if (fits(event)) return event;
        at += 1;
      }
      if (this.#isClosed) throw new Error(`the feed ended: ${JSON.stringify(this.events.slice(-3))}`);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** Resolves when everything up to a seq was read. */
  async reached(seq: number): Promise<void> {
    await this.until(({ id }) => id !== undefined && Number(id.split('@')[0]) >= seq);
  }

  /** Takes nothing more from its socket, as a tab does that was put to sleep. */
  stall(): void {
    this.#response.pause();
  }

  goOn(): void {
    this.#response.resume();
  }

  cut(): void {
    this.#response.destroy();
  }

  #take(text: string): void {
    const blocks = (this.#rest + text).split('\n\n');
    this.#rest = blocks.pop() ?? '';
    for (const block of blocks) this.events.push(toEvent(block));
    this.#wake();
  }
}

function toEvent(block: string): ServerEvent {
  const field = (name: string): string | undefined =>
    block
      .split('\n')
      .find((line) => line.startsWith(`${name}: `))
      ?.slice(name.length + 2);
  return { id: field('id'), event: field('event') ?? 'message', data: JSON.parse(field('data') ?? 'null') as unknown };
}
