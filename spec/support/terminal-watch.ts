import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Person } from './program.ts';

const launcher = fileURLToPath(new URL('../../bin/rowcast.js', import.meta.url));

/** `rowcast watch TABLE --json` in a process of its own, as in somebody's terminal. */
export class TerminalWatch {
  readonly #child: ChildProcess;
  #text = '';
  #heard: () => void = () => undefined;

  private constructor(child: ChildProcess) {
    this.#child = child;
    for (const output of [child.stdout, child.stderr]) {
      output?.on('data', (data: Buffer) => {
        this.#text += data.toString();
        this.#heard();
      });
    }
    child.once('exit', () => this.#heard());
  }

  /** @param words from its first change, unless told otherwise */
  static start({ env }: Person, table: string, words: readonly string[] = ['--from', '1']): TerminalWatch {
    const all = [launcher, 'watch', table, '--json', ...words];
    return new TerminalWatch(spawn(process.execPath, all, { env: { ...process.env, ...env }, stdio: 'pipe' }));
  }

  /** Resolves when it has printed this, on either output. */
  async printed(text: string): Promise<void> {
    while (!this.#text.includes(text)) {
      if (this.#child.exitCode !== null) throw new Error(`the watch has ended with ${this.#child.exitCode}`);
      await new Promise<void>((resolve) => (this.#heard = resolve));
    }
  }

  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exit = once(this.#child, 'exit');
    this.#child.kill();
    await exit;
  }
}
