import {
  type Import,
  type ImportProgress,
  type ImportResult,
  RowcastError,
  type RowcastErrorCode,
} from '../../index.ts';

/** Who waits for a commit. */
export interface CommitReader {
  readonly onProgress: (progress: ImportProgress) => void;
  /** Aborted when they leave. */
  readonly left: AbortSignal;
}

/**
 * The commit of an import, once, for any number of readers: who lost its answer asks again and is answered the same. When
 * all have left while changes are sent, it is given up; what is being recorded goes on to its end.
 */
export class ImportCommit {
  readonly #stop = new AbortController();
  readonly #readers = new Set<CommitReader>();
  readonly #result: Promise<ImportResult>;
  #isRecording = false;

  /** @param id of the import, which becomes that of the command */
  constructor(plan: Import, { id, why }: { readonly id: string; readonly why: string | undefined }) {
    const onProgress = (progress: ImportProgress): void => this.#tell(progress);
    this.#result = plan.commit({ id, why, signal: this.#stop.signal, onProgress });
  }

  /** Waits for what becomes of it. */
  async follow(reader: CommitReader): Promise<ImportResult> {
    const leave = (): void => this.#leave(reader);
    this.#readers.add(reader);
    reader.left.addEventListener('abort', leave, { once: true });
    try {
      return await this.#result;
    } finally {
      reader.left.removeEventListener('abort', leave);
      this.#readers.delete(reader);
    }
  }

  /** Whether it is settled for good, once there is an answer: else it may be begun again. */
  async isSettled(): Promise<boolean> {
    try {
      await this.#result;
      return true;
    } catch (error) {
      return !(error instanceof RowcastError && (error.outcomeUnknown || isPassing(error)));
    }
  }

  #tell(progress: ImportProgress): void {
    this.#isRecording = progress.phase === 'committing';
    for (const { onProgress } of this.#readers) onProgress(progress);
  }

  #leave(reader: CommitReader): void {
    this.#readers.delete(reader);
    if (this.#readers.size === 0 && !this.#isRecording) this.#stop.abort();
  }
}

/** Nothing was done, for a reason that does not lie in the file. */
function isPassing({ code }: RowcastError): boolean {
  return passing.has(code);
}

const passing: ReadonlySet<RowcastErrorCode> = new Set(['aborted', 'busy', 'closed', 'timeout', 'unavailable']);
