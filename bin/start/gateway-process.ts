import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { packageRoot } from '../../settings/package-root.ts';
import type { FromGateway, GatewayTask, Listening, ToGateway } from './messages.ts';

/** Milliseconds until a gateway that has ended is started again: the first time, and at most. */
const againMsMin = 250;
const againMsMax = 10_000;
/** Milliseconds after which one that ran is held to have been well. */
const wellMs = 60_000;
/** Milliseconds that it may take to end. */
const endMsMax = 8_000;

const launcher = fileURLToPath(new URL('bin/start/gateway.js', packageRoot));

export interface GatewayProcessOptions {
  readonly task: GatewayTask;
  /** It is there, for the first time or again. */
  readonly onListening: (listening: Listening) => void;
  /** The address that lets the next browser in. */
  readonly onAddress: (address: string) => void;
  /** It has ended by itself, and is started again in so many milliseconds. */
  readonly onEnd: (how: string, againMs: number) => void;
}

/** What kept a gateway from starting at all. */
export type Refusal = Extract<FromGateway, { type: 'refused' }>;

/**
 * The gateway in a process of its own, which is started again whenever it ends by itself. A fault of it does not touch
 * the server, and it does not outlive this process: it ends when the channel between the two is gone.
 */
export class GatewayProcess {
  readonly #options: GatewayProcessOptions;
  #task: GatewayTask;
  #child: ChildProcess | undefined;
  #again: NodeJS.Timeout | undefined;
  #againMs = againMsMin;
  #isStopped = false;

  constructor(options: GatewayProcessOptions) {
    this.#options = options;
    this.#task = options.task;
  }

  /** Resolves when it listens, or to why it does not; it is tried again only after an end that it did not choose. */
  async start(): Promise<Refusal | undefined> {
    return await new Promise((resolve) => this.#run(resolve));
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#again);
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    const timer = setTimeout(() => child.kill('SIGKILL'), endMsMax);
    if (child.connected) child.send({ type: 'stop' } satisfies ToGateway);
    await ended;
    clearTimeout(timer);
  }

  /** @param settled told once: when it listens, and when it refuses to */
  #run(settled?: (refusal: Refusal | undefined) => void): void {
    const child = fork(launcher, [], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    this.#child = child;
    const startedMs = performance.now();
    let isRefused = false;
    child.on('message', (message: FromGateway) => {
      if (message.type === 'refused') isRefused = settled !== undefined;
      if (message.type === 'refused') settled?.(message);
      if (message.type === 'address') this.#options.onAddress(message.address);
      if (message.type !== 'listening') return;
      this.#options.onListening(message);
      // Pages that are open come back to where they were.
      this.#task = { ...this.#task, port: message.port, portsMore: 0 };
      settled?.(undefined);
    });
    // What it is told when it has just ended is lost, and nobody's fault.
    child.on('error', () => undefined);
    child.once('exit', (code, signal) => {
      if (this.#isStopped || isRefused) return;
      if (performance.now() - startedMs > wellMs) this.#againMs = againMsMin;
      const how = signal ?? `exit code ${code}`;
      this.#options.onEnd(how, this.#againMs);
      settled?.({ type: 'refused', code: 'ended', message: `its gateway has ended (${how})` });
      this.#again = setTimeout(() => this.#run(), this.#againMs);
      this.#againMs = Math.min(this.#againMs * 2, againMsMax);
    });
    child.send({ type: 'start', task: this.#task } satisfies ToGateway);
  }
}
