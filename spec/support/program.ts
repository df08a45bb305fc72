import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { runProgram } from '../../client/cli/run.ts';
import { clientVerbs } from '../../client/cli/verbs.ts';

/** What a run of the terminal program came to. */
export interface Run {
  readonly exit: number;
  readonly out: string;
  readonly err: string;
}

/** What the program says on standard error with --json. */
export interface ToldAsJson {
  readonly code: string;
  readonly message: string;
  readonly exit: number;
  readonly next?: string;
}

/**
 * Somebody at the terminal program, with a folder of their own for their session and what was verified. The program runs
 * in this process, without a terminal, as its start alone would take the better part of a second; one run at a time.
 */
export class Person {
  readonly #folder: string;
  readonly #address: string;

  private constructor(folder: string, address: string) {
    this.#folder = folder;
    this.#address = address;
  }

  static async at(address: string): Promise<Person> {
    return new Person(await mkdtemp(join(tmpdir(), 'rowcast-person-')), address);
  }

  /** The environment of a run, for one in a process of its own. */
  get env(): Readonly<Record<string, string>> {
    return { XDG_STATE_HOME: this.#folder, ROWCAST_SERVER: this.#address, ROWCAST_TOKEN: '', NO_COLOR: '1' };
  }

  /** Runs a verb, with these lines on standard input. */
  async run(words: readonly string[], input: readonly string[] = []): Promise<Run> {
    const [out, err] = [new Captured(), new Captured()];
    const before = { ...process.env };
    const restore = replaceStreams({ stdin: linesOf(input), stdout: out, stderr: err });
    Object.assign(process.env, this.env);
    try {
      return { exit: await runProgram(words, clientVerbs), out: out.text, err: err.text };
    } finally {
      process.env = before;
      restore();
    }
  }

  /** The same, of a run that must be granted: what it printed. @throws Error with what it said otherwise */
  async done(words: readonly string[], input: readonly string[] = []): Promise<string> {
    const { exit, out, err } = await this.run(words, input);
    if (exit !== 0 || err !== '') throw new Error(`rowcast ${words.join(' ')} ended with ${exit}: ${err}`);
    return out;
  }

  /** The JSON lines of a run that must be granted. */
  async lines<Line>(words: readonly string[], input: readonly string[] = []): Promise<Line[]> {
    const out = await this.done([...words, '--json'], input);
    return out
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Line);
  }

  /** The error of a run that must be refused; nothing else may be printed. */
  async refusal(words: readonly string[], input: readonly string[] = []): Promise<ToldAsJson> {
    const { exit, out, err } = await this.run([...words, '--json'], input);
    if (exit === 0 || out !== '') throw new Error(`rowcast ${words.join(' ')} was not refused: ${out}`);
    const { error } = JSON.parse(err) as { error: ToldAsJson };
    if (error.exit !== exit) throw new Error(`it ended with ${exit} and said ${error.exit}`);
    return error;
  }

  async remove(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }
}

class Captured extends Writable {
  text = '';

  override _write(chunk: Buffer, _encoding: BufferEncoding, written: () => void): void {
    this.text += chunk.toString();
    written();
  }
}

function linesOf(lines: readonly string[]): Readable {
  return Readable.from([lines.map((line) => `${line}\n`).join('')], { objectMode: false });
}

/** Puts others in place of the streams of this process; what it returns puts them back. */
function replaceStreams(streams: Readonly<Record<'stdin' | 'stdout' | 'stderr', unknown>>): () => void {
  const before = Object.entries(streams).map(([name, value]) => {
    const descriptor = Object.getOwnPropertyDescriptor(process, name);
    Object.defineProperty(process, name, { value, configurable: true, writable: true });
    return [name, descriptor] as const;
  });
  return () => {
    for (const [name, descriptor] of before)
      if (descriptor !== undefined) Object.defineProperty(process, name, descriptor);
  };
}
