import type { ImportProgress } from '../import/import-options.ts';
import type { Context } from './context.ts';
import { Progress } from './progress.ts';

const words: Readonly<Record<ImportProgress['phase'], string>> = {
  reading: 'reading',
  checking: 'checking',
  comparing: 'comparing with the table',
  judging: 'asking the server',
  sending: 'sending',
  committing: 'recording all of it as one change set',
};
const barCells = 24;
const tickMs = 200;

/** A bar for what can be counted, and the seconds of what cannot. */
export class ImportProgressBar {
  readonly #progress: Progress;
  readonly #now: () => number;
  #last: ImportProgress | undefined;
  #phaseSince = 0;
  #bytes: { read: number; readonly of: number } | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(context: Context, now: () => number = () => performance.now()) {
    this.#progress = new Progress(context);
    this.#now = now;
  }

  /** Counts what is read of a file of this many bytes. */
  async *counted(bytes: AsyncIterable<Uint8Array>, of: number): AsyncGenerator<Uint8Array, void, undefined> {
    this.#bytes = { read: 0, of };
    for await (const chunk of bytes) {
      this.#bytes.read += chunk.length;
      yield chunk;
    }
  }

  tell(progress: ImportProgress): void {
    if (this.#last?.phase !== progress.phase) this.#phaseSince = this.#now();
    this.#last = progress;
    this.#show();
    this.#timer ??= setInterval(() => this.#show(), tickMs).unref();
  }

  clear(): void {
    clearInterval(this.#timer);
    [this.#timer, this.#last] = [undefined, undefined];
    this.#progress.clear();
  }

  #show(): void {
    if (this.#last === undefined) return;
    this.#progress.show(this.#line(this.#last));
  }

  #line({ phase, done, of }: ImportProgress): string {
    const seconds = Math.floor((this.#now() - this.#phaseSince) / 1_000);
    const number = (value: number): string => value.toLocaleString('en');
    // Nobody is told how far a commit or a dry run has got.
    if (phase === 'committing' || phase === 'judging') {
      return `${words[phase]}: ${number(of ?? done)} commands … ${seconds} s`;
    }
    const part = this.#part({ phase, done, of });
    return part === undefined
      ? `${words[phase]}: ${number(done)} rows`
      : `${words[phase]} ${bar(part)} ${String(Math.floor(part * 100)).padStart(3)} %  ${number(done)} rows`;
  }

  #part({ phase, done, of }: ImportProgress): number | undefined {
    const [part, whole] = phase === 'reading' ? [this.#bytes?.read ?? 0, this.#bytes?.of] : [done, of];
    // Of a pipe that is named like a file the size is 0.
    return whole === undefined || whole === 0 ? undefined : part / whole;
  }
}

function bar(part: number): string {
  const full = Math.round(Math.min(part, 1) * barCells);
  return '█'.repeat(full) + '░'.repeat(barCells - full);
}
