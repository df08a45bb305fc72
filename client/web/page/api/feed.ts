import { pathOf } from './lines.ts';
import type { Group, Position } from './messages.ts';
import { GrowingPause, retryMs } from './pause.ts';
import { GatewayProblem, unreachable } from './problem.ts';
import { ask } from './request.ts';

export interface FeedListener {
  readonly group: (group: Group) => void;
  readonly position: (position: Position) => void;
  /** It will not go on from where it is: the code says why. */
  readonly end: (code: string, message: string) => void;
  /** The gateway is silent, until something comes again. */
  readonly silent: () => void;
  /** It was answered that it cannot be had, and why. It is tried again all the same, until it is closed. */
  readonly refused: (problem: GatewayProblem) => void;
}

/** Milliseconds without a word after which the connection is held to be dead; the gateway speaks every two seconds. */
const silenceMsMax = 7_000;

/** The longest patience with a connection that was let in and has brought nothing: what is coming may be large. */
const patienceMsMax = 300_000;

/** Positions of one connection after which nothing large can be on its way. */
const steadyBeats = 3;

export interface FeedOptions {
  /** An address of events: /api/feed or /api/play. */
  readonly path: string;
  readonly parameters?: Readonly<Record<string, string | undefined>>;
  /** Cursor behind which it begins. */
  readonly from: string | undefined;
  readonly listener: FeedListener;
}

/** The feed from a cursor on, each change once and in order, over any number of connections, until it is closed. */
export class Feed {
  readonly #options: FeedOptions;
  #cursor: string | undefined;
  readonly #closing = new AbortController();
  #source: EventSource | undefined;
  #watchdog: ReturnType<typeof setTimeout> | undefined;
  /** Doubled with each connection that was open and silent: it may be bringing a group that takes longer than that. */
  #patienceMs = silenceMsMax;
  /** While there are too many readers they are not to make more work than those who read. */
  readonly #crowd = new GrowingPause();

  constructor(options: FeedOptions) {
    this.#options = options;
    this.#cursor = options.from;
    this.#connect();
    document.addEventListener('visibilitychange', this.#onVisible);
    addEventListener('online', this.#onVisible);
  }

  close(): void {
    this.#closing.abort();
    this.#source?.close();
    clearTimeout(this.#watchdog);
    document.removeEventListener('visibilitychange', this.#onVisible);
    removeEventListener('online', this.#onVisible);
  }

  /** A tab that was put to sleep finds its connection dead without being told. */
  readonly #onVisible = (): void => {
    if (document.visibilityState === 'visible' && this.#source?.readyState !== EventSource.OPEN) this.#connect();
  };

  #connect(): void {
    const { path, parameters, listener } = this.#options;
    this.#source?.close();
    const source = new EventSource(pathOf(path, { ...parameters, from: this.#cursor }));
    this.#source = source;
    this.#watch(this.#patienceMs);
    let beats = 0;
    const on = (type: string, take: (data: unknown) => void): void =>
      source.addEventListener(type, (event) => {
        beats = type === 'position' ? beats + 1 : steadyBeats;
        if (beats >= steadyBeats) this.#patienceMs = silenceMsMax;
        this.#watch(this.#patienceMs);
        if (event.lastEventId !== '') this.#cursor = event.lastEventId;
        take(JSON.parse(event.data as string));
      });
    on('group', (data) => listener.group(data as Group));
    on('position', (data) => listener.position(data as Position));
    on('end', (data) => {
      const { code, message } = data as { code: string; message: string };
      this.close();
      listener.end(code, message);
    });
    // The browser's own way of coming back gives up for good when it is refused once.
    source.onerror = () => {
      // So the browser tells that there was an answer, and nothing of what it says.
      const isRefused = source.readyState === EventSource.CLOSED;
      source.close();
      if (isRefused) void this.#askWhy(source);
      else this.#miss();
    };
  }

  async #askWhy(source: EventSource): Promise<void> {
    this.#watch(silenceMsMax);
    const problem = await this.#refusalOf(source.url);
    if (this.#closing.signal.aborted || this.#source !== source) return;
    if (problem?.code === unreachable) return void this.#miss();
    this.#again(problem?.code === 'busy' ? this.#crowd.next() : retryMs);
    if (problem !== undefined) this.#options.listener.refused(problem);
  }

  /** Undefined where it is let in by now. */
  async #refusalOf(path: string): Promise<GatewayProblem | undefined> {
    try {
      const { body } = await ask(path, { signal: this.#closing.signal });
      await body?.cancel();
    } catch (error) {
      if (error instanceof GatewayProblem) return error;
    }
    return undefined;
  }

  /** Nobody answered. */
  #miss(): void {
    this.#options.listener.silent();
    this.#again(retryMs);
  }

  #again(ms: number): void {
    clearTimeout(this.#watchdog);
    this.#watchdog = setTimeout(() => this.#connect(), ms);
  }

  #watch(ms: number): void {
    clearTimeout(this.#watchdog);
    this.#watchdog = setTimeout(() => {
      const isOpen = this.#source?.readyState === EventSource.OPEN;
      if (isOpen) this.#patienceMs = Math.min(this.#patienceMs * 2, patienceMsMax);
      this.#options.listener.silent();
      this.#connect();
    }, ms);
  }
}
