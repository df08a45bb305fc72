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
    } catch (error) {
      // Whoever goes on without a reader is told of it by onBrokenPipe.
      if (!isBrokenPipe(error)) throw error;
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
 * Whoever read the output has gone: there is nobody left to write to, which is no failure. What is written after that is
 * dropped, unless the program ends.
 */
export function onBrokenPipe(callback: () => void): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error) => {
      if (!isBrokenPipe(error)) throw error;
      callback();
    });
  }
}

function isBrokenPipe(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EPIPE';
}
