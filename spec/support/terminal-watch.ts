import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Person } from './program.ts';

const launcher = fileURLToPath(new URL('../../bin/rowcast.js', import.meta.url));

/** `rowcast watch TABLE --json --from 1` in a process of its own, as in somebody's terminal. */
export class TerminalWatch {
  readonly #child: ChildProcess;
  #text = '';

  private constructor(child: ChildProcess) {
    this.#child = child;
    child.stdout?.on('data', (data: Buffer) => {
      this.#text += data.toString();
    });
  }

  static start({ env }: Person, table: string): TerminalWatch {
    const words = [launcher, 'watch', table, '--json', '--from', '1'];
    const stdio = 'pipe';
    return new TerminalWatch(spawn(process.execPath, words, { env: { ...process.env, ...env }, stdio }));
  }

  /** Resolves when it has printed this. */
  async printed(text: string): Promise<void> {
    while (!this.#text.includes(text)) {
      if (this.#child.exitCode !== null) throw new Error(`the watch has ended with ${this.#child.exitCode}`);
      if (this.#child.stdout !== null)
        await Promise.race([once(this.#child.stdout, 'data'), once(this.#child, 'exit')]);
    }
  }

  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exit = once(this.#child, 'exit');
    this.#child.kill();
    await exit;
  }
}
