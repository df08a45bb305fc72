import { once } from 'node:events';
import { makePaint, type Paint } from './print/paint.ts';

/** One of the two streams that are written to. */
export interface Output {
  readonly isTTY: boolean;
  readonly paint: Paint;
  /** Columns of the terminal; undefined where lines may have any length. */
  readonly width: number | undefined;
  /** Resolves when there is room for more. */
  write(text: string): Promise<void>;
}

/** What the program reads from and writes to: results on `out`, all else on `err`. */
export interface Terminal {
  readonly out: Output;
  readonly err: Output;
  /** Whether someone is there to answer a question. */
  readonly isInteractive: boolean;
}

export interface TerminalOptions {
  /** False with --no-color. NO_COLOR and FORCE_COLOR are heeded besides. */
  readonly color: boolean;
}

export function makeTerminal({ color }: TerminalOptions): Terminal {
  return {
    out: new StreamOutput(process.stdout, color),
    err: new StreamOutput(process.stderr, color),
    isInteractive: Boolean(process.stdin.isTTY && process.stderr.isTTY),
  };
}

class StreamOutput implements Output {
  readonly #stream: NodeJS.WriteStream;
  readonly paint: Paint;

  constructor(stream: NodeJS.WriteStream, color: boolean) {
    this.#stream = stream;
    this.paint = makePaint(color && wantsColor(stream.isTTY));
  }

  get isTTY(): boolean {
    return Boolean(this.#stream.isTTY);
  }

  get width(): number | undefined {
    return this.#stream.isTTY ? this.#stream.columns : undefined;
  }

  async write(text: string): Promise<void> {
    if (this.#stream.write(text)) return;
    try {
      await once(this.#stream, 'drain');
    } catch {
      // It is told of by onOutputError, to whoever goes on without a reader too.
    }
  }
}

/** https://no-color.org: any value that is not empty. */
function wantsColor(isTTY: boolean): boolean {
  if (process.env.NO_COLOR) return false;
  if (process.env.FORCE_COLOR && process.env.FORCE_COLOR !== '0') return true;
  return isTTY && process.env.TERM !== 'dumb';
}

/**
 * Calls back with the stream's name when what is written goes nowhere: the disk behind it is full, or whoever read it has
 * gone. What is written after that is dropped, unless the program ends.
 */
export function onOutputError(callback: (error: Error, name: 'standard output' | 'standard error') => void): void {
  process.stdout.on('error', (error) => callback(error, 'standard output'));
  process.stderr.on('error', (error) => callback(error, 'standard error'));
}

/** Whether whoever read the output has gone: there is nobody left to write to, which is no failure. */
export function isBrokenPipe(error: Error): boolean {
  return 'code' in error && error.code === 'EPIPE';
}
