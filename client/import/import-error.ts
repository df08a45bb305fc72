/** What is wrong with one row of a file, or with one cell of it. */
export interface ImportProblem {
  /** The line of the file on which the row begins, from 1; without one it is about no row of the file. */
  readonly line?: number | undefined;
  readonly column?: string | undefined;
  readonly reason: string;
}

interface ImportErrorDetails {
  readonly next?: string;
  readonly problems?: readonly ImportProblem[];
  /** How many problems there are beyond these. */
  readonly more?: number;
  readonly cause?: unknown;
}

/** Why an import cannot be read, planned or done as a whole: nothing was written. */
export class ImportError extends Error {
  override readonly name = 'ImportError';
  /** `usage`: what was asked for; `unreadable`: the file; `invalid`: rows of it; `conflict`: what is there speaks against it. */
  readonly code: 'usage' | 'unreadable' | 'invalid' | 'conflict';
  /** What to do next, for people. */
  readonly next: string | undefined;
  readonly problems: readonly ImportProblem[];
  readonly more: number;

  constructor(code: ImportError['code'], message: string, { next, problems, more, cause }: ImportErrorDetails = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.next = next;
    this.problems = problems ?? [];
    this.more = more ?? 0;
  }
}
