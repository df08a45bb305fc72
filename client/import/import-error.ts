/** Why an import cannot be read or planned as a whole: nothing was written. A bad row alone is no such error. */
export class ImportError extends Error {
  override readonly name = 'ImportError';
  /** `conflict`: what is there speaks against it; `unreadable`: the file; `invalid`: what was asked for. */
  readonly code: 'conflict' | 'unreadable' | 'invalid';
  /** What to do next, for people. */
  readonly next: string | undefined;

  constructor(code: ImportError['code'], message: string, details: { next?: string; cause?: unknown } = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.next = details.next;
  }
}
