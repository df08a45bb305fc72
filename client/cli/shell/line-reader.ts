import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { stateFolder } from '../../state-folder.ts';

type Complete = (line: string) => Promise<readonly [completions: string[], part: string]>;

const historyMax = 1_000;

/**
 * Reads lines with editing, history and completion. Between two lines the terminal is let go, so that a command may ask
 * its own questions and Ctrl-C reaches it.
 */
export class LineReader {
  readonly #complete: Complete;
  readonly #path: string;
  /** The newest first, as readline wants it. */
  #history: string[];
  /** Lines that were pasted with the last one. */
  readonly #waiting: string[] = [];

  private constructor(complete: Complete, path: string, history: string[]) {
    this.#complete = complete;
    this.#path = path;
    this.#history = history;
  }

  static async open(complete: Complete): Promise<LineReader> {
    const path = join(stateFolder(), 'history');
    const text = await readFile(path, 'utf8').catch(() => '');
    return new LineReader(
      complete,
      path,
      text
        .split('\n')
        .filter((line) => line !== '')
        .reverse(),
    );
  }

  /** The next line; empty when it was given up with Ctrl-C, undefined at the end of the input. */
  async read(prompt: string, signal: AbortSignal): Promise<string | undefined> {
    const waiting = this.#waiting.shift();
    if (waiting !== undefined) {
      process.stderr.write(`${prompt}${waiting}\n`);
      return waiting;
    }
    return await this.#ask(prompt, signal);
  }

  async #ask(prompt: string, signal: AbortSignal): Promise<string | undefined> {
    const lines: string[] = [];
    let isInterrupted = false;
    await new Promise<void>((resolve) => {
      const readline = createInterface({
        input: process.stdin,
        output: process.stderr,
        history: this.#history,
        historySize: historyMax,
        removeHistoryDuplicates: true,
        signal,
        prompt,
        completer: (line: string, done: (error: null, result: [string[], string]) => void) => {
          void this.#complete(line).then(([completions, part]) => done(null, [completions, part]));
        },
      });
      readline.on('history', (history) => {
        this.#history = [...history];
      });
      // What was pasted arrives as several lines in one go: all of them are taken before the terminal is let go.
      readline.on('line', (line) => {
        lines.push(line);
        setImmediate(() => readline.close());
      });
      readline.on('SIGINT', () => {
        isInterrupted = true;
        process.stderr.write('^C\n');
        readline.close();
      });
      readline.once('close', resolve);
      readline.prompt();
    });
    const [line, ...more] = lines;
    this.#waiting.push(...more);
    if (line === undefined && !isInterrupted) process.stderr.write('\n');
    return line ?? (isInterrupted ? '' : undefined);
  }

  /** Keeps the history for the next shell. Passwords are asked for elsewhere and never stand in it. */
  async close(): Promise<void> {
    await mkdir(stateFolder(), { recursive: true, mode: 0o700 });
    await writeFile(this.#path, `${[...this.#history].reverse().join('\n')}\n`, { mode: 0o600 });
  }
}
