import { Router, XPublisher } from 'zeromq';
import { formatAddress } from '../../protocol/address.ts';
import { splitBundle } from '../../protocol/bundle.ts';
import { freePorts, isFree } from '../support/free-ports.ts';
import type { FeedMessage } from './fake-server.ts';
import { settled } from './fake-timing.ts';

export interface ScriptedRequest {
  readonly id: string;
  readonly type: string;
  readonly token?: string;
  /** Of a login. */
  readonly device?: string;
}

/** The frames of the answer, without the envelope; undefined for silence. */
export type Script = (request: ScriptedRequest, nth: number) => readonly (string | Buffer)[] | undefined;

/** Real sockets of a server that does what a script says. */
export class ScriptedServer {
  /** Every request in order of arrival. */
  readonly requests: ScriptedRequest[] = [];
  readonly #script: Script;
  #router = new Router({ linger: 0 });
  #feed = new XPublisher({ linger: 0, verbosity: 'allSubs' });
  #commandsPort = 0;
  #feedPort = 0;
  readonly #arrivals = new Set<() => void>();
  /** Topics as readers subscribe to them. */
  readonly subscriptions: string[] = [];

  constructor(script: Script) {
    this.#script = script;
  }

  get address(): string {
    return formatAddress({ host: '127.0.0.1', commandsPort: this.#commandsPort, feedPort: this.#feedPort });
  }

  /** Binds to free ports, and the second time to the same ones. */
  async start(welcome?: string): Promise<this> {
    this.#router = new Router({ linger: 0 });
    this.#feed = new XPublisher({ linger: 0, verbosity: 'allSubs' });
    if (welcome !== undefined) this.#feed.welcomeMessage = welcome;
    if (this.#commandsPort === 0) [this.#commandsPort = 0, this.#feedPort = 0] = await freePorts(2);
    await this.#router.bind(`tcp://127.0.0.1:${this.#commandsPort}`);
    await this.#feed.bind(`tcp://127.0.0.1:${this.#feedPort}`);
    this.#answer(this.#router).catch(() => undefined);
    this.#listen(this.#feed).catch(() => undefined);
    return this;
  }

  /**
   * Closes and never unbinds: zeromq.js unbinds in another thread than it reads in, and libzmq then aborts the process
   * now and then ("Assertion failed: _state == term_ack_sent"). A closed socket gives up its port a little later, and
   * takes connections until then: returns when nobody can come any more.
   */
  async stop(): Promise<void> {
    this.#router.close();
    this.#feed.close();
    while (!((await isFree(this.#commandsPort)) && (await isFree(this.#feedPort)))) await settled();
  }

  async publish({ frames }: FeedMessage): Promise<void> {
    await this.#feed.send(frames);
  }

  /** Resolves as soon as something that arrived makes it true. */
  async until(met: () => boolean): Promise<void> {
    while (!met()) {
      await new Promise<void>((resolve) => {
        this.#arrivals.add(resolve);
      });
    }
  }

  async #answer(router: Router): Promise<void> {
    for await (const [peer, delimiter, frame] of router) {
      if (peer === undefined || delimiter === undefined || frame === undefined) continue;
      for (const text of splitBundle(frame) ?? [frame]) {
        const request = JSON.parse(Buffer.from(text).toString()) as ScriptedRequest;
        this.requests.push(request);
        const answer = this.#script(request, this.requests.length);
        if (answer !== undefined) await router.send([peer, delimiter, ...answer]);
        this.#arrived();
      }
    }
  }

  async #listen(feed: XPublisher): Promise<void> {
    for await (const [message] of feed) {
      if (message?.[0] === 1) this.subscriptions.push(message.subarray(1).toString());
      this.#arrived();
    }
  }

  #arrived(): void {
    for (const resolve of [...this.#arrivals]) resolve();
    this.#arrivals.clear();
  }
}
