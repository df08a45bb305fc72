import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { WatcherRecord } from './history.ts';

const script = fileURLToPath(new URL('../system/fixtures/watcher.ts', import.meta.url));

/** What the process of a watcher tells its parent. */
export type WatcherMessage = { readonly began: true } | { readonly record: WatcherRecord; readonly reached: boolean };
/** What it is told: report when this seq was shown. */
export interface ReportRequest {
  readonly upTo: number;
}

/** A watcher of one table in a process of its own, which can be stopped and continued. */
export class WatcherProcess {
  readonly process: ChildProcess;

  private constructor(child: ChildProcess) {
    this.process = child;
  }

  /** Returns when it has its snapshot. */
  static async start(address: string, table: string): Promise<WatcherProcess> {
    const child = fork(script, [address, table], { execArgv: ['--import', 'tsx'] });
    const started = new WatcherProcess(child);
    const message = await started.#message();
    if (!('began' in message)) throw new Error('the watcher spoke before it had begun');
    return started;
  }

  /** SIGSTOP: it neither reads nor answers, and does not know of it. */
  stop(): void {
    this.process.kill('SIGSTOP');
  }

  continue(): void {
    this.process.kill('SIGCONT');
  }

  /** What it was shown, once it was shown this seq or half a minute has passed. */
  async report(upTo: number): Promise<WatcherRecord> {
    this.process.send({ upTo } satisfies ReportRequest);
    const message = await this.#message();
    if (!('record' in message)) throw new Error('the watcher did not report');
    return { ...message.record, upTo };
  }

  async end(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const exit = once(this.process, 'exit');
    this.process.kill('SIGKILL');
    await exit;
  }

  async #message(): Promise<WatcherMessage> {
    const gone = once(this.process, 'exit').then(([code]) => {
      throw new Error(`the watcher ended with ${code}`);
    });
    const [message] = (await Promise.race([once(this.process, 'message'), gone])) as [WatcherMessage];
    gone.catch(() => undefined);
    return message;
  }
}
